"""Runs Claude over a client's notes: checks, quotes, sends within the budget, leaves plain predictions."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from bespoke.chapters.icd10_evaluation.decision import comparable_code, gold_codes
from bespoke.claude.backend import Backend, CallFailed
from bespoke.claude.batches import Batcher, BatchLimits
from bespoke.claude.calls import Pricing
from bespoke.claude.journal import Journal
from bespoke.claude.money import pico, usd
from bespoke.claude.pacing import Pacer
from bespoke.claude.patience import Patience
from bespoke.claude.plan import Plan, make_plan
from bespoke.claude.quote import Quote, Ratio, assumed_ratio, counted_ratio, make_quote, tell
from bespoke.claude.rungs import Progress, run_strategy
from bespoke.claude.sending import Sender, drained
from bespoke.claude.strategies import Strategy, chosen
from bespoke.claude.summary import (
    EvaluationSummary,
    NoteResult,
    StrategySummary,
    Unanswered,
    outcome_counts,
    per_note,
    token_sums,
)
from bespoke.clients.schema import Client, Prediction
from bespoke.errors import BespokeError
from bespoke.facts.price_book import is_known, sells_batches
from bespoke.facts.reader import Facts
from bespoke.results import write_atomically

JOURNAL = "journal.sqlite"
_UNRECORDED = ("blocked", "not_asked", "unavailable")  # another run may still ask: no line, so "missing"


def evaluate(
    client: Client,
    facts: Facts,
    *,
    strategies: Sequence[str],
    model: str,
    backend: str | Backend,
    budget: Decimal,
    batch: bool,
    send: bool,
    say: Callable[[str], None],
    model_id: str = "",
    ask_lost_again: bool = False,
    patience: Patience | None = None,
) -> EvaluationSummary:
    """Asks a model about every note of the client under each strategy.

    `model` names the model whose prices apply; `model_id` what goes over the wire where that differs (a
    Bedrock id or ARN, a tuned model behind a compatible server). `backend` is "anthropic", "bedrock" or an
    object with the methods of `Backend`. `budget` in USD covers everything this client's journal has spent,
    in this run and before. With `send=False` nothing leaves the machine: the quote is told and returned.

    Writes `evaluation/predictions/claude_<strategy>.jsonl`, `evaluation/claude_<strategy>.summary.json` and
    the journal in the client's folder. Raises BespokeError for everything that keeps a run from starting, for
    an error that would meet every request, and after an interrupt has been seen through.
    """
    patience = patience or Patience()
    _check(client, model, batch, send, budget)
    name = backend if isinstance(backend, str) else backend.name
    picked = chosen(list(strategies))
    plan = make_plan(client, facts, picked, name, model_id or _wire_id(name, model))
    pricing = Pricing(
        model, facts.as_of, regional=bool(client.engagement.residency), negotiated=client.prices
    )
    _tell_plan(plan, say)
    journal_path = client.folder / "evaluation" / JOURNAL
    if not send:
        return _quote_only(plan, pricing, facts, journal_path, budget, batch, say)
    sender_pricing = replace(pricing, batch=True) if batch else pricing
    journal = Journal(journal_path, lease_s=patience.lease_s)
    try:
        run = _Run(
            client, facts, plan, pricing, sender_pricing, journal, budget, ask_lost_again, patience, say
        )
        return asyncio.run(run.go(backend))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise BespokeError("interrupted; what was answered is kept, run again to go on") from None
    finally:
        journal.close()


class _Run:
    """One run with everything it needs; lives inside one event loop."""

    def __init__(
        self,
        client: Client,
        facts: Facts,
        plan: Plan,
        pricing: Pricing,
        chosen_pricing: Pricing,
        journal: Journal,
        budget: Decimal,
        again: bool,
        patience: Patience,
        say: Callable[[str], None],
    ) -> None:
        self.client, self.facts, self.plan, self.patience, self.say = client, facts, plan, patience, say
        self.pricing, self.chosen, self.journal, self.budget, self.again = (
            pricing,
            chosen_pricing,
            journal,
            budget,
            again,
        )
        self.summaries: list[StrategySummary] = []

    async def go(self, backend: str | Backend) -> EvaluationSummary:
        talker = open_backend(backend, self.patience) if isinstance(backend, str) else backend
        try:
            quote, ratio = await self._quoted(talker)
            tell(quote, self.budget, self.say)
            sender = self._sender(talker, ratio.bytes_per_token)
            batcher = Batcher(sender, self._limits(), self.say)
            _end_gently()
            await drained(
                self._all(sender, batcher), sender, self.patience.lease_s / 4, self.patience.drain_s
            )
        except CallFailed as failure:
            raise BespokeError(str(failure)) from None
        finally:
            await talker.close()
        if sender.fatal:
            raise BespokeError(sender.fatal)
        return EvaluationSummary(
            sent=True,
            budget_usd=self.budget,
            held_usd=usd(self.journal.held()),
            quote=quote,
            blocked=_rules(self.plan),
            strategies=tuple(self.summaries),
            stopped=sender.stopped,
        )

    async def _quoted(self, talker: Backend) -> tuple[Quote, Ratio]:
        """The quote for what is still to be paid; counts tokens only where something is."""
        ratio = assumed_ratio(self.facts, self.pricing.model)
        quote = make_quote(self.plan, self.chosen, self.facts, ratio, self.journal)
        if any(strategy.requests for strategy in quote.strategies):
            ratio = await counted_ratio(talker, self.plan, ratio)
            quote = make_quote(self.plan, self.chosen, self.facts, ratio, self.journal)
        self.whole = make_quote(self.plan, self.chosen, self.facts, ratio, None)
        return quote, ratio

    async def _all(self, sender: Sender, batcher: Batcher) -> None:
        await batcher.settle()  # batches of an earlier run
        for strategy in self.plan.strategies:
            progress = Progress(strategy.title, len(self.plan.notes), self.say)
            results = await run_strategy(
                strategy, self.plan, sender, batcher if self.chosen.batch else None, progress
            )
            self.summaries.append(self._summary(strategy, results))
            self._write(self.summaries[-1], results)
            self.say(_told(self.summaries[-1]))

    def _sender(self, talker: Backend, bytes_per_token: float) -> Sender:
        return Sender(
            backend=talker,
            journal=self.journal,
            pricing=self.pricing,
            batch_pricing=replace(self.pricing, batch=sells_batches(self.pricing.model)),
            budget=pico(self.budget),
            patience=self.patience,
            again=self.again,
            bytes_per_token=bytes_per_token,
            pacer=Pacer(most=self.patience.connections, longest_pause_s=self.patience.longest_backoff_s),
        )

    def _limits(self) -> BatchLimits:
        megabytes = int(self.facts.fact("api.batch.megabytes").number)
        return BatchLimits(int(self.facts.fact("api.batch.requests").number), megabytes * 1_000_000)

    def _summary(self, strategy: Strategy, results: list[NoteResult]) -> StrategySummary:
        known = {entry.key: entry for result in results for entry in result.entries}
        answered = [entry for entry in known.values() if entry.state == "answered"]
        total = sum(entry.paid for entry in answered)
        accepted = _accepted(self.client, results)
        quoted = next(s for s in self.whole.strategies if s.strategy == strategy.name)
        recorded = sum(result.outcome not in _UNRECORDED for result in results)
        return StrategySummary(
            strategy=strategy.name,
            title=strategy.title,
            model=self.pricing.model,
            model_id=self.plan.shared.model_id,
            backend=self.plan.backend,
            batch=self.chosen.batch,
            notes=len(results),
            outcomes=outcome_counts(results),
            unanswered=tuple(
                Unanswered(note=r.note, outcome=r.outcome, reason=r.reason)
                for r in results
                if r.outcome != "answered"
            ),
            requests=len(answered),
            tokens=token_sums(answered),
            usd=usd(total),
            usd_lost=usd(sum(entry.lost for entry in known.values())),
            requests_lost=sum(entry.state == "lost" for entry in known.values()),
            requests_paid_again=sum(entry.losses > 0 for entry in answered),
            usd_per_1000_notes=per_note(total, recorded, 1000),
            accepted=accepted,
            usd_per_accepted_note=per_note(total, accepted),
            quote=quoted,
            within_worst_case=usd(total) <= quoted.usd_worst,
        )

    def _write(self, summary: StrategySummary, results: list[NoteResult]) -> None:
        lines = [
            Prediction(id=r.note, prediction=r.fields, usage=r.usage, latency_ms=r.latency_ms)
            for r in results
            if r.outcome not in _UNRECORDED
        ]
        folder = self.client.folder / "evaluation"
        if lines:
            text = "".join(json.dumps(p.model_dump(mode="json"), ensure_ascii=False) + "\n" for p in lines)
            write_atomically(folder / "predictions" / f"claude_{summary.strategy}.jsonl", text)
        shown = json.dumps(summary.model_dump(mode="json"), ensure_ascii=False, indent=1)
        write_atomically(folder / f"claude_{summary.strategy}.summary.json", shown + "\n")


def open_backend(name: str, patience: Patience) -> Backend:
    """The provider by name; its SDK is loaded only now."""
    try:
        return _opened(name, patience)
    except CallFailed as failure:
        raise BespokeError(str(failure)) from None


def _opened(name: str, patience: Patience) -> Backend:
    if name == "anthropic":
        from bespoke.claude.anthropic_messages import AnthropicMessages

        return AnthropicMessages(patience, patience.connections)
    if name == "bedrock":
        from bespoke.claude.bedrock import BedrockConverse

        return BedrockConverse(patience)
    raise BespokeError(f"no backend {name!r}; there are: anthropic, bedrock")


def _check(client: Client, model: str, batch: bool, send: bool, budget: Decimal) -> None:
    if not is_known(model):
        from bespoke.facts.price_book import canonical

        canonical(model)  # raises, naming the nearest
    if batch and not sells_batches(model):
        raise BespokeError(f"no batch price is known for {model}")
    if send and not client.engagement.evaluation.deidentified:
        raise BespokeError(
            "the notes are not declared de-identified; nothing is sent until evaluation.deidentified is true",
            path="engagement.yaml",
            column="evaluation.deidentified",
        )
    if send and budget <= 0:
        raise BespokeError(
            "the budget is 0 USD; set evaluation.budget_usd or give one", path="engagement.yaml"
        )


def _wire_id(backend: str, model: str) -> str:
    if backend == "bedrock":
        raise BespokeError("the bedrock backend needs model_id: a Bedrock model id, or a custom model's ARN")
    return model


def _quote_only(
    plan: Plan,
    pricing: Pricing,
    facts: Facts,
    journal_path: Path,
    budget: Decimal,
    batch: bool,
    say: Callable[[str], None],
) -> EvaluationSummary:
    journal = Journal(journal_path) if journal_path.exists() else None
    try:
        ratio = assumed_ratio(facts, pricing.model)
        quote = make_quote(plan, replace(pricing, batch=batch), facts, ratio, journal)
        held = usd(journal.held()) if journal else Decimal(0)
    finally:
        if journal:
            journal.close()
    tell(quote, budget, say)
    return EvaluationSummary(sent=False, budget_usd=budget, held_usd=held, quote=quote, blocked=_rules(plan))


def _tell_plan(plan: Plan, say: Callable[[str], None]) -> None:
    if plan.blocked:
        say(
            f"{len(plan.blocked)} of {len(plan.all_notes)} notes stay here: they may carry identifiers;"
            " waive each with a reason in evaluation/waivers.csv (id,rule,reason)"
        )
        for hits in plan.blocked.values():
            say("; ".join(f"{hit.note}: {hit.rule} ({hit.shown})" for hit in hits))
    if plan.train_held_back:
        say(f"{plan.train_held_back} training notes are kept out of prompts for the same reason")
    if any(strategy.examples for strategy in plan.strategies) and not plan.shared.examples:
        say("no training note can serve as an example: few-shot prompts are the zero-shot prompt")
    if any(strategy.glossary for strategy in plan.strategies) and not plan.shared.glossary:
        say("the training notes carry no evidence spans that make a glossary: its prompts go without")


def _rules(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {note: tuple(hit.rule for hit in hits) for note, hits in plan.blocked.items()}


def _accepted(client: Client, results: Sequence[NoteResult]) -> int:
    gold = {note.id: gold_codes(note) for note in client.notes or ()}
    return sum(
        result.fields is not None
        and frozenset(map(comparable_code, result.fields.diagnosis_icd10)) == gold[result.note]
        for result in results
    )


def _told(summary: StrategySummary) -> str:
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in summary.outcomes.items())
    return f"{summary.strategy}: {counts}; {summary.usd:.4f} USD for {summary.requests} answers" + (
        f", up to {summary.usd_lost:.4f} USD for {summary.requests_lost} lost ones"
        if summary.usd_lost
        else ""
    )


def _end_gently() -> None:
    """A polite request to end is an interrupt: answers on their way are paid for and taken in."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError, ValueError, RuntimeError):
        if task is not None:
            loop.add_signal_handler(signal.SIGTERM, task.cancel)
