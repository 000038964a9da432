"""One strategy over all notes: its passes, one request after the other, or batch after batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bespoke.claude.budget.journal_schema import Entry
from bespoke.claude.budget.run_quote import draft_of
from bespoke.claude.budget.run_summary import NoteResult
from bespoke.claude.requests.answer_parsing import read_answer
from bespoke.claude.requests.calls import ModelRequest
from bespoke.claude.requests.request_plan import Item, RequestPlan
from bespoke.claude.requests.strategies import Strategy
from bespoke.claude.sending.batches import Batcher
from bespoke.claude.sending.sender import Ending, Sender


@dataclass
class StrategyProgress:
    """Tells now and then how far a strategy has come."""

    title: str
    total: int
    say: Callable[[str], None]
    done: int = 0

    def step(self) -> None:
        self.done += 1
        if self.done % max(50, self.total // 10) == 0 and self.done < self.total:
            self.say(f"{self.title}: {self.done} of {self.total} notes")


async def run_strategy(
    strategy: Strategy,
    plan: RequestPlan,
    sender: Sender,
    batcher: Batcher | None,
    progress: StrategyProgress,
    run: int = 1,
) -> list[NoteResult]:
    """A result for every note of the client, in their order, blocked ones included."""
    if batcher:
        found = await _in_batches(strategy, plan, sender, batcher, run)
    else:
        found = await _one_by_one(strategy, plan, sender, progress, run)
    return [_result(note, strategy, plan, found.get(note.id, []), run) for note in plan.all_notes]


async def _one_by_one(
    strategy: Strategy, plan: RequestPlan, sender: Sender, progress: StrategyProgress, run: int
) -> dict[str, list[Ending]]:
    """Workers take notes in order. The first note goes alone, so that the others find its prefix cached."""
    found: dict[str, list[Ending]] = {}
    notes = plan.asked(strategy)
    waiting = iter(notes)

    async def work() -> None:
        for note in waiting:
            found[note.id] = await _passes(strategy, plan, sender, note, run)
            progress.step()

    async def first() -> None:
        for note in waiting:
            found[note.id] = endings = await _passes(strategy, plan, sender, note, run)
            progress.step()
            if any(ending.outcome is None for ending in endings):
                return

    await first()
    workers = min(sender.patience.connections, len(notes))
    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(work())
    return found


async def _passes(
    strategy: Strategy, plan: RequestPlan, sender: Sender, note: Item, run: int
) -> list[Ending]:
    endings: list[Ending] = []
    draft, messages = "", list[dict[str, Any]]()
    marked = "criticise" in strategy.passes and not _answered(plan.call(strategy, 0, note, "", run), sender)
    for number in range(len(strategy.passes)):
        ending = await sender.ask(plan.call(strategy, number, note, draft, run, marked=marked))
        endings.append(ending)
        if ending.message is None:
            break
        messages.append(ending.message)
        if plan.settled(strategy, messages):
            break
        draft = draft_of(ending.message)
    return endings


def _answered(call: ModelRequest, sender: Sender) -> bool:
    """Whether it was answered before: what it wrote to the cache is gone by now."""
    entry = sender.journal.entry(call.key)
    return entry is not None and entry.state == "answered"


async def _in_batches(
    strategy: Strategy, plan: RequestPlan, sender: Sender, batcher: Batcher, run: int
) -> dict[str, list[Ending]]:
    """Pass after pass; only notes whose draft came back, and that are not settled, go on to the next."""
    notes = plan.asked(strategy)
    found: dict[str, list[Ending]] = {note.id: [] for note in notes}
    drafts = {note.id: "" for note in notes}
    for number in range(len(strategy.passes)):
        calls = {n.id: plan.call(strategy, number, n, drafts[n.id], run) for n in notes if n.id in drafts}
        await batcher.ask([*calls.values()])
        for name, call in calls.items():
            ending = _ended(call, sender, batcher)
            found[name].append(ending)
            messages = [one.message for one in found[name] if one.message is not None]
            if ending.message is None or plan.settled(strategy, messages):
                del drafts[name]
            else:
                drafts[name] = draft_of(ending.message)
    return found


def _ended(call: ModelRequest, sender: Sender, batcher: Batcher) -> Ending:
    entry = sender.journal.entry(call.key)
    if entry and entry.state == "answered":
        return Ending(None, entry)
    reason = entry.reason if entry else ""
    if entry and entry.state == "lost":
        return Ending("answer_lost", entry, reason)
    if batcher.refused(call.key):
        return Ending("rejected", entry, reason)
    if sender.stopped:
        return Ending("not_asked", entry, sender.stopped)
    return Ending("unavailable", entry, reason)


def _result(note: Item, strategy: Strategy, plan: RequestPlan, endings: list[Ending], run: int) -> NoteResult:
    if note.id in plan.blocked:
        hits = plan.blocked[note.id]
        return NoteResult(note.id, "blocked", reason=", ".join(hit.rule for hit in hits), run=run)
    if need := plan.too_long.get(strategy.name, {}).get(note.id):
        return NoteResult(note.id, "too_long", reason=need, run=run)
    if not endings:
        return NoteResult(note.id, "not_asked", run=run)
    entries: tuple[Entry, ...] = tuple(ending.entry for ending in endings if ending.entry)
    last = endings[-1]
    if last.outcome is not None or last.entry is None or last.entry.message is None:
        return NoteResult(note.id, last.outcome or "unavailable", None, run, entries, last.reason)
    answer = read_answer(last.entry.message, plan.parse)
    stop = str(last.entry.message.get("stop_reason"))
    reason = "" if answer.outcome == "answered" else f"stop reason {stop}"
    return NoteResult(note.id, answer.outcome, answer.fields, run, entries, reason)
