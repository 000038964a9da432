"""Three-point estimates by hand: quantiles, means and variances."""

from __future__ import annotations

import numpy as np
import pytest

from bespoke.statistics import three_point

U = np.array([0.0, 0.1, 0.5, 0.9, 1.0])


def test_a_pert_whose_mode_is_its_low_end_is_a_power() -> None:
    # beta(1, 5): u = 1 - (1 - x)^5
    assert three_point.quantile(U, 0, 0, 1) == pytest.approx(1 - (1 - U) ** 0.2)
    assert three_point.quantile(U, 10, 10, 30) == pytest.approx(10 + 20 * (1 - (1 - U) ** 0.2))


def test_a_pert_whose_mode_is_its_high_end_is_its_mirror() -> None:
    assert three_point.quantile(U, 0, 1, 1) == pytest.approx(U**0.2)


def test_a_symmetric_pert_has_its_median_in_the_middle_and_solves_its_own_polynomial() -> None:
    # beta(3, 3): u = 10 x^3 - 15 x^4 + 6 x^5
    x = three_point.quantile(U, 2, 4, 6)
    z = (x - 2) / 4
    assert (x[0], x[2], x[4]) == pytest.approx((2, 4, 6))
    assert 10 * z**3 - 15 * z**4 + 6 * z**5 == pytest.approx(U)


@pytest.mark.parametrize("likely", [0.0, 0.001, 0.3, 0.5, 0.97, 1.0])
def test_many_draws_are_what_few_are(likely: float) -> None:
    """Beyond a thousand they are read off the distribution function; the ends, where it is flat, included."""
    many = np.concatenate([np.random.default_rng(3).random(2000), np.geomspace(1e-9, 1e-3, 50), [0.0, 1.0]])
    few = np.concatenate([three_point.quantile(one, 0, likely, 1) for one in np.array_split(many, 3)])
    assert three_point.quantile(many, 0, likely, 1) == pytest.approx(few, abs=3e-7)


def test_a_triangle_by_its_areas() -> None:
    # on [0, 10] with mode 4 the share below 4 is 4/10; below it u = x^2 / 40, above 1 - u = (10 - x)^2 / 60
    found = three_point.quantile(np.array([0.1, 0.4, 0.85]), 0, 4, 10, "triangular")
    assert found == pytest.approx([2.0, 4.0, 7.0])


def test_a_point_is_itself_and_a_span_is_even_on_its_scale() -> None:
    assert three_point.quantile(U, 5, 5, 5).tolist() == [5.0] * 5
    assert three_point.span(np.array([0.0, 0.5, 1.0]), 1, 100) == pytest.approx([1.0, 10.0, 100.0])
    assert three_point.span(np.array([0.0, 0.5, 1.0]), 0, 100) == pytest.approx([0.0, 50.0, 100.0])


@pytest.mark.parametrize("shape", ["pert", "triangular"])
def test_mean_and_variance_are_those_of_the_quantiles(shape: three_point.DistributionShape) -> None:
    drawn = three_point.quantile((np.arange(200_000) + 0.5) / 200_000, 2, 3, 10, shape)
    assert three_point.mean(2, 3, 10, shape) == pytest.approx(drawn.mean(), rel=1e-6)
    assert three_point.variance(2, 3, 10, shape) == pytest.approx(drawn.var(), rel=1e-5)


def test_means_by_hand() -> None:
    assert three_point.mean(2, 3, 10) == pytest.approx((2 + 4 * 3 + 10) / 6)
    assert three_point.mean(2, 3, 10, "triangular") == pytest.approx(5.0)
    # beta(1.5, 4.5) on [2, 10]: 64 x 1.5 x 4.5 / (36 x 7); triangle: (4 + 9 + 100 - 6 - 20 - 30) / 18
    assert three_point.variance(2, 3, 10) == pytest.approx(64 * 6.75 / 252)
    assert three_point.variance(2, 3, 10, "triangular") == pytest.approx(57 / 18)
