"""Reservation values and prices of the target, by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.advice.situation import Worth
from bespoke.advice.worth import (
    WEIGHTS,
    dearest,
    gain_of_right,
    outputs,
    price_of_target,
    reservation_value,
)
from tests.advice_cases import FACTS, situation


def test_a_box_with_one_prize_is_worth_it_less_cost_over_chance() -> None:
    # Weitzman: cost = p (V - z), so z = V - cost / p = 100 - 10 / .5 = 80 for a prize of 100 with even odds, else 0.
    assert reservation_value(10, [100, 0], [0.5, 0.5]) == pytest.approx(80)


def test_three_values_by_hand() -> None:
    # Values 0, 40, 100 with 1/4, 1/2, 1/4 at a cost of 10. Above 40 only the best counts: 1/4 (100 - z) = 10 gives 60.
    assert reservation_value(10, [0, 40, 100]) == pytest.approx(60)
    # At a cost of 25 that would give 0 < 40: 1/4 (100 - z) + 1/2 (40 - z) = 25, so 45 - .75 z = 25 and z = 26.67.
    assert reservation_value(25, [0, 40, 100]) == pytest.approx(80 / 3)
    # At a cost of 60 all three count: 45 - z = 60, z = -15: the box stays shut.
    assert reservation_value(60, [0, 40, 100]) == pytest.approx(-15)


@given(
    st.floats(0.01, 1e6), st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3)
)  # fmt: skip
def test_the_value_solves_its_own_equation(cost: float, values: list[float]) -> None:
    z = reservation_value(cost, values)
    gain = sum(w * max(v - z, 0.0) for v, w in zip(values, WEIGHTS, strict=True))
    assert gain == pytest.approx(cost, rel=1e-6, abs=1e-4)


def test_a_dearer_box_is_worth_less() -> None:
    found = [reservation_value(cost, [0, 40, 100]) for cost in (1, 5, 10, 25, 60)]
    assert all(a > b for a, b in pairwise(found))


def test_the_price_of_the_target_is_test_over_chance_roll_out_and_a_year_of_what_is_added() -> None:
    # 3,000 / .25 + 1,500 + 12 x 200 = 12,000 + 1,500 + 2,400.
    assert price_of_target(3000, 0.25, 1500, 200, 12) == pytest.approx(15_900)
    assert price_of_target(3000, 0.0, 1500, 200, 12) == float("inf")


def test_what_a_right_output_is_worth() -> None:
    def worth(**stated: float) -> Worth:
        return Worth(person_hour=60.0, consultant_day=1500.0, **stated)

    plain = situation({"tone": 30})
    assert gain_of_right(plain) is None
    assert (
        gain_of_right(plain.at(worth=worth(right=2.0, wrong=5.0))) == 7.0
    )  # a right one gained, a wrong one spared
    assert gain_of_right(plain.at(worth=worth(minutes=6.0))) == 6.0  # six minutes at 60 an hour
    assert dearest(plain, FACTS) == 10.0  # ten minutes of an annotator, where nobody has said
    assert dearest(plain.at(worth=worth(right=0.5)), FACTS) == 0.5


def test_outputs_of_a_year() -> None:
    assert outputs(situation({"tone": 30}), FACTS) == pytest.approx(2000 * 30.4375 * 12)


def test_a_value_without_a_weight_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="zip"):
        reservation_value(1, [100, 0, 5], [0.5, 0.5])


@pytest.mark.parametrize(
    ("chance", "price"), [(0.0, float("inf")), (-0.1, float("inf")), (0.5, 100 / 0.5 + 7 + 12 * 3)]
)
def test_a_step_that_cannot_reach_the_target_has_no_price_of_it(chance: float, price: float) -> None:
    assert price_of_target(100, chance, 7, 3, 12) == price
