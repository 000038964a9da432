"""One run: quotes, sends strategy after strategy, and records each as soon as it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from bespoke.claude.budget.journal import Journal
from bespoke.claude.budget.pico_usd import pico, usd
from bespoke.claude.budget.run_quote import (
    RunQuote,
    TokenRatio,
    assumed_ratio,
    counted_ratio,
    quote_of,
    strategy_quotes,
    tell,
)
from bespoke.claude.budget.run_summary import EvaluationSummary, NoteResult, StrategySummary
from bespoke.claude.prediction_files import in_a_line, summarised, write
from bespoke.claude.requests.answer_parsing import read_answer
from bespoke.claude.requests.calls import ModelRequest, Pricing
from bespoke.claude.requests.request_plan import RequestPlan
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.backend import Backend, CallFailed
from bespoke.claude.sending.batches import Batcher, BatchLimits
from bespoke.claude.sending.progress_line import Live
from bespoke.claude.sending.sender import Sender, drained, end_gently
from bespoke.claude.sending.strategy_runner import StrategyProgress, run_strategy
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.price_book import sells_batches
from bespoke.facts.reader import Facts


@dataclass
class EvaluationSession:
    """Everything one run needs. `pricing` says whether requests go out in batches."""

    client: Client
    facts: Facts
    plan: RequestPlan
    pricing: Pricing
    journal: Journal
    budget: Decimal
    again: bool
    patience: RetryPolicy
    say: Callable[[str], None]
    refresh: frozenset[str] = frozenset()  # outcomes that are asked for anew
    summaries: list[StrategySummary] = field(default_factory=list)

    async def go(self, backend: Backend) -> EvaluationSummary:
        """Raises BespokeError for an error that would meet every request, after recording what came back."""
        try:
            quote, ratio = await self._quoted(backend)
            tell(quote, self.budget, self.say)
            sender = self._sender(backend, ratio)
            end_gently()
            work = self._strategies(sender, Batcher(sender, self._limits(), self.say), ratio)
            live = Live(sender, self._requests(), self.say)
            watching = asyncio.ensure_future(live.watch())
            try:
                await drained(work, sender, self.say)
            finally:
                watching.cancel()
                live.end()
        except CallFailed as failure:
            raise BespokeError(str(failure)) from None
        finally:
            await backend.close()
        if sender.fatal:
            raise BespokeError(sender.fatal)
        return EvaluationSummary(
            sent=True,
            budget_usd=self.budget,
            held_usd=usd(self.journal.held()),
            quote=quote,
            blocked=self.plan.blocked_rules,
            strategies=tuple(self.summaries),
            stopped=sender.stopped,
        )

    async def _quoted(self, backend: Backend) -> tuple[RunQuote, TokenRatio]:
        """The quote for what is still to be paid; has tokens counted only where something is."""
        ratio = assumed_ratio(self.facts, self.pricing.model)
        quote = await self._quote(ratio, self.journal)
        if any(strategy.requests for strategy in quote.strategies):
            ratio = await counted_ratio(backend, self.plan, ratio)
            quote = await self._quote(ratio, self.journal)
        return quote, ratio

    async def _quote(self, ratio: TokenRatio, journal: Journal | None) -> RunQuote:
        found = []
        for one in strategy_quotes(self.plan, self.pricing, self.facts, ratio, journal):
            found.append(one)
            await asyncio.sleep(0)  # an interrupt gets through
        return quote_of(found, ratio, self.pricing)

    async def _strategies(self, sender: Sender, batcher: Batcher, ratio: TokenRatio) -> None:
        await batcher.settle()  # batches of an earlier run
        if self.pricing.batch:
            await batcher.ask(self._first_requests())  # of all strategies at once: a batch may take a day
        whole = await self._quote(ratio, None)
        for strategy, quote in zip(self.plan.strategies, whole.strategies, strict=True):
            progress = StrategyProgress(strategy.title, len(self.plan.asked(strategy)), self.say)
            in_batches = batcher if self.pricing.batch else None
            results = []
            for run in range(1, self.plan.runs + 1):
                progress.done = 0
                results += await run_strategy(strategy, self.plan, sender, in_batches, progress, run)
            self.journal.reassess()
            results = [self._reread(result) for result in results]
            summary = summarised(strategy, results, quote, self.plan, self.pricing, self.client)
            self.summaries.append(summary)
            write(self.client, summary, results, self.plan)
            self.say(in_a_line(summary))

    def _reread(self, result: NoteResult) -> NoteResult:
        """With what its lost requests are held at by now."""
        if not any(entry.losses for entry in result.entries):
            return result
        return replace(result, entries=tuple(self.journal.entry(e.key) or e for e in result.entries))

    def _first_requests(self) -> list[ModelRequest]:
        """What of every strategy, case and run needs no answer before it, each request once."""
        plan = self.plan
        asked = [
            plan.call(strategy, number, note, "", run)
            for strategy in plan.strategies
            for number in range(strategy.at_once)
            for run in range(1, plan.runs + 1)
            for note in plan.asked(strategy)
        ]
        return [*{call.key: call for call in asked}.values()]

    def _requests(self) -> int:
        plan = self.plan
        return plan.runs * sum(len(s.passes) * len(plan.asked(s)) for s in plan.strategies)

    def _stale(self, message: dict[str, Any]) -> bool:
        return read_answer(message, self.plan.parse).outcome in self.refresh

    def _sender(self, backend: Backend, ratio: TokenRatio) -> Sender:
        return Sender(
            backend=backend,
            journal=self.journal,
            pricing=replace(self.pricing, batch=False),
            batch_pricing=replace(self.pricing, batch=sells_batches(self.pricing.model)),
            budget=pico(self.budget),
            patience=self.patience,
            again=self.again,
            stale=self._stale if self.refresh else None,
            bytes_per_token=ratio.bytes_per_token,
        )

    def _limits(self) -> BatchLimits:
        megabytes = int(self.facts.fact("api.batch.megabytes").number)
        return BatchLimits(int(self.facts.fact("api.batch.requests").number), megabytes * 1_000_000)
