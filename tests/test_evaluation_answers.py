"""What a system answered: read from recorded lines, or from values of a baseline."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.evaluation.answers import Answer, offline, recorded_systems


def row(case: str, run: int = 1, prediction: Any = "a", outcome: str | None = None, **given: Any) -> Any:
    found = {"confidence": None, "retrieved": {}, "usage": None, "latency_ms": None}
    return SimpleNamespace(id=case, run=run, prediction=prediction, outcome=outcome, **{**found, **given})


def systems(recorded: dict[str, list[Any]], **given: Any) -> list[Any]:
    found = {"setup": SimpleNamespace(systems=given.get("known", {})), "accounts": given.get("accounts", {})}
    task: Any = SimpleNamespace(recorded=recorded, cases=[SimpleNamespace(id=i) for i in "xy"], **found)
    return recorded_systems(task, lambda prediction: None if prediction == "odd" else prediction)


@pytest.mark.parametrize(
    ("line", "status", "value"),
    [
        (row("x"), "answered", "a"), (row("x", prediction="odd"), "schema_broken", None),
        (row("x", prediction=None), "schema_broken", None),
        (row("x", prediction=None, outcome="refused"), "refused", None),
        (row("x", outcome="too_long"), "too_long", None), (row("x", outcome="answer_lost"), "not_measured", None),
        (row("x", outcome="truncated", prediction=None), "schema_broken", None),
    ],
)  # fmt: skip
def test_a_line_is_an_answer_or_says_why_not(line: Any, status: str, value: Any) -> None:
    ((first, second),) = systems({"house": [line]})[0].runs
    assert (first.status, first.value) == (status, value)
    assert first.measured is (status != "not_measured")
    assert (second.status, second.value, second.measured) == ("missing", None, True)


def test_runs_stand_in_their_order_and_cases_in_theirs() -> None:
    lines = [
        row("y", 3, "d"),
        row("x", 3, "c"),
        row("y", 1, "b"),
        row("x", 1, "a", latency_ms=7.0, confidence=0.5),
    ]
    (found,) = systems({"house": lines})
    assert [[answer.value for answer in run] for run in found.runs] == [["a", "b"], ["c", "d"]]
    assert (found.runs[0][0].latency_ms, found.runs[0][0].confidence) == (7.0, 0.5)


def test_systems_stand_by_name_with_those_of_claude_last_and_titles_of_their_own() -> None:
    known = {"b_house": SimpleNamespace(title="Our rules", strategy=None, model="own", first_model=None)}
    accounts = {
        "claude_thinking": SimpleNamespace(strategy="thinking", model="claude-opus-4-8", small=""),
        "claude_rag": SimpleNamespace(strategy="rag", model="claude-opus-4-8", small="claude-haiku-4-5"),
    }
    recorded: dict[str, list[Any]] = {
        name: [row("x")] for name in ("claude_thinking", "z_last", "claude_rag", "b_house")
    }
    found = systems(recorded, known=known, accounts=accounts)
    assert [(one.name, one.title, one.kind) for one in found] == [
        ("b_house", "Our rules", "recorded"), ("z_last", "Z last", "recorded"), ("claude_rag", "Claude, rag", "claude"),
        ("claude_thinking", "Claude, thinking", "claude"),
    ]  # fmt: skip
    assert [(one.strategy, one.model, one.first_model) for one in found] == [
        (None, "own", None), (None, None, None), ("rag", "claude-opus-4-8", "claude-haiku-4-5"),
        ("extended_thinking", "claude-opus-4-8", None),
    ]  # fmt: skip
    known["claude_rag"] = SimpleNamespace(title="", strategy="few_shot", model="x", first_model=None)
    rag = systems(recorded, known=known, accounts=accounts)[2]
    assert (rag.title, rag.strategy, rag.model) == ("Claude, rag", "few_shot", "claude-opus-4-8")


def test_a_baseline_is_one_run_of_its_values() -> None:
    found = offline("rules", "Rules", ["a", None])
    assert found.runs == ((Answer("a"), Answer(None)),)
    assert (found.kind, found.learns, found.model) == ("offline", False, None)
    more = offline("rules", "Rules", ["a"], learns=True, confidences=[0.5], retrieved=[{"fused": ("b",)}])
    assert more.runs == ((Answer("a", confidence=0.5, retrieved={"fused": ("b",)}),),)
    assert more.learns is True
    with pytest.raises(ValueError, match="zip"):
        offline("rules", "Rules", ["a"], confidences=[0.5, 0.6])
