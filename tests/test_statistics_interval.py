"""What an interval says about zero and about another interval, at its very ends."""

from __future__ import annotations

import pytest

from bespoke.statistics.interval import Interval


def between(low: float, high: float) -> Interval:
    return Interval(estimate=(low + high) / 2, low=low, high=high)


@pytest.mark.parametrize(
    ("low", "high", "excludes"),
    [(0.0, 0.2, False), (0.01, 0.2, True), (-0.2, 0.0, False), (-0.2, -0.01, True), (-0.1, 0.1, False)],
)
def test_an_interval_that_touches_zero_does_not_exclude_it(low: float, high: float, excludes: bool) -> None:
    assert between(low, high).excludes_zero is excludes


@pytest.mark.parametrize(
    ("low", "high", "overlaps"),
    [
        (0.5, 0.7, True), (0.3, 0.5, True), (0.1, 0.2, True), (0.0, 0.1, True),
        (0.51, 0.7, False), (0.0, 0.09, False), (0.0, 1.0, True), (0.2, 0.3, True),
    ],
)  # fmt: skip
def test_intervals_that_share_an_end_overlap(low: float, high: float, overlaps: bool) -> None:
    one, other = between(0.1, 0.5), between(low, high)
    assert (one.overlaps(other), other.overlaps(one)) == (overlaps, overlaps)


def test_half_the_width_is_what_stands_behind_plus_or_minus() -> None:
    assert between(0.25, 0.75).half_width == 0.25
