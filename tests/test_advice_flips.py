"""Which values of an input are tried in search of a flip."""

from __future__ import annotations

import pytest

from bespoke.advice.flips import _inputs
from tests.advice_cases import situation


@pytest.mark.parametrize(
    ("there", "tried"),
    [(0, [32, 200, 500, 1000, 10_000]), (300, [500, 1000, 10_000]), (1000, [10_000]), (10_000, [])],
)
def test_more_labelled_examples_are_tried_and_never_fewer_than_there_are(
    there: int, tried: list[int]
) -> None:
    values = {name: values for name, _, _, _, _, values in _inputs(situation({}).at(examples=there))}
    assert values["labelled examples"] == tried


def test_a_quality_is_tried_on_both_sides_within_0_and_1() -> None:
    """2, 5, 10 and 20 points up and down; from .90 the last step up would be 1.10, and .10 up is 1 itself."""
    values = {name: values for name, _, _, _, _, values in _inputs(situation({}))}
    assert values["target"] == pytest.approx([0.92, 0.88, 0.95, 0.85, 0.80, 0.70])
    assert sorted(values["quality today"]) == pytest.approx([0.5, 0.6, 0.65, 0.68, 0.72, 0.75, 0.8, 0.9])


def test_an_amount_is_tried_at_multiples_either_way_and_the_latency_from_one_that_nothing_fails() -> None:
    inputs = {name: (today, start, values) for name, _, today, start, _, values in _inputs(situation({}))}
    today, start, values = inputs["requests a day"]
    assert (today, start) == (2000, 2000)
    assert values == pytest.approx([3000, 2000 / 1.5, 6000, 2000 / 3, 20_000, 200, 200_000, 20])
    assert inputs["latency requirement"][:2] == (None, 30_000.0)
    # ten minutes of a person at 60 an hour
    assert inputs["worth of a right output"][:2] == (None, 10.0)
