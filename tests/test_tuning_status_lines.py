"""How a run on AWS, its model's life and what nobody knows of are told in lines."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.tuning.jobs import lifecycle, status_lines
from bespoke.tuning.jobs.lifecycle import Lifecycle


def resource(name: str, status: str, message: str = "") -> Any:
    return SimpleNamespace(name=name, status=status, message=message)


def run(job: Any, model: Any = None, endpoint: Any = None) -> list[str]:
    said: list[str] = []
    made: Any = SimpleNamespace(name="risk_memo-haiku", job=job, model=model, endpoint=endpoint)
    status_lines.say_run(made, said.append)
    return said


def test_a_run_is_told_as_far_as_it_has_come_and_why_it_stopped() -> None:
    assert run(resource("j1", "InProgress")) == ["risk_memo-haiku: job j1: InProgress"]
    assert run(resource("j1", "Failed", "the role may not read the bucket")) == [
        "risk_memo-haiku: job j1: Failed: the role may not read the bucket"
    ]
    done, model = resource("j1", "Completed"), resource("m1", "Active")
    assert run(done, model, resource("e1", "InService")) == [
        "risk_memo-haiku: job j1: Completed",
        "risk_memo-haiku: model m1: Active",
        "risk_memo-haiku: endpoint e1: InService",
    ]
    assert run(done, model, resource("e1", "Failed", "no capacity"))[-1].endswith("e1: Failed: no capacity")


def test_what_no_run_knows_is_said_to_be_paid_for() -> None:
    said: list[str] = []
    stray: Any = SimpleNamespace(kind="endpoint", name="e9", status="InService")
    status_lines.say_unrecorded(stray, said.append)
    assert said == ["not in the state, but on AWS and paid for: endpoint e9 (InService)"]


@pytest.mark.parametrize(
    ("life", "hourly", "lines"),
    [
        (None, None, ["AWS does not tell this user the model's lifecycle; the fact tables decide alone"]),
        (
            Lifecycle("ACTIVE", None, None, None, True), None,
            ["AWS says: claude-haiku in us-west-2 is ACTIVE, no end announced"],
        ),
        (
            Lifecycle("ACTIVE", date(2027, 1, 4), date(2027, 2, 1), date(2027, 7, 1), True), None,
            ["AWS says: claude-haiku in us-west-2 is ACTIVE, legacy since 2027-01-04, extended access since 2027-02-01,"
             " ends 2027-07-01"],
        ),
        (
            Lifecycle("LEGACY", date(2026, 11, 20), None, None, True), None,
            ["AWS says: claude-haiku in us-west-2 is LEGACY, legacy since 2026-11-20",
             "in the way: haiku: AWS says it is legacy since 2026-11-20: no new job, no new capacity"],
        ),
        (  # under a private arrangement AWS itself decides
            Lifecycle("LEGACY", date(2026, 11, 20), None, None, True), 40,
            ["AWS says: claude-haiku in us-west-2 is LEGACY, legacy since 2026-11-20"],
        ),
    ],
)  # fmt: skip
def test_a_models_life_is_told_with_what_is_in_the_way(
    monkeypatch: pytest.MonkeyPatch, life: Lifecycle | None, hourly: int | None, lines: list[str]
) -> None:
    monkeypatch.setattr(lifecycle, "ask_lifecycle", lambda *_: life)
    access = SimpleNamespace(private_haiku_arrangement=True)
    client: Any = SimpleNamespace(engagement=SimpleNamespace(access=access))
    profile: Any = SimpleNamespace(name="haiku", base_model="claude-haiku", hourly_price=hourly)
    aws: Any = SimpleNamespace(region="us-west-2")
    outside: Any = SimpleNamespace(today=date(2026, 11, 20))
    said: list[str] = []
    status_lines.say_lifecycle(client, profile, aws, outside, said.append)
    assert said == lines
