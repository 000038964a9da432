"""Expected quality and the chance of the target, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from bespoke.advice.quality import Addition, Outlook, above, outlook
from bespoke.facts.reader import Facts
from bespoke.statistics.interval import Interval
from tests.advice_cases import FACTS, situation


def test_the_chance_of_a_target_is_that_of_a_triangle() -> None:
    # low .6, likely .7, high .9. Target .8 on the falling side: (.9-.8)^2 / ((.9-.6)(.9-.7)) = .01/.06 = 1/6.
    assert above(0.6, 0.7, 0.9, 0.8) == pytest.approx(1 / 6)
    # Target .65 on the rising side: 1 - (.65-.6)^2 / ((.9-.6)(.7-.6)) = 1 - .0025/.03 = 11/12.
    assert above(0.6, 0.7, 0.9, 0.65) == pytest.approx(11 / 12)
    # At the likely value: (high - likely) / (high - low) = .2/.3.
    assert above(0.6, 0.7, 0.9, 0.7) == pytest.approx(2 / 3)


def test_at_and_beyond_the_ends_it_is_sure() -> None:
    assert above(0.6, 0.7, 0.9, 0.6) == 1.0
    assert above(0.6, 0.7, 0.9, 0.91) == 0.0
    assert above(0.7, 0.7, 0.7, 0.7) == 1.0  # a point at the target reaches it
    assert above(0.7, 0.7, 0.7, 0.71) == 0.0
    assert above(0.6, 0.9, 0.9, 0.9) == 0.0  # the likely value is the high one


def test_a_remedy_removes_its_share_of_the_errors_of_the_family_it_speaks_to() -> None:
    # 30 errors in 100, all of tone. few_shot on tone in the table: .30, .50, .75, and nothing was tried before:
    # quality 1 - .30 x (1 - e) = .79, .85, .925.
    found = outlook(situation(families={"tone": 30}, tried=False), FACTS, [Addition("few_shot")])
    assert found is not None
    assert (found.low, found.likely, found.high) == pytest.approx((0.79, 0.85, 0.925))
    assert found.basis == "expected"


def test_what_was_worked_on_before_has_less_left_in_it() -> None:
    # effects.already_tried: .20, .45, .80. Effects become .06, .225, .60: quality .718, .7675, .88.
    row = FACTS.fact("effects.already_tried")
    assert (float(row.range[0]), float(row.number), float(row.range[1])) == (0.2, 0.45, 0.8)
    found = outlook(situation(families={"tone": 30}, tried=True), FACTS, [Addition("few_shot")])
    assert found is not None
    assert (found.low, found.likely, found.high) == pytest.approx((0.718, 0.7675, 0.88))


def test_every_family_counts_with_its_share() -> None:
    # Half tone (few_shot .50), half facts (few_shot .03): 1 - .3 x (.5 x .5 + .5 x .97) = .7795.
    found = outlook(situation(families={"tone": 15, "facts": 15}, tried=False), FACTS, [Addition("few_shot")])
    assert found is not None
    assert found.likely == pytest.approx(0.7795)


def test_two_remedies_leave_the_product_of_what_each_leaves() -> None:
    # few_shot and prompt_engineering on tone: .5 and .35, so .5 x .65 = .325 is left: 1 - .3 x .325 = .9025.
    additions = [Addition("few_shot"), Addition("prompt_engineering")]
    found = outlook(situation(families={"tone": 30}, tried=False), FACTS, additions)
    assert found is not None
    assert found.likely == pytest.approx(0.9025)


def test_the_ceiling_caps_what_anything_could_reach() -> None:
    ceiling = Interval(estimate=0.82, low=0.80, high=0.84)
    found = outlook(
        situation(families={"tone": 30}, tried=False).at(ceiling=ceiling), FACTS, [Addition("few_shot")]
    )
    assert found == Outlook(low=0.79, likely=0.84, high=0.84, basis="expected")


def test_unread_failures_leave_it_unknown_and_a_measurement_speaks_without_them() -> None:
    unread = situation(families={})
    assert outlook(unread, FACTS, [Addition("few_shot")]) is None
    measured = Addition("few_shot", measured=Interval(estimate=0.8, low=0.75, high=0.84))
    found = outlook(unread, FACTS, [measured])
    assert found is not None
    assert (found.low, found.likely, found.high) == pytest.approx((0.75, 0.8, 0.84))
    assert found.basis == "measured"


def test_a_smaller_model_adds_errors() -> None:
    found = outlook(situation(families={"tone": 30}), FACTS, [Addition("model_change", "smaller")])
    assert found is not None
    assert found.low < found.likely < 0.70


def test_effects_are_in_order_and_within_one_for_every_row_of_the_table() -> None:
    from bespoke.facts.effects import effects

    for row in effects(Facts(date(2026, 11, 27)).as_of):
        assert -1 <= row.low <= row.value <= row.high <= 1, row
