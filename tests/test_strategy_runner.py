"""One strategy over all notes: which passes are asked, what becomes of each note, and how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.claude.budget.journal_schema import Entry, State
from bespoke.claude.budget.run_summary import NoteResult
from bespoke.claude.sending.sender import Ending
from bespoke.claude.sending.strategy_runner import StrategyProgress, _ended, _passes, run_strategy


@pytest.mark.parametrize(
    ("total", "told"),
    [
        (49, []),
        (50, []),  # the end speaks for itself
        (120, [50, 100]),
        (1000, [100, 200, 300, 400, 500, 600, 700, 800, 900]),  # ten times at most
    ],
)
def test_progress_is_told_every_fifty_notes_or_ten_times_in_all(total: int, told: list[int]) -> None:
    said: list[str] = []
    progress = StrategyProgress("Few shots", total, said.append)
    for _ in range(total):
        progress.step()
    assert said == [f"Few shots: {done} of {total} notes" for done in told]


# -- what is asked --------------------------------------------------------------------------------------------------


def message(text: str, stop: str = "end_turn") -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "stop_reason": stop}


def entry(said: dict[str, Any] | None, state: State = "answered", reason: str = "") -> Entry:
    return Entry("k", state, 0, 0, 0, 1, said, None, reason)


def strategy(*passes: str) -> Any:
    return SimpleNamespace(name="rag", passes=passes or ("generate",))


class Plan:
    """Notes by name; `settled` after so many messages; a call is what it was made of."""

    def __init__(self, *notes: str, settled: int = 9) -> None:
        self.all_notes = tuple(SimpleNamespace(id=name) for name in notes)
        self.blocked: dict[str, Any] = {}
        self.too_long: dict[str, dict[str, str]] = {}
        self.after = settled

    def asked(self, one: Any) -> list[Any]:
        return [note for note in self.all_notes if note.id not in self.blocked]

    def call(self, one: Any, number: int, note: Any, draft: str, run: int, marked: bool = False) -> Any:
        return SimpleNamespace(key=f"{note.id}{number}", draft=draft, run=run, marked=marked)

    def settled(self, one: Any, messages: list[Any]) -> bool:
        return len(messages) >= self.after

    def parse(self, text: str) -> str | None:
        return text if text.startswith("answer") else None


class Sender:
    """Answers each key as it is told to; one that is not named is not available."""

    def __init__(self, answers: Mapping[str, Ending], *, before: Mapping[str, Entry] | None = None) -> None:
        self.answers, self.asked = answers, list[Any]()
        self.journal = SimpleNamespace(entry=(before or {}).get)
        self.patience, self.stopped = SimpleNamespace(connections=4), ""

    async def ask(self, call: Any) -> Ending:
        self.asked.append(call)
        return self.answers.get(call.key, Ending("unavailable", None, "busy"))


def answers(**texts: str) -> dict[str, Ending]:
    return {key: Ending(None, entry(message(text))) for key, text in texts.items()}


def passed(sender: Any, plan: Any, *passes: str) -> list[tuple[str, str, bool]]:
    """Key, draft and mark of what was asked for one note."""
    asyncio.run(_passes(strategy(*passes), plan, sender, plan.all_notes[0], 2))
    assert {call.run for call in sender.asked} <= {2}
    return [(call.key, call.draft, call.marked) for call in sender.asked]


def test_a_critic_sees_the_draft_and_what_both_read_is_marked_for_the_cache() -> None:
    sender = Sender(answers(a0="answer one", a1="answer two"))
    assert passed(sender, Plan("a"), "generate", "criticise") == [
        ("a0", "", True),
        ("a1", "answer one", True),
    ]


def test_what_was_answered_before_is_not_marked_again() -> None:
    given = answers(a0="answer one", a1="answer two")
    before = Sender(given, before={"a0": entry(message("answer one"))})
    assert [marked for _, _, marked in passed(before, Plan("a"), "generate", "criticise")] == [False, False]
    lost = Sender(given, before={"a0": entry(None, "lost")})
    assert [marked for _, _, marked in passed(lost, Plan("a"), "generate", "criticise")] == [True, True]
    assert [marked for _, _, marked in passed(Sender(given), Plan("a"), "small", "larger")] == [False, False]


def test_without_an_answer_or_with_one_to_trust_no_further_pass_is_asked() -> None:
    assert len(passed(Sender({}), Plan("a"), "small", "again", "larger")) == 1
    given = answers(a0="answer", a1="answer", a2="answer")
    assert len(passed(Sender(given), Plan("a", settled=2), "small", "again", "larger")) == 2
    assert len(passed(Sender(given), Plan("a"), "small", "again", "larger")) == 3


def ran(plan: Any, sender: Any, batcher: Any = None, *passes: str) -> list[NoteResult]:
    progress = StrategyProgress("Rag", len(plan.all_notes), lambda line: None)
    return asyncio.run(run_strategy(strategy(*passes), plan, sender, batcher, progress, run=3))


def test_every_note_has_a_result_in_their_order_whatever_became_of_it() -> None:
    plan = Plan("held", "long", "right", "odd", "cut", "gone", "lost")
    plan.blocked = {"held": (SimpleNamespace(rule="ssn"), SimpleNamespace(rule="name"))}
    plan.too_long = {"rag": {"long": "90,000 tokens"}, "zero_shot": {"right": "x"}}
    given = answers(right0="answer", odd0="words", long0="answer")
    given["cut0"] = Ending(None, entry(message("answer", "max_tokens")))
    lost = entry(None, "lost", "no reply")
    given["lost0"] = Ending("answer_lost", lost, "no reply")
    found = ran(plan, Sender(given))
    assert [(one.note, one.outcome, one.fields, one.reason) for one in found] == [
        ("held", "blocked", None, "ssn, name"),
        ("long", "too_long", None, "90,000 tokens"),
        ("right", "answered", "answer", ""),
        ("odd", "schema_broken", None, "stop reason end_turn"),
        ("cut", "truncated", None, "stop reason max_tokens"),
        ("gone", "unavailable", None, "busy"),
        ("lost", "answer_lost", None, "no reply"),
    ]
    assert {one.run for one in found} == {3}
    assert [len(one.entries) for one in found] == [0, 0, 1, 1, 1, 0, 1]


def test_the_first_note_is_asked_alone_until_one_is_answered() -> None:
    """The others then find their prefix in the cache."""
    at_once: list[int] = []

    class Slow(Sender):
        now = 0

        async def ask(self, call: Any) -> Ending:
            self.now += 1
            at_once.append(self.now)
            await asyncio.sleep(0)
            self.now -= 1
            return await super().ask(call)

    ran(Plan(*"abcdef"), Slow(answers(**{f"{name}0": "answer" for name in "bcdef"})))
    assert at_once[:3] == [1, 1, 1]  # the first has no answer, the second has; then the workers begin
    assert max(at_once) > 1


# -- in batches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "refused", "stopped", "outcome", "reason"),
    [
        (entry(message("answer")), True, "budget", None, ""),
        (entry(None, "lost", "expired"), True, "budget", "answer_lost", "expired"),
        (entry(None, "free", "bad request"), True, "budget", "rejected", "bad request"),
        (entry(None, "free", "x"), False, "the budget is used up", "not_asked", "the budget is used up"),
        (entry(None, "free", "busy"), False, "", "unavailable", "busy"),
        (None, False, "", "unavailable", ""),
    ],
)
def test_a_request_of_a_batch_ended_as_the_journal_the_batch_and_the_run_say(
    kept: Entry | None, refused: bool, stopped: str, outcome: str | None, reason: str
) -> None:
    call: Any = SimpleNamespace(key="k")
    sender: Any = SimpleNamespace(journal=SimpleNamespace(entry={"k": kept}.get), stopped=stopped)
    batcher: Any = SimpleNamespace(refused=lambda key: refused)
    found = _ended(call, sender, batcher)
    assert (found.outcome, found.entry, found.reason) == (outcome, kept, reason)


def test_in_batches_only_notes_with_a_draft_that_is_not_settled_go_on() -> None:
    asked: list[list[tuple[str, str]]] = []

    class Batcher:
        async def ask(self, calls: list[Any]) -> None:
            asked.append([(call.key, call.draft) for call in calls])

        def refused(self, key: str) -> bool:
            return False

    kept = {
        key: entry(message(text))
        for key, text in (("a0", "answer a"), ("c0", "answer c"), ("a1", "answer A"))
    }
    found = ran(
        Plan("a", "b", "c", settled=2), Sender({}, before=kept), Batcher(), "small", "again", "larger"
    )
    assert asked == [
        [("a0", ""), ("b0", ""), ("c0", "")],
        [("a1", "answer a"), ("c1", "answer c")],  # b did not come back
        [],  # two answers settle a, and c did not come back
    ]
    assert [(one.note, one.outcome, len(one.entries)) for one in found] == [
        ("a", "answered", 2), ("b", "unavailable", 0), ("c", "unavailable", 1)
    ]  # fmt: skip
