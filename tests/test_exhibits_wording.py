"""Scores, intervals and verdicts in the words of the evaluation chapter."""

from __future__ import annotations

from bespoke.exhibits.evaluation.evaluation_wording import points, score, with_limits
from bespoke.statistics.interval import Interval


def test_a_share_is_a_percentage_and_an_f1_a_decimal() -> None:
    half = Interval(estimate=0.5, low=0.412, high=0.588)
    assert (score(0.5, "accuracy"), score(0.5, "micro_f1")) == ("50%", "0.50")
    assert with_limits(half, "accuracy") == "50% (41% to 59%)"
    assert with_limits(half, "recall") == "0.50 (0.41 to 0.59)"


def test_a_difference_is_told_in_points_with_its_sign() -> None:
    assert points(Interval(estimate=0.05, low=-0.012, high=0.1125)) == "+5.0 (-1.2 to +11.2)"
