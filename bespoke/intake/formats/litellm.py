"""LiteLLM's spend logs: rows of `LiteLLM_SpendLogs`, from `/spend/logs` or the database, JSON or CSV.

`prompt_tokens` counts cached tokens too; versions that do not show it by a prompt smaller than its cached part
(litellm#9812). An answer from the gateway's own cache is no call to a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import (
    Record,
    amount,
    apart,
    count,
    instant,
    json_column,
    milliseconds,
    named,
)

NAME = "litellm"
TITLE = "LiteLLM spend log"


def matches(row: Mapping[str, Any]) -> bool:
    return "startTime" in row and "prompt_tokens" in row and ("spend" in row or "response_cost" in row)


def records(row: Mapping[str, Any]) -> Iterator[Record]:
    if str(row.get("cache_hit")).lower() == "true":
        return
    metadata = _object(row.get("metadata"))
    usage = _object(metadata.get("usage_object"))
    details = _object(usage.get("prompt_tokens_details"))
    read = count(usage.get("cache_read_input_tokens", details.get("cached_tokens")))
    written = count(usage.get("cache_creation_input_tokens", details.get("cache_creation_tokens")))
    start = instant(row.get("startTime"))
    model, regional = known_as(str(row.get("model") or ""))
    tags = json_column(row.get("request_tags"))
    yield Record(
        start,
        call=str(row.get("request_id") or row.get("id") or ""),
        model=model,
        keys=named(
            model=model,
            model_group=row.get("model_group"),
            api_key=metadata.get("user_api_key_alias") or row.get("api_key"),
            team=metadata.get("user_api_key_team_alias") or row.get("team_id"),
            user=row.get("user"),
            end_user=row.get("end_user"),
            call_type=row.get("call_type"),
        ),
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
        uncached=apart(count(row.get("prompt_tokens")), read, written),
        cache_read=read,
        cache_write_5m=written,
        output=count(row.get("completion_tokens")),
        latency_ms=milliseconds(start, row.get("endTime")),
        failed=(row.get("status") or metadata.get("status")) in ("failure", "failed"),
        retries=count(metadata.get("attempted_retries")),
        usd=amount(row.get("spend", row.get("response_cost"))),
        batch="batch" in str(row.get("call_type") or ""),
        regional=regional,
    )


def _object(value: object) -> Any:
    return json_column(value) or {}
