"""Sends requests one by one within budget and journal: claims, paces, retries, and names every ending."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bespoke.claude.budget.journal import Journal
from bespoke.claude.budget.journal_schema import Entry
from bespoke.claude.requests.answer_parsing import Outcome
from bespoke.claude.requests.calls import ModelRequest, Pricing, paid, text_bytes
from bespoke.claude.retry.pacing import Pacer, RequestSlot
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.backend import (
    AnswerLost,
    Backend,
    CallFailed,
    Forbidden,
    NotSent,
    Overloaded,
    RateLimited,
    Rejected,
)
from bespoke.claude.sending.event_loop import run_to_end
from bespoke.errors import BespokeError

_BUSY_S = 0.25  # between looks at a request that another run has, or at a budget that may get room


@dataclass(frozen=True)
class Ending:
    """How one request ended: with a message in the journal, or with the name of why not."""

    outcome: Outcome | None  # None: there is a message to read
    entry: Entry | None = None
    reason: str = ""

    @property
    def message(self) -> dict[str, Any] | None:
        """What the journal holds; None where there is nothing to read."""
        return self.entry.message if self.outcome is None and self.entry else None


@dataclass
class Sender:
    """Everything the requests of one run share. `stopped` says why nothing more is sent."""

    backend: Backend
    journal: Journal
    pricing: Pricing
    batch_pricing: Pricing
    budget: int  # pico-USD
    patience: RetryPolicy
    again: bool = False  # pay once more for answers that were lost, however often
    stale: Callable[[dict[str, Any]], bool] | None = None  # answers that are to be asked for anew
    bytes_per_token: float = 4.0
    stopped: str = ""
    fatal: str = ""
    jitter: random.Random = field(default_factory=random.Random)
    trouble: str = ""  # the last failure, for whoever watches
    done: int = 0
    retries: int = 0
    lost: int = 0
    pacer: Pacer = field(init=False)
    _dry: int = 0
    _renewed: set[str] = field(default_factory=set)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.pacer = Pacer(most=self.patience.connections, longest_pause_s=self.patience.longest_backoff_s)

    async def ask(self, call: ModelRequest) -> Ending:
        """The request's answer: from the journal, from another run that is asking, or by sending it."""
        ending = await self._asked(call)
        self.done += ending.outcome is None
        self.lost += ending.outcome == "answer_lost"
        return ending

    async def _asked(self, call: ModelRequest) -> Ending:
        deadline = time.monotonic() + self.patience.waiting_s
        attempts, again = 0, self.again
        while True:
            known = self.journal.entry(call.key)
            if known and known.state == "answered" and not self._renew(call, known):
                return Ending(None, known)
            if self.stopped:
                return Ending("not_asked", reason=self.stopped)
            try:
                ending = await self._attempt(call, again)
            except RateLimited as failure:  # the pacer holds everybody back
                self.trouble, self.retries = str(failure), self.retries + 1
                if time.monotonic() > deadline:
                    return self._came_to_nothing("unavailable", failure)
            except (Overloaded, NotSent) as failure:
                self.trouble, self.retries = str(failure), self.retries + 1
                attempts += 1
                if attempts >= self.patience.attempts:
                    return self._came_to_nothing("unavailable", failure)
                await asyncio.sleep(self._backoff(attempts, failure.retry_after_s))
            else:
                if ending is None:
                    await self._news()
                elif ending.outcome == "answer_lost" and self._may_ask_again(ending):
                    self.trouble, self.retries = ending.reason, self.retries + 1
                    attempts, again = attempts + 1, True
                    await asyncio.sleep(self._backoff(attempts, None))
                else:
                    return ending

    def _may_ask_again(self, ending: Ending) -> bool:
        """A broken connection or a killed run is not final: its worst case stays held, and another is reserved."""
        return (
            not self.stopped and ending.entry is not None and ending.entry.losses <= self.patience.lost_again
        )

    def _renew(self, call: ModelRequest, known: Entry) -> bool:
        """Frees an answer that is to be asked for anew, once in a run; what it cost stays held."""
        if (
            self.stale is None
            or call.key in self._renewed
            or known.message is None
            or not self.stale(known.message)
        ):
            return False
        self._renewed.add(call.key)
        self.journal.renewed(call.key)
        return True

    async def _attempt(self, call: ModelRequest, again: bool) -> Ending | None:
        """One claim and, where it succeeds, one request. None: look again in a moment."""
        async with self.pacer.slot(round(text_bytes(call.body) / self.bytes_per_token)) as slot:
            if self.stopped:
                return Ending("not_asked", reason=self.stopped)
            claim = self.journal.claim(call, call.worst(self.pricing), self.budget, again=again)
            if claim == "claimed":
                try:
                    return await self._send(call, slot)
                finally:
                    self._settled.set()  # the budget may have room now
            slot.unused()
        if claim in ("busy", "wait"):
            return None
        if claim == "over_budget":
            self.stop("the budget does not cover the worst case of another request")
            return Ending("not_asked", reason=self.stopped)
        entry = self.journal.entry(call.key)
        return Ending(None if claim == "answered" else "answer_lost", entry, entry.reason if entry else "")

    async def _send(self, call: ModelRequest, slot: RequestSlot) -> Ending:
        try:
            reply = await self.backend.send(call.body)
        except (Overloaded, RateLimited, NotSent, Rejected, Forbidden) as failure:
            self.journal.released(call.key, str(failure))
            return self._refused(failure, slot)
        except AnswerLost as failure:
            slot.overloaded()
            self.pacer.learn(failure.headers)
            self.journal.lost(call.key, str(failure))
            return self._came_to_nothing("answer_lost", failure, self.journal.entry(call.key))
        except BaseException:
            self.journal.lost(call.key, "interrupted before the answer came")
            raise
        usage = reply.message.get("usage") or {}
        self.journal.answered(
            call.key, reply.message, paid(usage, call.priced(self.pricing)), reply.latency_ms
        )
        self.pacer.learn(reply.headers, int(usage.get("output_tokens") or 0))
        self._dry = 0
        if self.journal.held() > self.budget:
            self.stop("an answer cost more than its worst case; the prices or the metering have changed")
        return Ending(None, self.journal.entry(call.key))

    def _refused(self, failure: CallFailed, slot: RequestSlot) -> Ending:
        """Nothing was paid. Raises what may be tried again; ends what may not."""
        self.pacer.learn(failure.headers)
        if isinstance(failure, RateLimited):
            self.pacer.limited(failure.retry_after_s)
            raise failure
        if isinstance(failure, Overloaded | NotSent):
            slot.overloaded()
            raise failure
        if isinstance(failure, Forbidden):
            self.fatal = str(failure)
            self.stop(self.fatal)
            return Ending("not_asked", reason=self.fatal)
        return self._came_to_nothing("rejected", failure)

    def _came_to_nothing(self, outcome: Outcome, why: CallFailed, entry: Entry | None = None) -> Ending:
        """A provider that fails one request after another will fail the rest, too."""
        self._dry += 1
        if self._dry >= self.patience.dry_requests:
            self.fatal = f"{self._dry} requests in a row came to nothing, the last with: {why}"
            self.stop(self.fatal)
        return Ending(outcome, entry, str(why))

    async def _news(self) -> None:
        """Until a request of this run has settled; another run's are looked at now and then."""
        self._settled.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), _BUSY_S)

    def stop(self, why: str) -> None:
        self.stopped = self.stopped or why

    def _backoff(self, attempts: int, retry_after_s: float | None) -> float:
        """Exponential with full jitter, at least what the provider asks for, within bounds."""
        grown = self.patience.first_backoff_s * 2.0 ** (attempts - 1) * self.jitter.uniform(0.5, 1.5)
        return min(self.patience.longest_backoff_s, max(grown, retry_after_s or 0.0))


async def drained(work: Awaitable[None], sender: Sender, say: Callable[[str], None] | None = None) -> None:
    """Does the work while showing life in the journal. An interrupt stops new requests, lets those on their
    way come home for as long as the retry policy waits, and is then raised; a second one ends everything at once."""
    drain_s = sender.patience.drain_s
    heart = asyncio.ensure_future(_beating(sender.journal, sender.patience.lease_s / 4))
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        sender.stop("interrupted")
        if say:
            say(f"interrupted: answers on their way are taken in for {drain_s:.0f} s")
        done, _ = await asyncio.wait([task], timeout=drain_s)
        if not done:
            sender.journal.give_up("interrupted before the answer came")
            task.cancel()
            await asyncio.wait([task])
        raise
    finally:
        heart.cancel()


def end_gently() -> None:
    """A polite request to end is an interrupt: answers on their way are paid for and taken in."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError, ValueError, RuntimeError):
        if task is not None:
            loop.add_signal_handler(signal.SIGTERM, task.cancel)


def work_through(work: Awaitable[None], sender: Sender) -> None:
    """The same from plain code, the provider closed behind it. Raises BespokeError for what no request can get past."""

    async def whole() -> None:
        end_gently()
        try:
            await drained(work, sender)
        finally:
            await sender.backend.close()

    try:
        run_to_end(whole())
    except CallFailed as failure:
        raise BespokeError(str(failure)) from None
    except asyncio.CancelledError:
        raise BespokeError("interrupted; what was answered is kept, run again to go on") from None


async def _beating(journal: Journal, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        journal.beat()
