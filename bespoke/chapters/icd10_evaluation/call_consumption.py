"""What the recorded calls consumed."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.chapters.icd10_evaluation.note_answers import NoteAnswer
from bespoke.chapters.icd10_evaluation.result import CallConsumption
from bespoke.clients.schema import Client
from bespoke.evaluation.consumption import percentile, recorded_usd
from bespoke.facts.price_book import is_known
from bespoke.facts.reader import Facts


def consumption(
    system: str, answers: Sequence[NoteAnswer], accepted: Sequence[bool | None], client: Client, facts: Facts
) -> CallConsumption | None:
    """Tokens, money and latency of a recorded system; None where it recorded neither usage nor latency.

    A run of Claude leaves an account with its model, its bill and its quote. Other recordings do not name
    their model: money is at the price of the client's first extraction task, each request on its own, and
    None without one. Cost per note counts the notes with recorded usage; cost per accepted note divides the
    same money by those of them whose set of codes was exactly right.
    """
    used = [(a.usage, bool(ok)) for a, ok in zip(answers, accepted, strict=True) if a.usage]
    latencies = [answer.latency_ms for answer in answers if answer.latency_ms is not None]
    if not used and not latencies:
        return None
    account = (client.accounts or {}).get(system)
    model = account.model if account else extraction_model(client)
    usd = (
        account.usd
        if account and used
        else recorded_usd([u for u, _ in used], model, facts.as_of, client.prices)
    )
    right = sum(ok for _, ok in used)
    return CallConsumption(
        model=model if usd is not None else None,
        accounted=account is not None,
        batch=account is not None and account.batch,
        requests=len(used),
        uncached_tokens=sum(u.input_tokens for u, _ in used),
        cache_read_tokens=sum(u.cache_read_tokens for u, _ in used),
        cache_write_tokens=sum(u.cache_write_tokens for u, _ in used),
        output_tokens=sum(u.output_tokens for u, _ in used),
        usd=None if usd is None else float(usd),
        usd_quoted=float(account.quote.usd_likely) if account else None,
        usd_quoted_worst=float(account.quote.usd_worst) if account else None,
        usd_per_1000_notes=None if usd is None else float(1000 * usd / len(used)),
        usd_per_accepted_note=None if usd is None or not right else float(usd / right),
        median_ms=percentile(latencies, 0.5),
        p95_ms=percentile(latencies, 0.95),
    )


def extraction_model(client: Client) -> str | None:
    """The model of the client's first extraction task, whose notes these are; None where none is priced."""
    model = next((task.model for task in client.tasks if task.kind == "extraction"), None)
    return model if model is not None and is_known(model) else None
