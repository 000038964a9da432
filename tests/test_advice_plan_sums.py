"""What a plan costs once and a month, and what it is named after: sums over its steps, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke.advice.plan import AdvicePlan, MoneyRange, Step


def money(value: float) -> MoneyRange:
    return MoneyRange(expected=value, p10=value / 2, p90=value * 2)


def step(kind: str, route: str = "", cost: float = 0, rollout: float = 0, **given: Any) -> Step:
    found = {"monthly": None, "arrives": 1.0, "gain": None}
    return Step.model_construct(
        kind=kind, route=route or kind, cost=money(cost), rollout=money(rollout), **{**found, **given}
    )


def plan(*steps: Step, end: int = 0, meanwhile: Step | None = None) -> AdvicePlan:
    return AdvicePlan.model_construct(steps=steps, end=end, meanwhile=meanwhile, today=money(600))


PREPARE, LEVER = step("prepare", cost=100, rollout=7), step("lever", cost=20, rollout=5, monthly=money(500))
TEST = step("test", "few_shot", 1000, 300, monthly=money(700), gain=0.05)
SECOND = step("test", "rag", 2000, 400, monthly=money(900), gain=0.1, arrives=0.5)
BUILD = step("build", "tuned", 30_000, 8000, monthly=money(50), arrives=0.25)


@pytest.mark.parametrize(
    ("given", "once"),
    [
        (plan(PREPARE), 100),  # a preparation is not rolled out
        (plan(PREPARE, TEST, SECOND, end=1), 100 + 1300),  # up to the likely end
        (plan(PREPARE, TEST, SECOND, end=2), 100 + 1300 + 2400),
        (plan(TEST, BUILD, end=1), 1000 + 38_000),  # a build takes the place of the prompt work
        (plan(LEVER, TEST, BUILD, end=2), 25 + 1000 + 38_000),
        (plan(TEST, meanwhile=LEVER), 25 + 1300),  # beside the plan, at once
    ],
)
def test_everything_paid_once_on_the_way_to_the_likely_end(given: AdvicePlan, once: float) -> None:
    assert given.one_off == money(once)


def test_finding_out_costs_each_step_by_the_chance_of_getting_there_without_a_build_beyond() -> None:
    assert plan(PREPARE, TEST, SECOND, BUILD, end=1).expected_spend == 100 + 1000 + 2000 / 2
    assert plan(PREPARE, TEST, SECOND, BUILD, end=3).expected_spend == 2100 + 30_000 / 4


def test_a_month_is_that_of_the_last_step_that_runs_and_todays_where_none_does() -> None:
    assert plan(TEST, SECOND, PREPARE, end=1).monthly == money(900)
    assert plan(TEST, PREPARE, end=1).monthly == money(700)
    assert plan(PREPARE, TEST).monthly == money(600)


def test_the_end_is_named_after_the_step_that_takes_most_errors_away() -> None:
    assert plan(SECOND, TEST, end=1).end_route == "rag"
    assert plan(TEST, SECOND, end=0).end_route == "few_shot"
    assert plan(TEST, SECOND, BUILD, end=2).end_route == "tuned"
    assert plan(step("test", "unknown"), end=0).end_route == "unknown"
    assert [one.route for one in plan(TEST, SECOND, BUILD, end=1).taken] == ["few_shot", "rag"]
    assert (plan(TEST, SECOND).first, plan(TEST, SECOND, end=1).likely_end) == (TEST, SECOND)


def test_ranges_add_up_and_scale_end_by_end() -> None:
    assert money(10) + money(4) == money(14)
    assert money(10).times(3) == money(30)
    assert MoneyRange.nothing() == money(0)
