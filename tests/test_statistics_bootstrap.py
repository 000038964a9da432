"""Cluster bootstrap intervals: against scipy, against the truth, and at their edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import bootstrap as scipy_bootstrap
from scipy.stats import norm, t

from bespoke.statistics.bootstrap import ClusterBootstrap, _shape
from bespoke.statistics.clusters import Measure
from bespoke.statistics.proportion import wilson


def ratio(numerator: list[float], denominator: list[float] | None = None) -> Measure:
    return Measure.ratio(
        np.array(numerator, dtype=float), np.array(denominator or [1.0] * len(numerator), dtype=float)
    )


def singles(n: int) -> list[str]:
    return [str(i) for i in range(n)]


def test_the_estimate_is_the_ratio_of_the_sums_not_the_mean_of_the_ratios() -> None:
    # (1 + 3) / (2 + 3) = 0.8, where the mean of 1/2 and 3/3 would be 0.75
    assert ClusterBootstrap(["a", "b"]).ratio(ratio([1, 3], [2, 3])).estimate == pytest.approx(0.8)


def test_every_resample_draws_as_many_clusters_as_there_are() -> None:
    weights = ClusterBootstrap(["a", "a", "b", "c"], resamples=50).weights
    assert weights.shape == (50, 3)
    assert (weights.sum(axis=1) == 3).all()


def test_agrees_with_scipy_on_the_mean_of_independent_notes() -> None:
    values = np.random.default_rng(7).beta(3, 2, 200)
    theirs = scipy_bootstrap(
        (values,), np.mean, n_resamples=4000, rng=np.random.default_rng(1)
    ).confidence_interval
    ours = ClusterBootstrap(singles(200), resamples=4000, seed=1).ratio(Measure.ratio(values, np.ones(200)))
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.003)


def test_ten_copies_of_a_note_know_no_more_than_one() -> None:
    values = np.random.default_rng(3).random(40)
    once = ClusterBootstrap(singles(40), resamples=3000, seed=5).ratio(Measure.ratio(values, np.ones(40)))
    copies = ClusterBootstrap([str(i) for i in range(40) for _ in range(10)], resamples=3000, seed=5).ratio(
        Measure.ratio(np.repeat(values, 10), np.ones(400))
    )
    assert copies.half_width == pytest.approx(once.half_width, rel=0.05)


def test_a_paired_difference_is_narrower_than_two_intervals_suggest() -> None:
    random = np.random.default_rng(11)
    base = random.random(150)
    better = np.clip(base + 0.05 + random.normal(0, 0.05, 150), 0, 1)
    draws = ClusterBootstrap(singles(150), seed=2)
    first, second = Measure.ratio(better, np.ones(150)), Measure.ratio(base, np.ones(150))
    assert draws.ratio(first).overlaps(draws.ratio(second))
    found = draws.difference(first, second)
    assert found.interval.low > 0
    assert found.p < 0.01


def test_differences_drawn_together_are_those_drawn_one_by_one() -> None:
    random = np.random.default_rng(4)
    ratios = [Measure.ratio(random.binomial(3, 0.5, 60) * 1.0, np.full(60, 3.0)) for _ in range(4)]
    draws = ClusterBootstrap(singles(60), seed=8)
    pairs = [(0, 1), (3, 0), (2, 2)]
    assert draws.differences(ratios, pairs) == tuple(draws.difference(ratios[a], ratios[b]) for a, b in pairs)
    assert draws.differences(ratios, []) == ()


def test_sums_of_counts_are_exact_and_those_of_fractions_as_good_as_double() -> None:
    # thirds next to whole numbers: the resampled sums must be the weights times the values, to the last digit
    values = np.column_stack([np.arange(70.0), np.arange(70) / 3])
    draws = ClusterBootstrap([f"{i:02d}" for i in range(70)], resamples=500, seed=2)
    found = draws._resampled(values)
    expected = draws.weights.astype(float) @ values
    assert (found[:, 0] == expected[:, 0]).all()
    assert found[:, 1] == pytest.approx(expected[:, 1], rel=1e-13)


def test_p_and_interval_tell_the_same_story() -> None:
    random = np.random.default_rng(19)
    for shift in np.linspace(-0.1, 0.1, 21):
        first = Measure.ratio(random.normal(shift, 0.4, 80), np.ones(80))
        found = ClusterBootstrap(singles(80), seed=3).difference(
            first, Measure.ratio(np.zeros(80), np.ones(80))
        )
        if abs(found.p - 0.05) > 0.01:  # quantiles of 2,000 resamples decide only so finely
            assert found.interval.excludes_zero == (found.p < 0.05)


def test_identical_systems_do_not_differ() -> None:
    same = ratio([0, 1, 1, 0])
    found = ClusterBootstrap(singles(4)).difference(same, same)
    assert (found.interval.low, found.interval.high, found.p) == (0, 0, 1)


def test_where_no_note_failed_the_interval_still_allows_failures() -> None:
    never = ClusterBootstrap(singles(30)).ratio(ratio([0.0] * 30))
    always = ClusterBootstrap(singles(30)).ratio(ratio([1.0] * 30))
    assert (never.low, never.high) == (0, wilson(0, 30).high)
    assert (always.low, always.high) == (wilson(30, 30).low, 1)


def test_resamples_without_a_denominator_say_nothing() -> None:
    # only two of twenty notes have the code, both right: a resample without them is no evidence of a miss
    found = ClusterBootstrap(singles(20)).ratio(ratio([1, 1] + [0] * 18, [1, 1] + [0] * 18))
    assert found.estimate == 1
    assert found.low == wilson(2, 2).low
    nothing = ClusterBootstrap(singles(3)).ratio(ratio([0, 0, 0], [0, 0, 0]))
    assert (nothing.low, nothing.high) == (0, 1)


def test_one_cluster_cannot_show_how_clusters_differ() -> None:
    found = ClusterBootstrap(["a", "a", "a"]).ratio(ratio([1, 0, 1]))
    assert (found.low, found.high) == (0, 1)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ClusterBootstrap([])
    with pytest.raises(ValueError, match="2 values for 3 cases"):
        ClusterBootstrap(singles(3)).ratio(ratio([1, 2]))


@pytest.mark.parametrize(("clusters", "runs", "within"), [(30, 500, 0.02), (110, 4000, 0.01)])
def test_95_percent_intervals_of_a_clustered_f1_cover_the_truth(
    clusters: int, runs: int, within: float
) -> None:
    # Groups of 1 + Poisson(0.5) notes share a quality; 2 tp / (answered + gold).
    # Simulation error: one point at 500 runs, 0.35 at 4,000.
    random = np.random.default_rng(23)

    def draw(n: int) -> tuple[list[str], Measure]:
        group = np.repeat(np.arange(n), 1 + random.poisson(0.5, n))
        gold = 1 + random.poisson(2, len(group))
        hits = random.binomial(gold, random.beta(2.4, 1.6, n)[group])
        return [f"{g:06d}" for g in group], Measure.ratio(
            2.0 * hits, hits + random.poisson(1, len(group)) + gold * 1.0
        )

    _, population = draw(200_000)
    truth = float(population.combine(population.columns.sum(0)))
    covered = 0
    for run in range(runs):
        groups, sample = draw(clusters)
        found = ClusterBootstrap(groups, resamples=800, seed=run).ratio(sample)
        covered += found.low <= truth <= found.high
    assert covered / runs == pytest.approx(0.95, abs=within)


def test_bias_and_acceleration_by_hand() -> None:
    # half the resamples below the estimate: no bias. Left out one by one 0, 0, 3: mean 1, apart 1, 1, -2,
    # cubes -6, squares 6: -6 / (6 x 6^1.5)
    bias, acceleration = _shape(2.0, np.array([1.0, 2.0, 2.0, 3.0]), np.array([0.0, 0.0, 3.0]))
    assert (bias, acceleration) == pytest.approx((0.0, -1 / 6**1.5))
    # a quarter below and a quarter equal, which counts half: 3/8
    bias, _ = _shape(2.0, np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 1.0]))
    assert bias == pytest.approx(norm.ppf(3 / 8))


def test_the_levels_are_efrons_with_students_quantiles() -> None:
    # 10 clusters: 9 degrees of freedom, widened by sqrt(10/9)
    found = ClusterBootstrap(singles(10), resamples=20)._levels(0.1, 0.05)
    z = math.sqrt(10 / 9) * t.ppf([0.025, 0.975], 9)
    expected = norm.cdf(0.1 + (0.1 + z) / (1 - 0.05 * (0.1 + z)))
    assert found == pytest.approx(expected)


def test_a_skewed_statistic_has_the_accelerated_interval_of_scipy() -> None:
    """Ratios whose tail lies above: without acceleration the upper end would lie a tenth of the width lower."""
    values = np.random.default_rng(3).lognormal(0, 1, 60)
    theirs = scipy_bootstrap(
        (values,), np.mean, n_resamples=9_000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    plain = scipy_bootstrap(
        (values,), np.mean, n_resamples=9_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    ours = ClusterBootstrap(singles(60), resamples=9_000, seed=1).ratio(Measure.ratio(values, np.ones(60)))
    width = theirs.high - theirs.low
    assert abs(ours.high - theirs.high) < 0.07 * width
    assert ours.high - plain.high > 0.07 * width
