"""Inverse power laws: curves that are known come back, and scores that are out of reach say so."""

from __future__ import annotations

import numpy as np
import pytest

from bespoke.statistics.power_law import RATES, PowerLaws, _line, power_laws

SIZES = (25, 50, 100, 200)


def curve(top: float, drop: float, rate: float) -> list[float]:
    return [top - drop * size**-rate for size in SIZES]


def test_a_curve_that_is_one_comes_back() -> None:
    rate = float(RATES[40])
    found = power_laws(SIZES, np.array([curve(0.9, 2.0, rate), curve(0.7, 1.0, rate)]))
    assert found.top == pytest.approx([0.9, 0.7])
    assert found.drop == pytest.approx([2.0, 1.0])
    assert found.rate == pytest.approx([rate, rate])


def test_scores_and_sizes_by_hand() -> None:
    found = PowerLaws(np.array([0.9]), np.array([2.0]), np.array([0.5]))
    # 0.9 - 2 / sqrt(100) = 0.7; and 0.8 takes (2 / 0.1)^2 = 400 examples
    assert found.at(100) == pytest.approx([0.7])
    assert found.size_for(0.8) == pytest.approx([400])


def test_a_score_at_or_above_the_top_is_never_reached() -> None:
    found = PowerLaws(np.array([0.9]), np.array([2.0]), np.array([0.5]))
    assert np.isinf(found.size_for(0.9)).all()
    assert np.isinf(found.size_for(0.95)).all()


def test_what_is_reached_from_the_start_takes_one_example() -> None:
    found = PowerLaws(np.array([0.9]), np.array([0.1]), np.array([0.5]))
    assert found.size_for(0.75) == pytest.approx([1])


def test_no_curve_rises_above_one_or_falls() -> None:
    rising, falling = [0.5, 0.66, 0.82, 0.98], [0.8, 0.7, 0.6, 0.5]
    found = power_laws(SIZES, np.array([rising, falling]))
    assert (found.top <= 1).all()
    assert (found.drop >= 0).all()
    assert found.at(10_000)[1] == pytest.approx(0.65)  # a falling curve is a flat line through its mean


def test_three_sizes_are_too_few() -> None:
    with pytest.raises(ValueError, match="at least 4 sizes"):
        power_laws((25, 50, 100), np.array([[0.1, 0.2, 0.3]]))


@pytest.mark.parametrize(
    ("scores", "top", "drop"),
    [
        ([0.8, 0.6], 1.0, 1.0),  # 1 - fall, through both points
        ([0.7, 0.5], 0.9, 1.0),
        # the plain line is 1.2 - fall; through (0, 1) it falls by (0 x 0.2 + 0.2 x 0.4) / (0.2^2 + 0.4^2) = 0.4
        ([1.0, 0.8], 1.0, 0.4),
        ([0.5, 0.7], 0.6, 0.0),  # a curve does not fall with more examples: its mean
        ([1.0, 1.2], 1.0, 0.0),  # both bounds at once
    ],
)
def test_the_line_of_one_rate_is_the_best_within_its_bounds(
    scores: list[float], top: float, drop: float
) -> None:
    (found_top,), (found_drop,) = _line(np.array([0.2, 0.4]), np.array([scores]))
    assert (found_top, found_drop) == pytest.approx((top, drop))
