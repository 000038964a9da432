"""Sends requests as Message Batches: handed over once, found again by id or by listing, settled one by one.

A batch whose creation was interrupted is looked for among the provider's batches of that time: one with as
many requests is taken for it, and its results tell whether the keys are ours. So a batch is neither created
twice nor lost, and results may be read as often as need be: nothing is paid for reading them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bespoke.claude.budget.journal import Journal
from bespoke.claude.budget.journal_schema import OpenBatch
from bespoke.claude.requests.calls import ModelRequest, paid
from bespoke.claude.sending.backend import (
    AnswerLost,
    CallFailed,
    Forbidden,
    NotSent,
    Overloaded,
    RateLimited,
    Rejected,
)
from bespoke.claude.sending.sender import Sender
from bespoke.errors import BespokeError

_CLOCK_SKEW_S = 600.0  # between this machine and the provider
_TRANSIENT = (Overloaded, NotSent, RateLimited, AnswerLost)
_PATIENT_POLLS = 30  # failed looks at a batch, one after another, before we ask to be run again later


@dataclass(frozen=True)
class BatchLimits:
    """Most requests and bytes of one batch (facts: api.batch.*)."""

    requests: int
    bytes: int


@dataclass
class Batcher:
    """Runs passes of many requests through batches, within the sender's budget and journal."""

    sender: Sender
    limits: BatchLimits
    say: Callable[[str], None]
    _orphans: set[str] = field(default_factory=set)  # names whose creation we saw fail without an answer
    _strangers: set[str] = field(default_factory=set)  # ids that turned out to be another's
    _refused: set[str] = field(default_factory=set)  # keys the provider will not take as they are
    _failed_looks: int = 0

    @property
    def _journal(self) -> Journal:
        return self.sender.journal

    async def ask(self, calls: Sequence[ModelRequest]) -> None:
        """Hands over what has no answer yet and waits until every batch of this client is settled."""
        await self.settle()
        in_vain, waiting = 0, len(calls) + 1
        while in_vain < self.sender.patience.attempts:
            chunks = [*self._chunks(calls)]
            left = sum(map(len, chunks))
            in_vain = in_vain + 1 if left == waiting else 0
            waiting = left
            await self._rest(self.sender.patience.first_backoff_s * 2**in_vain if in_vain else 0)
            handed_over = 0
            for chunk in chunks:
                if not self.sender.stopped:
                    handed_over += await self._hand_over(chunk)
            await self.settle()
            if not handed_over or self.sender.stopped:
                return  # all answered; or what is left is another run's, or lost, or over the budget

    async def settle(self) -> None:
        """Waits for every open batch of the journal and takes in its results."""
        wait = self.sender.patience.first_poll_s
        while open_batches := self._journal.open_batches():
            moved = [await self._look_after(batch) for batch in open_batches]
            if self.sender.stopped == "interrupted":
                return
            if not any(moved):
                await self._rest(wait)
                wait = min(wait * 1.5, self.sender.patience.longest_poll_s)

    async def _hand_over(self, calls: list[tuple[ModelRequest, int]]) -> int:
        name, taken, short = self._journal.claim_batch(
            calls,
            self.sender.budget,
            model=calls[0][0].model or self.sender.batch_pricing.model,
            again=self.sender.again,
        )
        if short and not taken:
            self.sender.stop("the budget does not cover the worst case of another request")
        if not taken:
            return 0
        try:
            batch_id = await self.sender.backend.create_batch([(call.key, call.body) for call in taken])
        except AnswerLost:
            self._orphans.add(name)  # it may exist: settle() looks for it
            return len(taken)
        except (NotSent, Overloaded, RateLimited) as failure:
            self._journal.batch_closed(name, str(failure))
            await self._rest(failure.retry_after_s or 0.0)
            return len(taken)
        except (Forbidden, Rejected) as failure:
            self._journal.batch_closed(name, str(failure))
            self.sender.fatal = str(failure)
            self.sender.stop(self.sender.fatal)
            return 0
        except BaseException:
            self._orphans.add(name)
            raise
        self._journal.batch_created(name, batch_id)
        self.say(f"batch {batch_id}: {len(taken)} requests handed over")
        return len(taken)

    async def _look_after(self, batch: OpenBatch) -> bool:
        """One step with one batch; whether anything moved."""
        try:
            if batch.id is None:
                moved = await self._find(batch)
            else:
                state = await self.sender.backend.batch(batch.id)
                moved = state.ended and await self._take_in(batch, batch.id)
            self._failed_looks = 0
            return moved
        except _TRANSIENT as failure:
            self._failed_looks += 1
            if self._failed_looks >= _PATIENT_POLLS:
                message = f"batches cannot be reached: {failure}; they stay in the journal, run again later"
                raise BespokeError(message) from None
            return False
        except CallFailed as failure:
            raise BespokeError(f"batch {batch.id or batch.name}: {failure}") from None

    async def _take_in(self, batch: OpenBatch, batch_id: str) -> bool:
        ours = self._journal.batch_keys(batch.name)
        pricing = replace(self.sender.batch_pricing, model=batch.model or self.sender.batch_pricing.model)
        async for key, result in self.sender.backend.results(batch_id):
            if key not in ours:
                self._strangers.add(batch_id)
                self._journal.batch_forgotten(batch.name)
                return False
            if isinstance(result, dict):
                cost = paid(result.get("usage") or {}, pricing)
                self._journal.answered(key, result, cost, batch=batch.name)
            else:
                self._journal.noted(key, result)
                if result.startswith("invalid_request"):
                    self._refused.add(key)
        self._journal.batch_closed(batch.name)
        return True

    async def _find(self, batch: OpenBatch) -> bool:
        """Looks for a batch whose id we never learnt; frees its requests when it cannot have come to be."""
        if batch.owned_by_the_living and batch.name not in self._orphans:
            return False  # its own run is about to tell
        known = self._journal.batch_ids() | self._strangers
        async for state in self.sender.backend.batches_since(batch.created_at - _CLOCK_SKEW_S):
            if state.id not in known and state.requests == batch.requests:
                self._journal.batch_created(batch.name, state.id)
                return True
        if self._journal.clock() - batch.created_at > self.sender.patience.batch_grace_s:
            self._journal.batch_closed(batch.name, "the batch was never created")
            return True
        return False

    def _chunks(self, calls: Sequence[ModelRequest]) -> Iterator[list[tuple[ModelRequest, int]]]:
        """Requests without an answer, each once, in parts that a batch can hold."""
        part: list[tuple[ModelRequest, int]] = []
        size = 0
        for call in {call.key: call for call in calls}.values():
            entry = self._journal.entry(call.key)
            if call.key in self._refused or (entry and entry.state == "answered"):
                continue
            weight = len(json.dumps(call.body)) + 120
            full = len(part) >= self.limits.requests or size + weight > self.limits.bytes
            if part and (full or part[-1][0].model != call.model):  # a batch has the prices of one model
                yield part
                part, size = [], 0
            part.append((call, call.worst(self.sender.batch_pricing)))
            size += weight
        if part:
            yield part

    def refused(self, key: str) -> bool:
        """Whether the provider called the request invalid."""
        return key in self._refused

    async def _rest(self, seconds: float) -> None:
        """Sleeps, but wakes for an interrupt."""
        while seconds > 0 and self.sender.stopped != "interrupted":
            await asyncio.sleep(min(seconds, 1.0))
            seconds -= 1.0
