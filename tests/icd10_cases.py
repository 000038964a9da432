"""Parts of results that tests of the coded notes' page share."""

from __future__ import annotations

from bespoke.statistics.interval import Interval


def near(value: float) -> Interval:
    return Interval(estimate=value, low=value - 0.05, high=value + 0.05)
