"""Langfuse exports: `observations_v2` of the blob storage export, the legacy `observations`, and the UI's.

Only generations and embeddings are calls of a model; spans, events and tools are not. Where `total` is input and
output alone, the cached tokens are part of the input; where it is the sum of all kinds, they stand beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import (
    Misread,
    Record,
    amount,
    count,
    instant,
    json_column,
    milliseconds,
    named,
    snake,
)

NAME = "langfuse"
TITLE = "Langfuse observations"
_CALLS = ("GENERATION", "EMBEDDING")
_READ = re.compile(r"cache_?read|input_cached_tokens|cached_tokens")
_WRITTEN = re.compile(r"cache_?(creation|write)")


def matches(row: Mapping[str, Any]) -> bool:
    names = {snake(name) for name in row}
    return (
        "start_time" in names
        and "type" in names
        and bool(names & {"trace_id", "trace_name", "usage_details"})
    )


def records(row: Mapping[str, Any]) -> Iterator[Record]:
    row = {snake(name): value for name, value in row.items()}
    if str(row.get("type", "")).upper() not in _CALLS:
        return
    usage = {
        snake(name): count(value)
        for name, value in _object(row, "usage_details", "usage").items()
        if _number(value)
    }
    read = sum(tokens for name, tokens in usage.items() if _READ.search(name))
    written = sum(tokens for name, tokens in usage.items() if _WRITTEN.search(name))
    given = usage.get("input", count(row.get("prompt_tokens")))
    made = usage.get("output", count(row.get("completion_tokens")))
    if usage.get("total") == given + made and read + written and given >= read + written:
        given -= read + written
    failed = str(row.get("level", "")).upper() == "ERROR"
    if not usage and not given and not made and not failed:
        raise Misread("has no token counts")
    cost = _object(row, "cost_details")
    start = instant(row.get("start_time"))
    model, regional = known_as(str(row.get("provided_model_name") or row.get("model") or ""))
    tags = _list(row.get("tags", row.get("trace_tags")))
    yield Record(
        start,
        call=str(row.get("id") or ""),
        model=model,
        keys=named(
            model=model,
            trace=row.get("trace_name"),
            name=row.get("name"),
            prompt=row.get("prompt_name"),
            environment=row.get("environment"),
            user=row.get("user_id"),
            session=row.get("session_id"),
        ),
        tags=tags,
        uncached=given,
        cache_read=read,
        cache_write_5m=written,
        output=made,
        latency_ms=milliseconds(start, row.get("end_time")),
        failed=failed,
        usd=amount(cost.get("total", row.get("total_cost", row.get("calculated_total_cost")))),
        regional=regional,
    )


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) or (isinstance(value, str) and value.strip().isdigit())


def _object(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    value = json_column(next((row[name] for name in names if row.get(name)), {}))
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = [part.strip() for part in value.split(",") if part.strip()]
    return tuple(map(str, value)) if isinstance(value, list) else ()
