"""OpenTelemetry spans of generative AI: `gen_ai.*` attributes under their newer and older names, and OpenInference's.

As OTLP JSON, in lower camel case or with the names of its fields as protobuf has them, or as the SDKs print a span.
Semantic conventions for generative AI (opentelemetry.io/docs/specs/semconv/gen-ai, in development) and OpenInference
(arize-ai.github.io/openinference): the input tokens hold every kind of input token, the cached ones included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import (
    Misread,
    Read,
    Record,
    apart,
    count,
    each,
    first_of,
    instant,
    milliseconds,
    named,
)

NAME = "otlp"
TITLE = "OpenTelemetry GenAI spans (OTLP JSON)"
_INPUT = (
    "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens", "llm.token_count.prompt",
)  # fmt: skip
_OUTPUT = (
    "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens",
    "llm.token_count.completion",
)  # fmt: skip
_READ = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cached_tokens",
    "llm.token_count.prompt_details.cache_read",
)
_WRITTEN = (
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "llm.token_count.prompt_details.cache_write",
)
_MODEL = (
    "gen_ai.response.model", "gen_ai.request.model", "llm.response.model", "llm.request.model",
    "llm.response.model_name", "llm.model_name",
)  # fmt: skip
_NO_CALL = ("execute_tool", "invoke_agent", "create_agent", "invoke_workflow")
_LONGEST_KEY = 200  # characters; longer attributes are texts, which no task is told by
_ERROR = (2, "2", "STATUS_CODE_ERROR", "ERROR")
_KIND, _LLM, _CALLS = "openinference.span.kind", "LLM", ("LLM", "EMBEDDING")
_SCOPES = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans")
_STARTS = ("startTimeUnixNano", "start_time_unix_nano", "start_time")
_ENDS = ("endTimeUnixNano", "end_time_unix_nano", "end_time")
_STATUS = ("code", "status_code")
_SPAN_ID = ("spanId", "span_id")
_KINDS = tuple(
    name for kind in ("string", "int", "double", "bool") for name in (f"{kind}Value", f"{kind}_value")
)


def matches(row: Mapping[str, Any]) -> bool:
    return (
        any(name in row for name in (*_SCOPES, *_STARTS[:2]))
        or ("context" in row and "attributes" in row and "start_time" in row)
    )  # fmt: skip


def records(row: Mapping[str, Any]) -> Iterator[Read]:
    """Of one element of `resourceSpans`, or of one span."""
    resource = _attributes((row.get("resource") or {}).get("attributes"))
    scopes = next((row[name] for name in _SCOPES if row.get(name)), None)
    if scopes is None:
        yield from _span(row, resource)
        return
    for scope in scopes:
        yield from each(scope.get("spans") or (), lambda span: _span(span, resource))


def _span(span: Mapping[str, Any], resource: Mapping[str, Any]) -> Iterator[Record]:
    found = _attributes(span.get("attributes"))
    if not any(name.startswith(("gen_ai.", "llm.")) for name in found):
        return
    if found.get("gen_ai.operation.name") in _NO_CALL or str(found.get(_KIND, _LLM)).upper() not in _CALLS:
        return
    failed = first_of(span.get("status") or {}, _STATUS) in _ERROR or "error.type" in found
    if first_of(found, _INPUT) is None and first_of(found, _OUTPUT) is None and not failed:
        raise Misread("has no token counts")
    start, end = _moment(span, _STARTS), _moment(span, _ENDS)
    model, regional = known_as(str(first_of(found, _MODEL) or ""))
    read, written = count(first_of(found, _READ)), count(first_of(found, _WRITTEN))
    every = {**resource, **found}
    keys = {name: str(value) for name, value in every.items() if len(str(value)) <= _LONGEST_KEY}
    yield Record(
        start,
        call=str(first_of({**span, **(span.get("context") or {})}, _SPAN_ID) or ""),
        model=model,
        keys=keys
        | named(
            model=model,
            name=span.get("name"),
            service=resource.get("service.name"),
            agent=found.get("gen_ai.agent.name"),
        ),
        uncached=apart(count(first_of(found, _INPUT)), read, written),
        cache_read=read,
        cache_write_5m=written,
        output=count(first_of(found, _OUTPUT)),
        latency_ms=milliseconds(start, end),
        failed=failed,
        regional=regional,
    )


def _moment(span: Mapping[str, Any], names: tuple[str, ...]) -> datetime:
    """From nanoseconds since 1970, or from a time in words."""
    value = first_of(span, names)
    if isinstance(value, str) and not value.isdigit():
        return instant(value)
    try:
        return instant(int(value) / 1e9)
    except (TypeError, ValueError):
        raise Misread("has no time that can be read") from None


def _attributes(given: object) -> dict[str, Any]:
    """`[{"key": …, "value": {"intValue": "1"}}]` -> a mapping; lists and texts of messages stay out."""
    if isinstance(given, Mapping):  # as the SDKs print them
        return {name: value for name, value in given.items() if isinstance(value, (str, int, float, bool))}
    found: dict[str, Any] = {}
    for attribute in given if isinstance(given, list) else ():
        value = attribute.get("value") if isinstance(attribute, Mapping) else None
        if isinstance(value, Mapping):
            for kind in _KINDS:
                if kind in value:
                    found[str(attribute.get("key"))] = value[kind]
    return found
