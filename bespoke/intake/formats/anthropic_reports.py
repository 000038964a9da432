"""Anthropic's usage and cost reports: the Usage and Cost Analytics API, and the legacy report it replaces.

Shapes as in the vendor's SDK (anthropic 2.11, types/beta/organization): a row of `analytics/usage` has `group` and
`usage`, one of `analytics/cost` `group` and `cost`; the older ones are buckets with `results`. Amounts are in cents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import Misread, Read, Record, amount, count, each, instant, named

NAME = "anthropic-report"
TITLE = "Anthropic usage or cost report (JSON)"
_KEYS = {"workspace": "workspace_id", "api_key": "api_key_id", "account": "account_id", "product": "product"}


def matches(row: Mapping[str, Any]) -> bool:
    return "starting_at" in row and (
        "results" in row or ("group" in row and ("usage" in row or "cost" in row))
    )


def records(row: Mapping[str, Any]) -> Iterator[Read]:
    if isinstance(row.get("group"), Mapping):
        cell = row.get("usage") or row.get("cost")
        if not isinstance(cell, Mapping):
            raise Misread("is no row of a usage or cost report")
        yield _record(row, {**row["group"], **cell})
        return
    results = row.get("results")
    if not isinstance(results, list):
        raise Misread("is no bucket of a usage or cost report")
    yield from each(results, lambda result: iter([_record(row, result)]))


def _record(bucket: Mapping[str, Any], cell: Mapping[str, Any]) -> Record:
    start, end = instant(bucket.get("starting_at")), instant(bucket.get("ending_at"))
    model, _ = known_as(str(cell.get("model") or ""))
    keys = named(model=model, **{key: cell.get(name) for key, name in _KEYS.items()})
    if "amount" in cell:
        if cell.get("currency", "USD") != "USD":
            raise Misread(f"is in {cell['currency']}, not in USD")
        cents = amount(cell["amount"]) or Decimal(0)
        return Record(start, end, None, model, keys, usd=cents / 100, charge=True)
    if "output_tokens" not in cell:
        raise Misread("has neither tokens nor an amount")
    writes = cell.get("cache_creation") or {}
    requests = cell.get("requests")
    return Record(
        start,
        end,
        requests=None if requests is None else count(requests),
        model=model,
        keys=keys,
        uncached=count(cell.get("uncached_input_tokens")),
        cache_read=count(cell.get("cache_read_input_tokens")),
        cache_write_5m=count(
            writes.get("ephemeral_5m_input_tokens", cell.get("cache_creation_5m_input_tokens"))
        ),
        cache_write_1h=count(
            writes.get("ephemeral_1h_input_tokens", cell.get("cache_creation_1h_input_tokens"))
        ),
        output=count(cell.get("output_tokens")),
        batch=cell.get("service_tier") == "batch",
        regional=cell.get("inference_geo") == "us",
    )
