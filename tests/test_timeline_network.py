"""The simulated network against analytic moments, and the three-point distributions behind it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bespoke.chapters.timeline.estimates import PhaseEstimate
from bespoke.chapters.timeline.network import simulate, through
from bespoke.statistics import three_point

STAGES = {"audit": (2, 3), "dataset": (10, 30), "training": (5, 10), "ab": (5, 5), "integration": (5, 10)}


def chain(mode: float) -> list[PhaseEstimate]:
    """The source document's stages in one line, the likely point at a fraction of each range."""
    names = list(STAGES)
    return [
        PhaseEstimate(name, low, low + mode * (high - low), high, (names[i - 1],) if i else ())
        for i, (name, (low, high)) in enumerate(STAGES.items())
    ]


def test_analytic_moments_of_the_five_stages() -> None:
    # widths 1, 20, 5, 0, 5: sum of squares 1 + 400 + 25 + 0 + 25 = 451
    points = [(e.low, e.likely, e.high) for e in chain(1 / 2)]
    assert sum(three_point.mean(*p, "triangular") for p in points) == 42.5
    # symmetric triangular: width^2 / 24; PERT(4): width^2 / 28
    spread = math.sqrt(sum(three_point.variance(*p, "triangular") for p in points))
    assert spread == pytest.approx(math.sqrt(451 / 24)) == pytest.approx(4.335, abs=5e-4)
    spread = math.sqrt(sum(three_point.variance(*p, "pert") for p in points))
    assert spread == pytest.approx(math.sqrt(451 / 28)) == pytest.approx(4.013, abs=5e-4)


@pytest.mark.parametrize(
    ("shape", "mode", "correlation", "mean", "p10", "p50", "p80", "p90", "within_6", "within_8"),
    [
        ("triangular", 1 / 2, 0.0, 8.50, 7.35, 8.50, 9.27, 9.65, 0.0001, 0.29),
        ("triangular", 1 / 2, 0.6, 8.50, 7.00, 8.50, 9.50, 10.01, 0.007, 0.34),
        ("pert", 1 / 3, 0.3, 7.81, 6.66, 7.75, 8.60, 9.04, 0.007, 0.60),
    ],
)
def test_simulated_chain_in_weeks(
    shape: three_point.DistributionShape, mode: float, correlation: float, mean: float, p10: float, p50: float,
    p80: float, p90: float, within_6: float, within_8: float,
) -> None:  # fmt: skip
    # 100,000 draws: the standard error of a percentile is below 0.01 weeks
    weeks = simulate(chain(mode), 100_000, 3, correlation, shape).total / 5
    found = [weeks.mean(), *np.percentile(weeks, [10, 50, 80, 90])]
    assert found == pytest.approx([mean, p10, p50, p80, p90], abs=0.03)
    assert (weeks <= 6).mean() == pytest.approx(within_6, abs=0.002)
    assert (weeks <= 8).mean() == pytest.approx(within_8, abs=0.01)


def test_the_dataset_carries_the_risk_of_the_chain() -> None:
    # 400 of 451 = 88.7%; a chain is critical throughout
    simulation = simulate(chain(1 / 2), 50_000, 3, 0.0, "triangular")
    assert simulation.variance_shares()[1] == pytest.approx(400 / 451, abs=0.005)
    assert simulation.variance_shares().sum() == pytest.approx(1)
    assert simulation.criticality() == pytest.approx(np.ones(5))


def test_correlation_is_that_of_the_copula() -> None:
    # two PERT phases of the same shape: their rank correlation is 6/pi asin(rho/2) = 0.2876 for rho = 0.3
    from scipy.stats import spearmanr

    pair = [PhaseEstimate("a", 1, 2, 4), PhaseEstimate("b", 1, 2, 4)]
    simulation = simulate(pair, 100_000, 5, 0.3)
    expected = 6 / math.pi * math.asin(0.15)
    assert spearmanr(*simulation.durations).statistic == pytest.approx(expected, abs=0.01)


def test_the_slower_of_two_parallel_paths_decides() -> None:
    # join waits for a (3 days) and b (5 days), then takes 2: finish 7 through b
    network = [
        PhaseEstimate("a", 3, 3, 3),
        PhaseEstimate("b", 5, 5, 5),
        PhaseEstimate("join", 2, 2, 2, ("a", "b")),
    ]
    simulation = through(network, np.array([[3.0], [5.0], [2.0]]))
    assert simulation.total[0] == 7
    assert simulation.starts[2, 0] == 5
    assert simulation.criticality().tolist() == [0, 1, 1]


def test_two_equal_parallel_paths_share_criticality_and_finish_later_than_either() -> None:
    # the larger of two independent PERT(0, 5, 10): mean above 5 (merge bias), each decides half of the draws
    network = [
        PhaseEstimate("a", 0, 5, 10),
        PhaseEstimate("b", 0, 5, 10),
        PhaseEstimate("join", 0, 0, 0, ("a", "b")),
    ]
    simulation = simulate(network, 50_000, 3, 0.0)
    assert simulation.total.mean() > 5.9
    assert simulation.criticality()[0] == pytest.approx(0.5, abs=0.01)


def test_pert_quantiles_meet_mean_and_ends() -> None:
    # mean (2 + 4 x 3 + 10) / 6 = 4
    u = (np.arange(200_000) + 0.5) / 200_000
    drawn = three_point.quantile(u, 2, 3, 10)
    assert drawn.mean() == pytest.approx(4, abs=1e-4)
    assert drawn.var() == pytest.approx(three_point.variance(2, 3, 10), rel=1e-3)
    assert (drawn.min() >= 2, drawn.max() <= 10) == (True, True)


def test_triangular_quantiles_turn_at_the_mode() -> None:
    # low 0, mode 1, high 4: a quarter of the mass lies below the mode
    assert three_point.quantile(np.array([0.0, 0.25, 1.0]), 0, 1, 4, "triangular").tolist() == [0, 1, 4]


def test_a_range_without_a_likely_point_is_even_on_the_log_scale() -> None:
    assert three_point.span(np.array([0.0, 0.5, 1.0]), 1, 100) == pytest.approx([1, 10, 100])
    assert three_point.span(np.array([0.5]), 0, 4)[0] == 2
