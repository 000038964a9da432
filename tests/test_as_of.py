"""The same client folder as of three days: the advice moves exactly where the market moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bespoke import clients
from bespoke.advice.routes import BUILDS, routes
from bespoke.chapters.recommendation import Recommendation
from bespoke.clients.schema import Client
from tests.conftest import all_results

HAIKU = "bedrock_haiku3_sft"
OTHER_BUILDS = {row.route for row in routes(date(2026, 11, 20)) if row.group in BUILDS} - {HAIKU}
DAYS = (date(2026, 3, 1), date(2026, 6, 1), date(2026, 11, 20))
WHEN = [*(pytest.param(day, marks=pytest.mark.slow) for day in DAYS[:2]), DAYS[2]]


class Advice(dict[date, Recommendation]):
    """The recommendation for a client by day, computed when it is first asked for."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.client = client

    def __missing__(self, day: date) -> Recommendation:
        result = all_results(self.client, day)["08_recommendation"]
        assert isinstance(result, Recommendation)
        self[day] = result
        return result


@pytest.fixture(scope="module")
def advice(root: Path) -> Advice:
    return Advice(clients.load(root / "client_data", "meridian_health"))


@pytest.mark.slow
def test_claude_3_haiku_is_open_then_closed_to_new_jobs_then_gone(advice: Advice) -> None:
    """For every task whose plan weighs a model of its own; what the tables say of the day is the reason."""
    march, june, november = (
        {
            task.task_id: [
                outcome.found
                for closed in task.plan.closed
                if closed.route == HAIKU
                for outcome in closed.outcomes
                if outcome.gate == "lifecycle"
            ]
            for task in advice[day].tasks
            if {closed.route for closed in task.plan.closed} & OTHER_BUILDS
        }
        for day in DAYS
    )
    assert {"note_structuring", "policy_qa", "discharge_instructions"} <= set(march) & set(june) & set(
        november
    )
    assert all(found == [] for found in march.values())
    notes = advice[DAYS[0]].task("note_structuring").plan  # nothing else speaks against it there
    assert HAIKU not in {closed.route for closed in notes.closed} | set(notes.unpriced)
    assert all(len(found) == 1 for found in (*june.values(), *november.values()))
    assert all(
        found.startswith("Legacy since 10 Mar 2026: no new fine-tuning job") for (found,) in june.values()
    )
    assert all(
        found.startswith("end of life on 10 Sept 2026 in every region") for (found,) in november.values()
    )


def test_claude_3_haiku_changes_on_the_days_of_the_tables() -> None:
    states = {
        day: next(row.state for row in routes(day) if row.route == HAIKU)
        for day in (
            date(2024, 11, 1), date(2026, 3, 9), date(2026, 3, 10), date(2026, 9, 9), date(2026, 9, 10),
        )
    }  # fmt: skip
    assert list(states.values()) == ["open", "open", "closed_to_new", "closed_to_new", "ended"]


@pytest.mark.slow
def test_a_newer_model_is_tried_once_it_is_there(advice: Advice) -> None:
    """Sonnet 5.5 was released on 2026-09-28: before that no plan may name it, after it plans of Sonnet users do."""
    models = {
        day: {step.configuration.model for task in advice[day].tasks for step in task.plan.steps}
        for day in DAYS
    }
    assert "claude-sonnet-5-5" not in models[DAYS[0]] | models[DAYS[1]]
    assert "claude-sonnet-5-5" in models[DAYS[2]]


@pytest.mark.parametrize("day", WHEN)
def test_no_date_lies_before_the_days_own(advice: Advice, day: date) -> None:
    assert all(task.live_p50 is None or task.live_p50 > day for task in advice[day].tasks)


def test_flips_lead_somewhere_else(advice: Advice) -> None:
    for task in advice[DAYS[-1]].tasks:
        assert len({flip.input for flip in task.flips}) == len(task.flips)
        assert all(flip.at != flip.today for flip in task.flips)


def test_an_override_moves_the_advice(root: Path, advice: Advice) -> None:
    client = clients.load(root / "client_data", "meridian_health")
    strict = client.engagement.model_copy(update={"thresholds": {"min_test_cases": 200}})
    result = all_results(replace(client, engagement=strict), DAYS[-1])["08_recommendation"]
    assert isinstance(result, Recommendation)
    plan = result.task("note_structuring").plan  # 112 test cases: enough for 50, not for 200
    assert "measure" in [step.route for step in plan.steps]
    assert "measure" not in [step.route for step in advice[DAYS[-1]].task("note_structuring").plan.steps]


@pytest.mark.parametrize("day", WHEN)
def test_the_totals_are_the_sums_of_the_tasks(advice: Advice, day: date) -> None:
    for name in ("today", "monthly", "one_off", "first_year"):
        parts = sum(getattr(task.money, name).expected for task in advice[day].tasks)
        assert getattr(advice[day].total, name).expected == pytest.approx(parts)
