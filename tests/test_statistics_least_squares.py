"""Least squares with no coefficient below zero."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from bespoke.statistics.least_squares import not_negative


def test_an_exact_fit_is_found() -> None:
    """1 x 2 + 1 x 3 = 5 and 2 x 2 + 0 x 3 = 4."""
    assert not_negative(np.array([[1.0, 1.0], [2.0, 0.0]]), np.array([5.0, 4.0])) == pytest.approx([2, 3])


def test_a_term_that_would_be_negative_is_left_out() -> None:
    """The plain fit of [[1, 0], [1, 1]] to [2, 1] is (2, -1); alone, the first term fits best at (2 + 1) / 2."""
    assert not_negative(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([2.0, 1.0])) == pytest.approx([1.5, 0])


def test_nothing_fits_better_than_a_term_that_points_the_other_way() -> None:
    assert not_negative(np.array([[1.0], [1.0]]), np.array([-1.0, -1.0])) == pytest.approx([0])


@pytest.mark.parametrize("seed", range(30))
def test_it_agrees_with_the_library(seed: int) -> None:
    chance = np.random.default_rng(seed)
    terms, wanted = chance.normal(size=(6, 3)), chance.normal(size=6)
    assert not_negative(terms, wanted) == pytest.approx(nnls(terms, wanted)[0], abs=1e-9)
