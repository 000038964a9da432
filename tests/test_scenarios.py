"""The advice on every task of tests/scenarios, on all its days: written before the rules, and never from them."""

from __future__ import annotations

import pytest

from tests.scenario_cases import Scenario, differences, scenarios

EVERY = scenarios()


@pytest.mark.parametrize("one", EVERY, ids=[f"{one.name}-{one.day}" for one in EVERY])
def test_the_plan_is_what_experts_expect(one: Scenario) -> None:
    plan, found = one.plan()
    assert differences(one, plan, found) == []


def test_there_are_at_least_sixty_tasks_and_each_gives_a_reason_and_a_source() -> None:
    names = {one.name for one in EVERY}
    assert len(names) >= 60
    for one in EVERY:
        assert all(str(one.given[key]).strip() for key in ("says", "because", "source")), one.name
