"""What a strategy leaves in the client's folder: plain predictions, and the account of how they came to be."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bespoke.chapters.icd10_evaluation.decision import comparable_code, gold_codes
from bespoke.claude.answer import Outcome
from bespoke.claude.calls import Pricing
from bespoke.claude.money import usd
from bespoke.claude.plan import Plan
from bespoke.claude.quote import StrategyQuote
from bespoke.claude.strategies import Strategy
from bespoke.claude.summary import (
    NoteResult,
    StrategySummary,
    Unanswered,
    outcome_counts,
    per_note,
    token_sums,
)
from bespoke.clients.schema import Client, Prediction
from bespoke.results import write_atomically

_UNRECORDED: tuple[Outcome, ...] = ("blocked", "not_asked", "unavailable")  # may still be asked: "missing"


def summarised(
    strategy: Strategy,
    results: Sequence[NoteResult],
    quote: StrategyQuote,
    plan: Plan,
    pricing: Pricing,
    client: Client,
) -> StrategySummary:
    """The account of one strategy. `quote` is that of the whole strategy, whatever was answered before."""
    known = {entry.key: entry for result in results for entry in result.entries}
    answered = [entry for entry in known.values() if entry.state == "answered"]
    total = sum(entry.paid for entry in answered)
    accepted = _accepted(client, results)
    recorded = sum(result.outcome not in _UNRECORDED for result in results)
    return StrategySummary(
        strategy=strategy.name,
        title=strategy.title,
        model=pricing.model,
        model_id=plan.shared.model_id,
        backend=plan.backend,
        batch=pricing.batch,
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
        quote=quote,
        within_worst_case=usd(total) <= quote.usd_worst,
    )


def write(client: Client, summary: StrategySummary, results: Sequence[NoteResult]) -> None:
    """Both files, each whole or not at all. Notes that may still be asked have no prediction line; without
    any line an earlier file of predictions stays."""
    lines = [
        Prediction(id=r.note, prediction=r.fields, usage=r.usage, latency_ms=r.latency_ms)
        for r in results
        if r.outcome not in _UNRECORDED
    ]
    folder = client.folder / client.notes_in
    if lines:
        text = "".join(json.dumps(p.model_dump(mode="json"), ensure_ascii=False) + "\n" for p in lines)
        write_atomically(folder / "predictions" / f"claude_{summary.strategy}.jsonl", text)
    shown = json.dumps(summary.model_dump(mode="json"), ensure_ascii=False, indent=1)
    write_atomically(folder / f"claude_{summary.strategy}.summary.json", shown + "\n")


def in_a_line(summary: StrategySummary) -> str:
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in summary.outcomes.items())
    lost = f", up to {summary.usd_lost:.4f} USD for answers that never arrived" if summary.usd_lost else ""
    return f"{summary.strategy}: {counts}; {summary.usd:.4f} USD for {summary.requests} answers{lost}"


def _accepted(client: Client, results: Sequence[NoteResult]) -> int:
    """Notes whose set of codes is exactly the gold's."""
    gold = {note.id: gold_codes(note) for note in client.notes or ()}
    return sum(
        result.fields is not None
        and frozenset(map(comparable_code, result.fields.diagnosis_icd10)) == gold[result.note]
        for result in results
    )
