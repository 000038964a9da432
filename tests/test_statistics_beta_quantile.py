"""The interpolated quantiles against the exact ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betaincinv

from bespoke.statistics.beta_quantile import quantile

SHAPES = [(1 + rise, 5 - rise) for rise in (0.0, 0.01, 0.1, 0.5, 1.0, 2.0, 2.5, 3.0, 3.9, 3.99, 4.0)]


@pytest.mark.parametrize(("a", "b"), SHAPES)
def test_the_error_stays_below_a_billionth_of_the_range(a: float, b: float) -> None:
    tails = np.logspace(-16, -1, 500)
    u = np.concatenate([np.random.default_rng(1).random(20_000), tails, 1 - tails, [0.0, 0.5, 1.0]])
    assert np.abs(quantile(u, a, b) - betaincinv(a, b, u)).max() < 1e-9


def test_few_draws_are_exact() -> None:
    u = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    assert (quantile(u, 2.0, 4.0) == betaincinv(2.0, 4.0, u)).all()


def test_quantiles_rise_with_their_probability() -> None:
    u = np.linspace(0, 1, 50_001)
    assert (np.diff(quantile(u, 1.3, 4.7)) > 0).all()
