"""What recorded answers took: tokens, money and time per case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import numpy as np

from bespoke.clients.schema import ClaudeAccount, Usage
from bespoke.evaluation.answers import SystemRun
from bespoke.evaluation.result import Consumption
from bespoke.facts.price_book import OwnPrice, RequestTokens, is_known, request_cost


def consumption(
    ran: SystemRun,
    accepted: Sequence[bool | None],
    account: ClaudeAccount | None,
    as_of: date,
    prices: Mapping[str, OwnPrice] | None,
) -> Consumption | None:
    """Means over the answers that recorded it; None where none did.

    Money is what a run of Claude accounted for, else the recorded tokens at the prices of the system's own model,
    each request on its own; without a known model there is none. Money per accepted case divides all of it by the
    cases accepted.
    """
    answers = [answer for run in ran.runs for answer in run]
    used = [answer.usage for answer in answers if answer.usage]
    times = [answer.latency_ms for answer in answers if answer.latency_ms is not None]
    if not used and not times:
        return None
    usd = account.usd if account and used else recorded_usd(used, ran.model, as_of, prices)
    right = len(ran.runs) * sum(bool(ok) for ok in accepted)
    return Consumption(
        cases=max(len(used), len(times)) // len(ran.runs),
        input_tokens=_mean([u.input_tokens + u.cache_read_tokens + u.cache_write_tokens for u in used]),
        cache_read_tokens=_mean([u.cache_read_tokens for u in used]),
        output_tokens=_mean([u.output_tokens for u in used]),
        usd_per_case=float(usd / len(used)) if usd is not None and used else None,
        usd_per_accepted=float(usd / right) if usd is not None and right else None,
        p50_ms=percentile(times, 0.5),
        p95_ms=percentile(times, 0.95),
    )


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that this share of the values does not exceed, interpolated; None for no values."""
    return float(np.quantile(values, share)) if values else None


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None


def recorded_usd(
    used: Sequence[Usage], model: str | None, as_of: date, prices: Mapping[str, OwnPrice] | None
) -> Decimal | None:
    """USD of recorded requests, each on its own; None without any, or where the model has no price."""
    if not used or model is None or not is_known(model):
        return None
    each = (request_cost(model, _tokens(u), as_of, negotiated=prices) for u in used)
    return sum(each, Decimal(0))


def _tokens(usage: Usage) -> RequestTokens:
    return RequestTokens(
        uncached_input=usage.input_tokens,
        cache_read=usage.cache_read_tokens,
        cache_write_5m=usage.cache_write_tokens,
        output=usage.output_tokens,
    )
