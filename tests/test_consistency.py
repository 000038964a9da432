"""Where a declaration and what was counted fall apart: a warning at the row and column of tasks.csv."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.chapters import consistency
from bespoke.chapters.registry import EVIDENCE


def test_each_contradiction_is_a_warning_where_it_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = {
        "mail": [("quality", "0.9 stated, 0.7 measured"), ("target", "said already")],
        "notes": [("examples", "500 stated, 20 there"), ("volume", "of no column")],
    }
    asked: list[str] = []

    def compute(stem: str, client: Any, facts: Any, earlier: Any, parameters: Any) -> str:
        asked.append(stem)
        return f"result of {stem}"

    def situations(client: Any, facts: Any, **given: Any) -> Any:
        assert given == {
            "failures": f"result of {EVIDENCE['failures']}", "dataset": f"result of {EVIDENCE['dataset']}",
            "measured": f"measured by result of {EVIDENCE['evaluation']}",
        }  # fmt: skip
        assert facts.threshold("least_chance") == 0.4
        return {
            task: SimpleNamespace(
                evidence=SimpleNamespace(
                    contradictions=[SimpleNamespace(input=i, says=says) for i, says in found]
                )
            )
            for task, found in apart.items()
        }

    monkeypatch.setattr(consistency, "compute", compute)
    monkeypatch.setattr(consistency, "measured_tasks", lambda evaluation: f"measured by {evaluation}")
    monkeypatch.setattr(consistency, "situations", situations)
    engagement = SimpleNamespace(as_of=date(2026, 11, 20), thresholds={"least_chance": 0.4})
    client: Any = SimpleNamespace(
        name="acme", engagement=engagement, tasks=[SimpleNamespace(task_id=name) for name in apart]
    )
    assert [str(problem) for problem in consistency.inconsistencies(client)] == [
        "acme/tasks.csv:2: current_quality: 0.9 stated, 0.7 measured (warning)",
        "acme/tasks.csv:3: labelled_examples: 500 stated, 20 there (warning)",
        "acme/tasks.csv:3: of no column (warning)",
    ]
    assert asked == list(EVIDENCE.values())
