"""Intervals of a score and of a difference, by hand on ten cases.

Of n cases on their own, k right, the score without one is (k - x) / (n - 1), and the jackknife's variance p (1 - p) /
(n - 1). For 5 of 10 that is 10/9 of p (1 - p) / n; five rare cases and two more of weight make (5 x 10/9 + 2) / 7 =
68/63 of it, so ten cases count for 630/68 = 9.265. Student's t for nine degrees of freedom is 2.2622 at 95%, 1.8331
at 90%.
"""

from __future__ import annotations

import numpy as np
import pytest

from bespoke.statistics.score_interval import (
    ScoreEstimate,
    between,
    correlation,
    effective,
    score_interval,
)

T, T_90 = 2.262157, 1.833113
HALF = [1, 0] * 5


def score(cases: list[int], *, cluster_of: int = 1) -> ScoreEstimate:
    """The share of right cases, in clusters of as many neighbours."""
    parts = np.array(cases, dtype=float).reshape(-1, cluster_of)
    left = (
        (parts.sum() - parts.sum(axis=1)) / (parts.size - cluster_of)
        if len(parts) > 1
        else np.array([np.nan])
    )
    return ScoreEstimate(float(parts.mean()), left, np.ones(len(parts), dtype=bool), parts.size)


def nothing() -> ScoreEstimate:
    return ScoreEstimate(float("nan"), np.array([np.nan]), np.array([False]), 0)


def test_clusters_move_a_score_by_what_it_is_without_them() -> None:
    """Right cases move 5 of 10 by + .5 / 9, wrong ones by as much down, times the root of 9/10."""
    assert score(HALF).influence == pytest.approx(np.array([1, -1] * 5) * 0.5 / 9 * 0.9**0.5)
    assert score(HALF).error == pytest.approx((0.25 / 9) ** 0.5)


def test_a_cluster_that_has_no_say_moves_nothing() -> None:
    known = np.array([True, True, False, True])
    found = ScoreEstimate(0.5, np.array([0.4, 0.6, 0.1, np.nan]), known, 8)
    assert found.clusters == 3
    assert found.influence == pytest.approx(
        np.array([0.1, -0.1, 0.0, 0.0]) * 0.5**0.5
    )  # two are left: (2 - 1) / 2
    alone = ScoreEstimate(0.5, np.array([0.4, np.nan]), np.array([True, True]), 8)
    assert (alone.influence.tolist(), alone.error) == ([0.0, 0.0], 0.0)


def test_how_many_independent_cases_know_as_much() -> None:
    assert effective(score(HALF)) == pytest.approx(630 / 68)
    # Ten clusters of four of one mind: variance .25 / 9 is 40/9 of .25 / 40; (20 x 40/9 + 2 x 4) / 22 = 4.404.
    assert effective(score([1] * 4 + [0] * 4, cluster_of=4)) < 2.1
    assert effective(score(([1] * 4 + [0] * 4) * 5, cluster_of=4)) == pytest.approx(40 / 4.40404, rel=1e-5)
    # Three of ten: variance .21 / 9 is 10/9 again, with three rare ones: (3 x 10/9 + 2) / 5; seven of ten the same.
    assert effective(score([1] * 3 + [0] * 7)) == pytest.approx(10 / (16 / 15))
    assert effective(score([1] * 7 + [0] * 3)) == pytest.approx(10 / (16 / 15))
    # Where all are wrong, or right, nothing is seen: clusters count as cases.
    assert effective(score([0] * 40, cluster_of=4)) == effective(score([1] * 40, cluster_of=4)) == 10


@pytest.mark.parametrize(("level", "t"), [(0.95, T), (0.9, T_90)])
@pytest.mark.parametrize("right", [1, 3, 5, 8])
def test_a_limit_is_as_far_as_chance_from_it_would_reach(right: int, level: float, t: float) -> None:
    """Wilson: (p - x)^2 = t^2 x (1 - x) / size at both limits."""
    estimate = score([1] * right + [0] * (10 - right))
    found = score_interval(estimate, level)
    assert found.low < found.estimate == right / 10 < found.high
    for limit in (found.low, found.high):
        expected = t**2 * limit * (1 - limit) / effective(estimate)
        assert (found.estimate - limit) ** 2 == pytest.approx(expected, rel=1e-5)


def test_at_either_end_one_limit_is_the_end_itself() -> None:
    """All of ten wrong: t^2 / (10 + t^2) = .33851."""
    wrong, right = score_interval(score([0] * 10)), score_interval(score([1] * 10))
    assert (wrong.estimate, wrong.low, wrong.high) == (0.0, 0.0, pytest.approx(0.33851, abs=1e-5))
    assert (right.estimate, right.low, right.high) == (1.0, pytest.approx(0.66149, abs=1e-5), 1.0)


def test_one_cluster_knows_nothing_and_no_score_even_less() -> None:
    alone, none = score_interval(score([1, 0, 0, 0], cluster_of=4)), score_interval(nothing())
    assert (alone.estimate, alone.low, alone.high) == (0.25, 0.0, 1.0)
    assert (none.estimate, none.low, none.high) == (0.0, 0.0, 1.0)
    two = score_interval(score([1, 1, 0, 0], cluster_of=2))  # 12.706 for one degree of freedom, size 4/3
    assert (two.low, two.high) == (pytest.approx(0.00205, abs=1e-4), pytest.approx(0.99795, abs=1e-5))


def test_scores_of_the_same_cases_go_together_apart_or_neither() -> None:
    other = [0, 1] * 5
    assert correlation(score(HALF), score(HALF)) == pytest.approx(1.0)
    assert correlation(score(HALF), score(other)) == pytest.approx(-1.0)
    assert correlation(score(HALF), score([0] * 10)) == 0.0  # it does not vary
    # Right in 1, 3, 5, 7, 9 and in 1 to 5: three cases in common of five each; (3 - 2.5) / 2.5 = .2
    assert correlation(score(HALF), score([1] * 5 + [0] * 5)) == pytest.approx(0.2)


def test_a_difference_reaches_as_far_as_both_scores_less_what_they_share() -> None:
    """5 of 10 lies within .5 -+ .29825; ten wrong ones reach up by .33851, ten right ones down by as much."""
    half, wrong, right = score(HALF), score([0] * 10), score([1] * 10)

    def found(first: ScoreEstimate, second: ScoreEstimate) -> tuple[float, float, float]:
        one = between(first, second)
        return one.estimate, one.low, one.high

    assert found(half, score([0, 1] * 5)) == pytest.approx((0.0, -0.59650, 0.59650), abs=1e-4)  # 2 x .29825
    assert found(half, wrong) == pytest.approx((0.5, 0.5 - 0.45116, 0.79825), abs=1e-4)  # .29825^2 + .33851^2
    assert found(wrong, half) == pytest.approx((-0.5, -0.79825, -0.5 + 0.45116), abs=1e-4)
    assert found(right, wrong) == pytest.approx((1.0, 1 - 0.47872, 1.0), abs=1e-4)  # .33851 x root of 2
    assert found(wrong, right) == pytest.approx((-1.0, -1.0, -1 + 0.47872), abs=1e-4)
    assert found(half, nothing()) == found(nothing(), half) == (0.0, -1.0, 1.0)
    narrow = between(half, wrong, 0.9)
    assert narrow.low > 0.05 > found(half, wrong)[1]
