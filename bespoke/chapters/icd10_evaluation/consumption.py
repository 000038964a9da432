"""What the recorded calls consumed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bespoke.chapters.icd10_evaluation.answers import Answer
from bespoke.chapters.icd10_evaluation.fields import percentile
from bespoke.chapters.icd10_evaluation.result import Consumption
from bespoke.clients.schema import Client, Usage
from bespoke.facts.price_book import RequestTokens, is_known, request_cost
from bespoke.facts.reader import Facts


def consumption(
    answers: Sequence[Answer], accepted: Sequence[bool | None], client: Client, facts: Facts
) -> Consumption | None:
    """Tokens, money and latency of a recorded system; None where it recorded neither usage nor latency.

    The recording does not name its model: money is at the price of the client's first extraction task, and
    None without one. Each request is priced on its own. Cost per note counts the notes with recorded usage;
    cost per accepted note divides the same money by those of them whose set of codes was exactly right.
    """
    used = [(a.usage, bool(ok)) for a, ok in zip(answers, accepted, strict=True) if a.usage]
    latencies = [answer.latency_ms for answer in answers if answer.latency_ms is not None]
    if not used and not latencies:
        return None
    model = next((task.model for task in client.tasks if task.kind == "extraction"), None)
    usd = None
    if used and model is not None and is_known(model):
        usd = sum(
            (request_cost(model, _tokens(u), facts.as_of, negotiated=client.prices) for u, _ in used),
            Decimal(0),
        )
    right = sum(ok for _, ok in used)
    return Consumption(
        model=model if usd is not None else None,
        requests=len(used),
        input_tokens=sum(u.input_tokens + u.cache_read_tokens + u.cache_write_tokens for u, _ in used),
        output_tokens=sum(u.output_tokens for u, _ in used),
        usd_per_1000_notes=None if usd is None else float(1000 * usd / len(used)),
        usd_per_accepted_note=None if usd is None or not right else float(usd / right),
        median_ms=percentile(latencies, 0.5),
        p95_ms=percentile(latencies, 0.95),
    )


def _tokens(usage: Usage) -> RequestTokens:
    return RequestTokens(
        uncached_input=usage.input_tokens,
        cache_read=usage.cache_read_tokens,
        cache_write_5m=usage.cache_write_tokens,
        output=usage.output_tokens,
    )
