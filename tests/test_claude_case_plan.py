"""Which strategies a task can have: each that it cannot is named with what is missing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.claude.requests import case_plan
from bespoke.claude.requests.case_plan import LADDER, chosen_for
from bespoke.errors import BespokeError

BARE = {"prompt": "", "files": {}, "documents": {}, "usable_train": ()}
EVERYTHING = {
    "prompt": "Route the ticket.", "files": {"optimised_prompt.md": "x"}, "documents": {"a.md": "text"},
    "usable_train": ("a case",),
}  # fmt: skip
NEEDS = {
    "own_prompt": "task.yaml names no prompt",
    "optimised_prompt": "there is no optimised_prompt.md; `bespoke optimise` writes one",
    "structured_output": "its answers are plain text, or of a form that no provider can hold a model to",
    "small_then_large": "nothing tells which of a smaller model's answers can be trusted: task.yaml names no rules",
    "rag": "there is no documents/ to search",
    "few_shot": "there is no train.jsonl to take examples from",
}
NEVER = {"glossary": "a glossary is made of the evidence in coded notes"}


@pytest.fixture(autouse=True)
def _as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_plan, "_fitted", lambda strategy, task, scorer: strategy)


def chosen(task: dict[str, Any], *names: str, able: bool) -> tuple[list[str], dict[str, str]]:
    """Names of the strategies, and what each other one lacks; `able`: the scorer has a schema and reads drafts."""
    given: Any = SimpleNamespace(**task)
    scorer: Any = SimpleNamespace(schema=lambda task: {} if able else None, drafts=lambda task: able)
    kept, left = chosen_for(given, scorer, names)
    return [strategy.name for strategy in kept], dict(line.split(" is left out: ") for line in left)


def test_a_task_with_everything_has_every_strategy_but_the_one_of_coded_notes() -> None:
    kept, left = chosen(EVERYTHING, able=True)
    assert kept == [name for name in LADDER if name not in NEVER]
    assert left == NEVER


def test_a_bare_task_has_those_that_need_nothing() -> None:
    kept, left = chosen(BARE, able=False)
    assert left == NEEDS | NEVER
    assert kept == [name for name in LADDER if name not in left]


@pytest.mark.parametrize("missing", ["prompt", "files", "documents", "usable_train"])
def test_what_is_missing_takes_its_own_strategy_alone(missing: str) -> None:
    lost = {
        "prompt": "own_prompt",
        "files": "optimised_prompt",
        "documents": "rag",
        "usable_train": "few_shot",
    }
    _, left = chosen({**EVERYTHING, missing: BARE[missing]}, able=True)
    assert left == {lost[missing]: NEEDS[lost[missing]]} | NEVER


def test_strategies_that_are_named_come_in_the_order_of_the_ladder() -> None:
    assert chosen(EVERYTHING, "rag", "own_prompt", able=True) == (["own_prompt", "rag"], {})
    with pytest.raises(BespokeError, match="no strategy 'best'; there are: own_prompt, "):
        chosen(EVERYTHING, "best", able=True)
