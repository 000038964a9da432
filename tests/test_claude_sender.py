"""How one request is asked: what counts as tried again, and when the note is marked for the critic's cache."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.claude.sending.backend import NotSent, Overloaded, RateLimited
from bespoke.claude.sending.sender import Ending, Sender
from bespoke.claude.sending.strategy_runner import _passes
from tests.claude_clients import QUICK


def sender(*attempts: Exception | Ending, **patience: Any) -> Sender:
    """One whose attempts end as given, one after another; the journal knows nothing."""
    nothing: Any = SimpleNamespace(entry=lambda key: None)
    quick = replace(QUICK, first_backoff_s=0.0, **patience)
    made = Sender(
        backend=nothing, journal=nothing, pricing=nothing, batch_pricing=nothing, budget=0, patience=quick
    )
    left = iter(attempts)

    async def attempt(call: Any, again: bool) -> Ending:
        found = next(left)
        if isinstance(found, Exception):
            raise found
        return found

    made._attempt = attempt  # type: ignore[method-assign]
    return made


def asked(made: Sender) -> Ending:
    call: Any = SimpleNamespace(key="key")
    return asyncio.run(made.ask(call))


ANSWERED = Ending(None)


@pytest.mark.parametrize("failure", [RateLimited, Overloaded, NotSent])
def test_each_attempt_that_is_made_again_is_counted_once(failure: type[Exception]) -> None:
    made = sender(failure("wait"), failure("wait longer"), ANSWERED)
    assert asked(made).outcome is None
    assert (made.retries, made.done, made.lost, made.trouble) == (2, 1, 0, "wait longer")


def test_an_overloaded_provider_is_asked_as_often_as_is_allowed() -> None:
    made = sender(*[Overloaded("busy")] * 3, attempts=3)
    ending = asked(made)
    assert (ending.outcome, ending.reason, made.retries, made.done) == ("unavailable", "busy", 3, 0)


def test_a_rate_limit_is_waited_for_as_long_as_is_allowed_and_not_counted_as_an_attempt() -> None:
    made = sender(*[RateLimited("slow down")] * 5, ANSWERED, attempts=1)
    assert asked(made).outcome is None
    made = sender(RateLimited("slow down"), ANSWERED, waiting_s=-1.0)
    assert asked(made).outcome == "unavailable"


@pytest.mark.parametrize(
    ("state", "passes", "marked"),
    [
        (None, ("generate", "criticise"), True),
        ("sent", ("generate", "criticise"), True),
        ("answered", ("generate", "criticise"), False),  # the draft is there, and its cache is gone by now
        (None, ("generate",), False),
    ],
)
def test_a_note_is_marked_for_the_critic_only_where_the_draft_is_written_now(
    state: str | None, passes: tuple[str, ...], marked: bool
) -> None:
    """A mark has the generator write the note to the cache at 1.25 of the price, for the critic to read at a tenth."""
    marks: list[bool] = []

    def call(*given: Any, marked: bool | None = None) -> Any:
        if marked is not None:
            marks.append(marked)
        return SimpleNamespace(key="key")

    async def ask(call: Any) -> Ending:
        entry: Any = SimpleNamespace(message={"content": [{"type": "text", "text": "I10"}]})
        return Ending(None, entry)

    entry = None if state is None else SimpleNamespace(state=state)
    given: list[Any] = [
        SimpleNamespace(passes=passes),
        SimpleNamespace(call=call, settled=lambda strategy, messages: False),
        SimpleNamespace(ask=ask, journal=SimpleNamespace(entry=lambda key: entry)),
        SimpleNamespace(),
    ]
    assert len(asyncio.run(_passes(*given, 1))) == len(passes)
    assert marks == [marked] * len(passes)


@pytest.mark.parametrize(
    ("attempts", "asked_s", "seconds"),
    [
        (1, None, 1.0), (2, None, 2.0), (3, None, 4.0),  # doubled each time
        (4, None, 5.0),  # and never longer than is allowed
        (1, 3.0, 3.0), (3, 3.0, 4.0),  # at least what the provider asks for
        (1, 60.0, 5.0),
    ],
)  # fmt: skip
def test_the_pause_before_another_attempt(attempts: int, asked_s: float | None, seconds: float) -> None:
    made = sender()
    made.patience = replace(QUICK, first_backoff_s=1.0, longest_backoff_s=5.0)
    made.jitter = SimpleNamespace(uniform=lambda low, high: (low + high) / 2)  # type: ignore[assignment]
    assert made._backoff(attempts, asked_s) == seconds


@pytest.mark.parametrize(
    ("losses", "stopped", "again"), [(1, "", True), (2, "", True), (3, "", False), (1, "interrupted", False)]
)
def test_a_lost_answer_is_asked_for_again_as_often_as_is_allowed(
    losses: int, stopped: str, again: bool
) -> None:
    made = sender(lost_again=2)
    made.stopped = stopped
    entry: Any = SimpleNamespace(losses=losses)
    assert made._may_ask_again(Ending("answer_lost", entry)) is again
    assert not made._may_ask_again(Ending("answer_lost"))


def test_what_stops_a_run_first_is_what_is_said() -> None:
    made = sender()
    made.stop("interrupted")
    made.stop("the budget does not cover it")
    assert asked(made) == Ending("not_asked", reason="interrupted")
