"""Amazon Bedrock's model-invocation logs: one object a call, in S3 as gzipped JSON lines, or in CloudWatch as messages.

`inputTokenCount` leaves cached tokens out; reads and writes of the cache stand beside it. A failed call has an
`errorCode` and no tokens. Latency is in the body, where bodies are logged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import Misread, Record, count, instant, named

NAME = "bedrock"
TITLE = "Amazon Bedrock model-invocation log"


def matches(row: Mapping[str, Any]) -> bool:
    message = row.get("message") or row.get("@message")
    if isinstance(message, str) and "ModelInvocationLog" in message:
        return True
    return row.get("schemaType") == "ModelInvocationLog" or ("modelId" in row and "operation" in row)


def records(row: Mapping[str, Any]) -> Iterator[Record]:
    message = row.get("message") or row.get("@message")
    if isinstance(message, str):
        try:
            row = json.loads(message)
        except ValueError:
            raise Misread("holds a message that is no JSON") from None
    given, made = _part(row, "input"), _part(row, "output")
    failed = bool(row.get("errorCode"))
    if not failed and "inputTokenCount" not in given:
        raise Misread("has no token counts")
    model, regional = known_as(str(row.get("modelId") or ""))
    metadata = row.get("requestMetadata") or {}
    usage = _body(made).get("usage") or {}
    yield Record(
        instant(row.get("timestamp")),
        model=model,
        keys=named(**metadata)
        | named(
            model=model,
            identity=_part(row, "identity").get("arn"),
            region=row.get("region"),
            operation=row.get("operation"),
        ),
        tags=tuple(f"{name}:{value}" for name, value in metadata.items()),
        uncached=count(given.get("inputTokenCount")),
        cache_read=count(given.get("cacheReadInputTokenCount", usage.get("cacheReadInputTokens"))),
        cache_write_5m=count(given.get("cacheWriteInputTokenCount", usage.get("cacheWriteInputTokens"))),
        output=count(made.get("outputTokenCount")),
        latency_ms=_latency(made),
        failed=failed,
        batch="batch" in str(row.get("operation", "")).lower() or bool(given.get("batchJobArn")),
        regional=regional,
    )


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = row.get(name)
    return part if isinstance(part, Mapping) else {}


def _body(made: Mapping[str, Any]) -> Mapping[str, Any]:
    body = made.get("outputBodyJson")
    if isinstance(body, list):  # a stream: the last event carries the metrics
        merged: dict[str, Any] = {}
        for event in body:
            merged |= event if isinstance(event, dict) else {}
        return merged
    return body if isinstance(body, Mapping) else {}


def _latency(made: Mapping[str, Any]) -> float | None:
    body = _body(made)
    found = (body.get("metrics") or {}).get("latencyMs")
    found = found or (body.get("amazon-bedrock-invocationMetrics") or {}).get("invocationLatency")
    return float(found) if isinstance(found, (int, float)) else None
