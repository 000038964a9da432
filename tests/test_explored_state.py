"""Facts and clients under values that are tried out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bespoke import clients
from bespoke.explore.explored_state import ExploredState
from bespoke.facts.reader import Facts

DAYS, OTHER = "cost.days_per_month", "threshold.least_chance"


@pytest.fixture(scope="module")
def state(examples: Path) -> ExploredState:
    client = clients.load(examples, "harbour_legal")
    return ExploredState(client, Facts(date(2026, 11, 27), {"least_chance": 0.4}), {"route": "rag"})


def test_a_fact_is_tried_out_at_another_value_and_all_others_stay(state: ExploredState) -> None:
    found = state.with_fact(DAYS, 20.5)
    was, now = state.facts.fact(DAYS), found.facts.fact(DAYS)
    assert now == was.model_copy(update={"value": Decimal("20.5")})
    assert was.value != now.value
    assert found.facts.fact(OTHER) == state.facts.fact(OTHER)
    assert found.facts.threshold("least_chance") == 0.4  # what the engagement sets holds as well
    assert (found.client, dict(found.choices)) == (state.client, {"route": "rag"})


def test_a_value_of_the_folder_is_tried_out_and_the_thresholds_are_the_engagements(
    state: ExploredState,
) -> None:
    task = state.client.tasks[0]
    place = ("tasks.csv", task.task_id, "requests_per_day")
    found = state.with_changes({place: 2 * task.requests_per_day}, {"route": "critic"})
    assert found.client.tasks[0].requests_per_day == 2 * task.requests_per_day
    assert found.client.tasks[1:] == state.client.tasks[1:]
    assert dict(found.choices) == {"route": "critic"}
    assert found.facts == Facts(state.facts.as_of, dict(state.client.engagement.thresholds))
    assert state.client.tasks[0].requests_per_day == task.requests_per_day
