"""What the options of `bespoke evaluate` become, and what is said when answers are missing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import click
import pytest

from bespoke.claude import claude_commands
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.errors import BespokeError

CLIENT: Any = SimpleNamespace(
    evaluated=(SimpleNamespace(task_id="routing"), SimpleNamespace(task_id="memo")),
    tasks=(
        SimpleNamespace(task_id="routing", model="claude-haiku-4-5", kind="routing"),
        SimpleNamespace(task_id="notes", model="claude-opus-4-8", kind="extraction"),
    ),
)
NO_CASES: Any = SimpleNamespace(evaluated=())


@pytest.mark.parametrize(
    ("timeout", "connections", "policy"),
    [
        (None, None, RetryPolicy()),
        (30.0, None, RetryPolicy(request_s=30.0)),
        (None, 4, RetryPolicy(connections=4)),
        (30.0, 4, RetryPolicy(request_s=30.0, connections=4)),
    ],
)
def test_patience_is_the_usual_but_for_what_was_given(
    timeout: float | None, connections: int | None, policy: RetryPolicy
) -> None:
    assert claude_commands._patience(timeout, connections) == policy


def test_what_is_asked_anew_is_named_in_words_that_are_known() -> None:
    assert claude_commands._refreshed("") == []
    assert claude_commands._refreshed(" lost, refused,,truncated,schema_broken") == [
        "lost", "refused", "truncated", "schema_broken",
    ]  # fmt: skip
    with pytest.raises(
        click.UsageError, match="--refresh takes lost, refused, truncated, schema_broken, not all"
    ):
        claude_commands._refreshed("lost,all")


def test_the_cases_are_those_of_the_task_and_another_is_told_which_there_are() -> None:
    assert claude_commands._cases(CLIENT, "memo").task_id == "memo"
    with pytest.raises(
        BespokeError, match="'mail' has no evaluation/mail/ with cases; there are: routing, memo"
    ):
        claude_commands._cases(CLIENT, "mail")
    with pytest.raises(BespokeError, match="there are: none"):
        claude_commands._cases(NO_CASES, "mail")


def test_the_model_is_that_of_the_task() -> None:
    assert claude_commands._model_of(CLIENT, "routing") == "claude-haiku-4-5"
    assert claude_commands._model_of(CLIENT, "") == "claude-opus-4-8"  # the coded notes are extracted


def test_what_is_missing_is_counted_over_the_strategies(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(claude_commands, "say", told.append)
    summary: Any = SimpleNamespace(
        strategies=(
            SimpleNamespace(outcomes={"answered": 9, "answer_lost": 1}),
            SimpleNamespace(outcomes={"answer_lost": 2, "not_asked": 3, "refused": 4, "unavailable": 0}),
        )
    )
    assert claude_commands._incomplete(summary) is True
    assert told == [
        "incomplete: 3 answer lost, 3 not asked; they are not measured. Run the same command again to go on"
    ]
    whole: Any = SimpleNamespace(strategies=(SimpleNamespace(outcomes={"answered": 9, "refused": 1}),))
    assert claude_commands._incomplete(whole) is False
    assert len(told) == 1
