"""How this chapter writes scores, intervals and verdicts."""

from __future__ import annotations

from bespoke.evaluation.result import Contrasted
from bespoke.show.numbers import decimal, percent, signed
from bespoke.statistics.interval import Interval

F1 = ("micro_f1", "macro_f1", "field_f1", "micro_f1_valid", "case_f1", "precision", "recall")


def score(value: float, metric: str) -> str:
    """A share as a percentage, an F1 as a decimal: as each field writes it."""
    return decimal(value, 2) if metric in F1 else percent(value)


def limits(interval: Interval, metric: str) -> str:
    return f"{score(interval.low, metric)} to {score(interval.high, metric)}"


def with_limits(interval: Interval, metric: str) -> str:
    return f"{score(interval.estimate, metric)} ({limits(interval, metric)})"


def points(interval: Interval) -> str:
    """A difference in hundredths, with its limits."""
    low, middle, high = (signed(100 * x, 1) for x in (interval.low, interval.estimate, interval.high))
    return f"{middle} ({low} to {high})"


def verdict(contrast: Contrasted) -> str:
    """The only place that may say "better"."""
    return {
        "better": "better",
        "worse": "worse",
        "not_among_so_many": "alone yes, not among so many systems",
        "not_separable": f"not separable on {decimal(contrast.cases)} cases",
    }[contrast.verdict]
