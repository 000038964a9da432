"""OpenTelemetry spans of generative AI as OTLP JSON: `gen_ai.*` attributes under their newer and their older names.

Semantic conventions for generative AI (opentelemetry.io/docs/specs/semconv/gen-ai, in development):
`gen_ai.usage.input_tokens` holds every kind of input token, the cached ones included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import Misread, Read, Record, apart, count, each, instant, named

NAME = "otlp"
TITLE = "OpenTelemetry GenAI spans (OTLP JSON)"
_INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens")
_OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens")
_READ = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cached_tokens",
)
_WRITTEN = ("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens")
_MODEL = ("gen_ai.response.model", "gen_ai.request.model", "llm.response.model", "llm.request.model")
_NO_CALL = ("execute_tool", "invoke_agent", "create_agent", "invoke_workflow")
_LONGEST_KEY = 200  # characters; longer attributes are texts, which no task is told by
_ERROR = (2, "2", "STATUS_CODE_ERROR")


def matches(row: Mapping[str, Any]) -> bool:
    return "scopeSpans" in row or "instrumentationLibrarySpans" in row or "startTimeUnixNano" in row


def records(row: Mapping[str, Any]) -> Iterator[Read]:
    """Of one element of `resourceSpans`, or of one span."""
    if "startTimeUnixNano" in row:
        yield from _span(row, {})
        return
    resource = _attributes((row.get("resource") or {}).get("attributes"))
    for scope in row.get("scopeSpans") or row.get("instrumentationLibrarySpans") or ():
        yield from each(scope.get("spans") or (), lambda span: _span(span, resource))


def _span(span: Mapping[str, Any], resource: Mapping[str, Any]) -> Iterator[Record]:
    found = _attributes(span.get("attributes"))
    if not any(name.startswith(("gen_ai.", "llm.")) for name in found):
        return
    if found.get("gen_ai.operation.name") in _NO_CALL:
        return
    failed = (span.get("status") or {}).get("code") in _ERROR or "error.type" in found
    if _first(found, _INPUT) is None and _first(found, _OUTPUT) is None and not failed:
        raise Misread("has no token counts")
    start, end = _nanoseconds(span, "startTimeUnixNano"), _nanoseconds(span, "endTimeUnixNano")
    if end < start:
        raise Misread("ends before it starts")
    model, regional = known_as(str(_first(found, _MODEL) or ""))
    read, written = count(_first(found, _READ)), count(_first(found, _WRITTEN))
    every = {**resource, **found}
    keys = {name: str(value) for name, value in every.items() if len(str(value)) <= _LONGEST_KEY}
    yield Record(
        instant(start / 1e9),
        model=model,
        keys=keys
        | named(
            model=model,
            name=span.get("name"),
            service=resource.get("service.name"),
            agent=found.get("gen_ai.agent.name"),
        ),
        uncached=apart(count(_first(found, _INPUT)), read, written),
        cache_read=read,
        cache_write_5m=written,
        output=count(_first(found, _OUTPUT)),
        latency_ms=(end - start) / 1e6,
        failed=failed,
        regional=regional,
    )


def _nanoseconds(span: Mapping[str, Any], name: str) -> int:
    try:
        return int(span[name])
    except (KeyError, TypeError, ValueError):
        raise Misread("has no time that can be read") from None


def _attributes(given: Any) -> dict[str, Any]:
    """`[{"key": …, "value": {"intValue": "1"}}]` -> a mapping; lists and texts of messages stay out."""
    found: dict[str, Any] = {}
    for attribute in given if isinstance(given, list) else ():
        value = attribute.get("value") if isinstance(attribute, Mapping) else None
        if isinstance(value, Mapping):
            for kind in ("stringValue", "intValue", "doubleValue", "boolValue"):
                if kind in value:
                    found[str(attribute.get("key"))] = value[kind]
    return found


def _first(found: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((found[name] for name in names if found.get(name) not in (None, "")), None)
