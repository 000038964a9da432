"""The plans behind the controls of the recommendation: made anew only where something changed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.explore import advice_explorer
from bespoke.explore.advice_explorer import RecommendationExplorer


def scene(**given: Any) -> Any:
    tasks = tuple(SimpleNamespace(task_id=name) for name in ("a", "b"))
    client = SimpleNamespace(tasks=tasks, prices=None, engagement="e")
    return SimpleNamespace(
        client=client, facts=SimpleNamespace(overrides={"least_chance": given.get("least", 0.3)})
    )


def test_a_task_about_which_nothing_has_changed_keeps_its_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def advised(client: Any, task: Any, situation: Any, facts: Any, inputs: Any) -> str:
        made.append(task.task_id)
        return f"plan {len(made)} of {task.task_id} in {situation}"

    monkeypatch.setattr(advice_explorer, "advised", advised)
    monkeypatch.setattr(advice_explorer, "drawn", lambda scene, draws: draws)
    explorer = object.__new__(RecommendationExplorer)
    situations = {"a": "one", "b": "two"}
    explorer.earlier = SimpleNamespace(situations=lambda scene: dict(situations))  # type: ignore[assignment]
    explorer._made = {}
    now, first = scene(), {"a": "plan 1 of a in one", "b": "plan 2 of b in two"}
    assert explorer._plans(now) == first
    assert explorer._plans(now) == first
    situations["b"] = "three"
    assert explorer._plans(now) == {**first, "b": "plan 3 of b in three"}
    assert explorer._plans(scene(least=0.4)) == {"a": "plan 4 of a in one", "b": "plan 5 of b in three"}
    assert made == ["a", "b", "b", "a", "b"]
