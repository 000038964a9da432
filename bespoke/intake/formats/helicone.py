"""Helicone's export of requests (`@helicone/export`, the query API or the dashboard): JSON, JSONL or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import (
    Misread,
    Record,
    amount,
    apart,
    count,
    first_of,
    instant,
    json_column,
    named,
)

NAME = "helicone"
TITLE = "Helicone requests"
_NO_ANSWER = (None, "", "00000000-0000-0000-0000-000000000000")
_COST = ("costUSD", "cost_usd", "cost")


def matches(row: Mapping[str, Any]) -> bool:
    return "request_created_at" in row and ("prompt_tokens" in row or "response_status" in row)


def records(row: Mapping[str, Any]) -> Iterator[Record]:
    if str(row.get("cache_enabled")).lower() == "true" and row.get("cache_reference_id") not in _NO_ANSWER:
        return  # answered from the gateway's own cache
    properties = _properties(row)
    read = count(row.get("prompt_cache_read_tokens"))
    written = count(row.get("prompt_cache_write_tokens"))
    latency = row.get("delay_ms") or row.get("latency")
    model, regional = known_as(
        str(row.get("response_model") or row.get("request_model") or row.get("model") or "")
    )
    yield Record(
        instant(row["request_created_at"]),
        call=str(row.get("request_id") or ""),
        model=model,
        keys={str(name): str(value) for name, value in properties.items()}
        | named(
            model=model,
            user=row.get("request_user_id") or row.get("user_id"),
            prompt=row.get("prompt_id"),
            provider=row.get("provider"),
        ),
        tags=tuple(f"{name}:{value}" for name, value in properties.items()),
        uncached=apart(count(row.get("prompt_tokens")), read, written),
        cache_read=read,
        cache_write_5m=written,
        output=count(row.get("completion_tokens")),
        latency_ms=None if latency in (None, "") else float(latency),
        failed=count(row.get("response_status") or row.get("status") or 200) >= 400,
        usd=amount(first_of(row, _COST)),
        regional=regional,
    )


def _properties(row: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        value = json_column(row.get("request_properties") or row.get("properties"))
    except Misread:
        return {}
    return value if isinstance(value, Mapping) else {}
