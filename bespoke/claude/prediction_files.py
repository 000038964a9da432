"""What a strategy leaves in the client's folder: plain predictions, and the account of how they came to be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bespoke.chapters.icd10_evaluation.decision import comparable_code, gold_codes
from bespoke.claude.budget.pico_usd import usd
from bespoke.claude.budget.run_quote import StrategyQuote
from bespoke.claude.budget.run_summary import (
    NoteResult,
    StrategySummary,
    Unanswered,
    outcome_counts,
    per_note,
    token_sums,
)
from bespoke.claude.requests.answer_parsing import Outcome
from bespoke.claude.requests.calls import Pricing
from bespoke.claude.requests.request_plan import RequestPlan
from bespoke.claude.requests.strategies import Strategy
from bespoke.clients.schema import Client, Fields
from bespoke.results import write_atomically

_UNRECORDED: tuple[Outcome, ...] = ("blocked", "not_asked", "unavailable")  # may still be asked: "missing"


def summarised(
    strategy: Strategy,
    results: Sequence[NoteResult],
    quote: StrategyQuote,
    plan: RequestPlan,
    pricing: Pricing,
    client: Client,
) -> StrategySummary:
    """The account of one strategy. `quote` is that of the whole strategy, whatever was answered before."""
    known = {entry.key: entry for result in results for entry in result.entries}
    answered = [entry for entry in known.values() if entry.state == "answered"]
    total = sum(entry.paid for entry in answered)
    found = {r.note: r.fields for r in results if r.run == 1 and r.fields is not None}
    accepted = plan.accepted(found) if plan.accepted else _accepted(client, results)
    recorded = sum(result.outcome not in (*_UNRECORDED, "too_long") for result in results)
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
        small=plan.small.model if plan.small and strategy.cascades else "",
        asked_larger=sum(strategy.cascades and len(r.entries) == len(strategy.passes) for r in results),
        usd_per_accepted_note=per_note(total, accepted),
        quote=quote,
        within_worst_case=usd(total) <= quote.usd_worst,
    )


def write(client: Client, summary: StrategySummary, results: Sequence[NoteResult], plan: RequestPlan) -> None:
    """Both files, each whole or not at all. Every line without an answer says why, so that what was lost or never asked
    is not measured as wrong; without any answer an earlier file of predictions stays."""
    folder, name = client.folder / plan.within, f"claude_{summary.strategy}{plan.suffix}"
    if any(r.outcome not in _UNRECORDED for r in results):
        text = "".join(json.dumps(_line(r, plan), ensure_ascii=False) + "\n" for r in results)
        write_atomically(folder / "predictions" / f"{name}.jsonl", text)
    shown = json.dumps(summary.model_dump(mode="json"), ensure_ascii=False, indent=1)
    write_atomically(folder / f"{name}.summary.json", shown + "\n")


def _line(result: NoteResult, plan: RequestPlan) -> dict[str, Any]:
    """One recorded output, in the shape of the task's scorer."""
    value = result.fields.model_dump(mode="json") if isinstance(result.fields, Fields) else result.fields
    line: dict[str, Any] = {
        "id": result.note,
        **({"run": result.run} if plan.runs > 1 else {}),
        "prediction": value,
    }
    if result.outcome != "answered":
        line["outcome"] = result.outcome
    if plan.candidates.get(result.note) and plan.parse is not None:
        line["retrieved"] = {"search": list(plan.candidates[result.note])}
    if result.usage is not None:
        line["usage"] = result.usage.model_dump(mode="json")
    return line | ({"latency_ms": result.latency_ms} if result.latency_ms is not None else {})


def in_a_line(summary: StrategySummary) -> str:
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in summary.outcomes.items())
    lost = f", up to {summary.usd_lost:.4f} USD for answers that never arrived" if summary.usd_lost else ""
    passed_on = f", {summary.asked_larger} passed on by {summary.small}" if summary.small else ""
    return (
        f"{summary.strategy}: {counts}{passed_on}; {summary.usd:.4f} USD for {summary.requests} answers{lost}"
    )


def _accepted(client: Client, results: Sequence[NoteResult]) -> int:
    """Notes whose set of codes is exactly the gold's."""
    gold = {note.id: gold_codes(note) for note in client.notes or ()}
    return sum(
        result.fields is not None
        and frozenset(map(comparable_code, result.fields.diagnosis_icd10)) == gold[result.note]
        for result in results
    )
