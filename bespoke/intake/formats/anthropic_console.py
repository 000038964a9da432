"""The CSV files that the Claude Console exports: tokens by day (Usage page) and cost by day (Cost page)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import Record, amount, count, instant, named

NAME = "anthropic-console"
TITLE = "Claude Console export (CSV)"
_DAY = timedelta(days=1)


def matches(row: Mapping[str, Any]) -> bool:
    return "usage_date_utc" in row and ("usage_output_tokens" in row or "cost_usd" in row)


def records(row: Mapping[str, Any]) -> Iterator[Record]:
    start = instant(row.get("usage_date_utc"))
    model, _ = known_as(str(row.get("model_version") or row.get("model") or ""))
    keys = named(
        model=model,
        workspace=row.get("workspace"),
        api_key=row.get("api_key"),
        api_key_id=row.get("api_key_id"),
        usage_type=row.get("usage_type"),
    )
    if "cost_usd" in row:
        yield Record(start, start + _DAY, None, model, keys, usd=amount(row["cost_usd"]), charge=True)
        return
    yield Record(
        start,
        start + _DAY,
        requests=None,
        model=model,
        keys=keys,
        uncached=count(row.get("usage_input_tokens_no_cache")),
        cache_read=count(row.get("usage_input_tokens_cache_read")),
        cache_write_5m=count(
            row.get("usage_input_tokens_cache_write_5m") or row.get("usage_input_tokens_cache_write")
        ),
        cache_write_1h=count(row.get("usage_input_tokens_cache_write_1h")),
        output=count(row.get("usage_output_tokens")),
        batch=row.get("usage_type") == "batch",
        regional=row.get("inference_geo") == "us",
    )
