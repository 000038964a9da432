"""Wilson's interval against printed values and its own coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from bespoke.statistics.proportion import wilson


@pytest.mark.parametrize(("n", "low", "high"), [(50, 0.76, 0.94), (120, 0.79, 0.92), (1200, 0.85, 0.89)])
def test_the_intervals_of_87_percent_that_decide_how_many_notes_are_needed(
    n: int, low: float, high: float
) -> None:
    got = wilson(round(0.87 * n), n)
    assert (round(got.low, 2), round(got.high, 2)) == (low, high)


def test_by_hand() -> None:
    # z = 1.959964, z² = 3.841459; centre (0.5 + 3.841459/20) / 1.3841459 = 0.5;
    # reach 1.959964 / 1.3841459 * sqrt(0.25/10 + 3.841459/400) = 1.416010 * 0.186026 = 0.263415
    got = wilson(5, 10)
    assert got.estimate == 0.5
    assert got.low == pytest.approx(0.236593, abs=1e-6)
    assert got.high == pytest.approx(0.763407, abs=1e-6)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_agrees_with_scipy(case: tuple[int, int]) -> None:
    successes, n = case
    theirs = binomtest(successes, n).proportion_ci(method="wilson")
    ours = wilson(successes, n)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert ours.low <= ours.estimate <= ours.high


def test_edges() -> None:
    assert wilson(0, 0).model_dump() == {"estimate": 0.0, "low": 0.0, "high": 1.0}
    assert wilson(0, 20).low == 0.0
    assert wilson(20, 20).high == 1.0
    for successes, n in ((-1, 5), (6, 5)):
        with pytest.raises(ValueError, match="between 0 and n"):
            wilson(successes, n)
    with pytest.raises(ValueError, match="level"):
        wilson(1, 2, level=1.0)


def test_coverage_of_95_percent_within_one_point_on_average_over_proportions() -> None:
    # Exact coverage, not simulated: the probability of the outcomes whose interval holds the truth, n = 100.
    n = 100
    limits = [wilson(k, n) for k in range(n + 1)]
    low, high = np.array([i.low for i in limits]), np.array([i.high for i in limits])
    coverage = [
        binom.pmf(np.arange(n + 1), n, p)[(low <= p) & (p <= high)].sum() for p in np.linspace(0.05, 0.95, 91)
    ]
    assert np.mean(coverage) == pytest.approx(0.95, abs=0.01)
