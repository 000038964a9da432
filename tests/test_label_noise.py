"""Wrong expected answers: what they would do to the order of two systems."""

from __future__ import annotations

from math import comb

import pytest

from bespoke.evaluation.label_noise import label_noise
from bespoke.statistics.clusters import Measure


def lead(ahead: int, behind: int, same: int) -> tuple[Measure, Measure]:
    """`ahead` cases that the first alone has right, `behind` that the second alone has, `same` that both have."""
    first = [True] * ahead + [False] * behind + [True] * same
    second = [False] * ahead + [True] * behind + [True] * same
    return Measure.share(first), Measure.share(second)


def test_a_lead_of_one_case_is_lost_where_that_case_is_wrong() -> None:
    """One discordant case among 100: the order turns exactly where it is drawn, so it stays with 1 - share."""
    found = label_noise(*lead(1, 0, 99), seed=1, shares=(0.1, 0.5))
    assert [step.same_order for step in found] == [pytest.approx(0.9, abs=0.02), pytest.approx(0.5, abs=0.04)]


def test_a_lead_of_three_cases_is_lost_where_two_of_them_are_wrong() -> None:
    """3 of 100 discordant, all for the first: with k of them wrong the lead is 3 - 2k; it stays for k of 0 and 1."""
    (step,) = label_noise(*lead(3, 0, 97), seed=1, shares=(0.2,))
    stays = sum(comb(3, k) * 0.2**k * 0.8 ** (3 - k) for k in (0, 1))
    assert step.same_order == pytest.approx(stays, abs=0.02)  # 0.896


def test_cases_on_which_both_say_the_same_change_nothing() -> None:
    few, many = (label_noise(*lead(5, 2, same), seed=1, shares=(0.1,)) for same in (10, 500))
    assert few[0].same_order == pytest.approx(many[0].same_order, abs=0.03)


def test_equal_systems_have_no_order_to_lose() -> None:
    assert label_noise(*lead(4, 4, 10), seed=1) == ()


def test_a_wide_lead_stays() -> None:
    assert all(step.same_order > 0.999 for step in label_noise(*lead(40, 5, 55), seed=1))
