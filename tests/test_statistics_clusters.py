"""Scores of clustered cases: hand-worked values, the edges, and what the exchange of two systems says."""

from __future__ import annotations

import numpy as np
import pytest

from bespoke.statistics.clusters import Clusters, Measure
from bespoke.statistics.label_scores import macro_f1
from bespoke.statistics.proportion import wilson
from tests.coverage.coverage import exact


def alone(n: int, **more: int) -> Clusters:
    return Clusters([str(i) for i in range(n)], **more)


def shares(*right: int) -> Measure:
    return Measure.share([bool(r) for r in right])


def test_where_every_case_stands_alone_it_is_wilsons_with_students_t() -> None:
    # 30 of 100: the jackknife's variance is p(1-p)/(n-1), so the size is within a case of 100; t(99) is 1.984
    found = alone(100).interval(Measure.share([i < 30 for i in range(100)]))
    expected = wilson(30, 100)
    assert found.estimate == 0.3
    assert found.low == pytest.approx(expected.low, abs=0.003)
    assert found.high == pytest.approx(expected.high, abs=0.003)
    assert found.low <= expected.low
    assert found.high >= expected.high


def test_all_right_in_clusters_of_four_knows_as_much_as_the_clusters() -> None:
    found = Clusters([str(i // 4) for i in range(40)]).interval(Measure.share([True] * 40))
    # ten clusters of one mind: Wilson's lower limit for 10 of 10 with t(9) = 2.262 is 10 / (10 + 2.262^2)
    assert (found.estimate, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(10 / (10 + 2.262**2), abs=0.002)


def test_one_cluster_knows_nothing_and_no_denominator_is_nought_within_everything() -> None:
    one = Clusters(["a", "a"]).interval(shares(1, 0))
    assert (one.estimate, one.low, one.high) == (0.5, 0.0, 1.0)
    none = alone(3).interval(Measure.ratio([0, 0, 0], [0, 0, 0]))
    assert (none.estimate, none.low, none.high) == (0.0, 0.0, 1.0)


def test_always_right_against_always_wrong_is_a_difference_with_a_width_and_a_small_p() -> None:
    (found,) = alone(40).differences([shares(*[1] * 40), shares(*[0] * 40)], [(0, 1)])
    assert found.interval.estimate == 1.0
    assert 0.8 < found.interval.low < 1.0
    assert found.p < 0.001
    assert found.p_any < 0.001


def test_nobody_who_looks_at_all_pairs_is_surer_than_who_looks_at_one() -> None:
    """40 cases all right against all wrong: the flips drawn cannot show less than one in 20,001, for either p."""
    clusters = Clusters([str(i) for i in range(40)])
    (apart,) = clusters.differences([Measure.share([True] * 40), Measure.share([False] * 40)], [(0, 1)])
    assert apart.p_any >= apart.p == pytest.approx(1 / 20_001)


def test_one_case_cannot_separate_two_systems() -> None:
    (found,) = alone(1).differences([shares(1), shares(0)], [(0, 1)])
    assert (found.interval.low, found.p) == (-0.0 if found.interval.low == 0 else found.interval.low, 1.0)
    assert not found.interval.excludes_zero


def test_the_exchange_counts_every_way_where_there_are_few_clusters() -> None:
    # three cases, the first system alone right on all: 2 of 8 exchanges are as far from zero
    (found,) = alone(3).differences([shares(1, 1, 1), shares(0, 0, 0)], [(0, 1)])
    assert found.p == pytest.approx(2 / 8)


def test_equal_systems_are_not_separable() -> None:
    same = shares(*[1, 0] * 20)
    (found,) = alone(40).differences([same, same], [(0, 1)])
    assert (found.interval.estimate, found.p, found.p_any) == (0.0, 1.0, 1.0)


def test_a_clear_difference_among_twenty_systems_is_told_from_chance() -> None:
    """The bootstrap's floor times Holm's factor used to hide +.58 among 20 systems."""
    random = np.random.default_rng(0)
    systems = [Measure.share((random.random(100) < 0.3).tolist()) for _ in range(19)]
    systems.append(Measure.share((random.random(100) < 0.88).tolist()))
    (found,) = alone(100).differences(systems, [(19, 0)])
    assert found.p_any < 0.001


def test_the_interval_of_the_best_is_wider_than_that_of_a_system_named_before() -> None:
    random = np.random.default_rng(1)
    systems = [Measure.share((random.random(80) < 0.7).tolist()) for _ in range(10)]
    clusters = alone(80)
    best = max(systems, key=lambda m: m.columns[:, 0].sum())
    named, chosen = clusters.interval(best), clusters.of_the_best(systems)
    assert chosen is not None
    assert chosen.estimate == named.estimate
    assert chosen.half_width > 1.2 * named.half_width


def test_macro_f1_by_hand() -> None:
    # gold a a b, said a b b: a has hits 1 of (2 gold + 1 said): 2/3; b hits 1 of (1 + 2): 2/3
    found = macro_f1(["a", "a", "b"], ["a", "b", "b"])
    assert float(found.combine(found.columns.sum(0))) == pytest.approx(2 / 3)


def test_macro_f1_of_nothing_answered_and_of_a_label_nobody_expects() -> None:
    # None misses a and claims nothing: F1 of a is 2 x 1 / (2 + 1) = 2/3; "z" is no label of the gold
    found = macro_f1(["a", "a"], ["a", None])
    assert float(found.combine(found.columns.sum(0))) == pytest.approx(2 / 3)
    other = macro_f1(["a", "a"], ["a", "z"])
    assert float(other.combine(other.columns.sum(0))) == pytest.approx(2 / 3)


@pytest.mark.parametrize("cases", [30, 50, 100, 250])
@pytest.mark.parametrize("share", [0.03, 0.1, 0.5, 0.9, 0.97])
def test_the_interval_of_a_share_holds_the_truth_as_often_as_its_docstring_says(
    cases: int, share: float
) -> None:
    """Computed over every number of right cases: no simulation, so no luck."""
    assert 0.936 <= exact(share, cases) <= 0.9745
