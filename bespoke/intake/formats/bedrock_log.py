"""Amazon Bedrock's model-invocation logs: one object a call, in S3 as gzipped JSON lines, or in CloudWatch as messages.

`inputTokenCount` leaves cached tokens out; reads and writes of the cache stand beside it. A failed call has an
`errorCode` and no tokens. Latency is in the body, where bodies are logged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import Misread, Record, count, first_of, instant, named

NAME = "bedrock"
TITLE = "Amazon Bedrock model-invocation log"
# The spellings of the log itself, of Converse, of Claude's own body and of the metrics at a stream's end.
_READ = (
    "cacheReadInputTokenCount", "cacheReadInputTokens", "cache_read_input_tokens", "cacheReadInputTokensCount",
)  # fmt: skip
_WRITTEN = (
    "cacheWriteInputTokenCount", "cacheWriteInputTokens", "cache_creation_input_tokens", "cacheWriteInputTokensCount",
)  # fmt: skip
_LATENCY = ("latencyMs", "invocationLatency")
_NESTED = frozenset(
    {"usage", "metrics", "metadata", "message", "cache_creation", "amazon-bedrock-invocationMetrics"}
)


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
    told = {**_told(made.get("outputBodyJson")), **given}
    hour = count(told.get("ephemeral_1h_input_tokens"))
    yield Record(
        instant(row.get("timestamp")),
        call=str(row.get("requestId") or ""),
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
        cache_read=count(first_of(told, _READ)),
        cache_write_5m=max(0, count(first_of(told, _WRITTEN)) - hour),
        cache_write_1h=hour,
        output=count(made.get("outputTokenCount")),
        latency_ms=next((float(told[name]) for name in _LATENCY if _is_number(told.get(name))), None),
        failed=failed,
        batch="batch" in str(row.get("operation", "")).lower() or bool(given.get("batchJobArn")),
        regional=regional,
    )


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = row.get(name)
    return part if isinstance(part, Mapping) else {}


def _told(body: object) -> dict[str, Any]:
    """What an answer says of itself besides its text: usage and metrics, of a stream the last ones."""
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return {}
    found: dict[str, Any] = {}
    for event in body if isinstance(body, list) else [body]:
        _gather(event, found)
    return found


def _gather(value: object, found: dict[str, Any]) -> None:
    if isinstance(value, Mapping):
        found.update({name: number for name, number in value.items() if _is_number(number)})
        for name in _NESTED & value.keys():
            _gather(value[name], found)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
