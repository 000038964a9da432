"""OpenTelemetry spans of generative AI as records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bespoke.intake.formats import otel
from bespoke.intake.usage_record import Misread, Record

NANOS = 1_795_176_000_000_000_000  # 2026-11-20 12:00 UTC
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOKENS = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20}


def listed(values: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = {str: "stringValue", bool: "boolValue", int: "intValue", float: "doubleValue"}
    return [{"key": key, "value": {kinds[type(value)]: value}} for key, value in values.items()]


def span(attributes: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    found = {"spanId": "s1", "startTimeUnixNano": str(NANOS), "endTimeUnixNano": NANOS + 1_500_000_000}
    return {**found, "attributes": listed({**TOKENS, **(attributes or {})}), **given}


def read(one: dict[str, Any], resource: dict[str, Any] | None = None) -> list[Any]:
    return list(
        otel.records({"resource": {"attributes": listed(resource or {})}, "scopeSpans": [{"spans": [one]}]})
    )


def only(one: dict[str, Any]) -> Record:
    (found,) = read(one)
    assert isinstance(found, Record)
    return found


def test_a_span_is_one_call_with_its_tokens_its_time_and_its_name() -> None:
    cached = {"gen_ai.usage.cache_read.input_tokens": 60, "gen_ai.usage.cache_creation.input_tokens": 30}
    record = only(span({**cached, "gen_ai.request.model": "claude-opus-4-8"}, name="chat"))
    assert (record.start, record.latency_ms, record.call, record.model) == (
        NOON,
        1500.0,
        "s1",
        "claude-opus-4-8",
    )
    assert (record.uncached, record.cache_read, record.cache_write_5m, record.output) == (10, 60, 30, 20)
    assert (record.failed, record.requests, record.keys["name"]) == (False, 1, "chat")


@pytest.mark.parametrize(
    ("given", "call"),
    [
        ({"spanId": "a"}, "a"), ({"spanId": None, "span_id": "b"}, "b"),
        ({"spanId": "", "context": {"span_id": "c"}}, "c"), ({"spanId": None}, ""),
    ],
)  # fmt: skip
def test_a_call_goes_by_the_id_of_its_span(given: dict[str, Any], call: str) -> None:
    assert only(span(**given)).call == call


def test_spans_stand_in_scopes_under_either_name_or_alone() -> None:
    for name in ("scopeSpans", "scope_spans", "instrumentationLibrarySpans"):
        assert (
            len(
                list(
                    otel.records({name: [{"spans": [span(), span()]}, {"spans": None}, {"spans": [span()]}]})
                )
            )
            == 3
        )
    alone = {
        "name": "chat", "context": {"span_id": "x"}, "start_time": "2026-11-20T12:00:00Z",
        "end_time": "2026-11-20T12:00:02Z", "attributes": {**TOKENS, "list": [1]},
    }  # fmt: skip
    (record,) = otel.records(alone)
    assert isinstance(record, Record)
    assert (record.call, record.start, record.latency_ms, record.uncached) == ("x", NOON, 2000.0, 100)


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.operation.name": "execute_tool"}, {"gen_ai.operation.name": "invoke_agent"},
        {"openinference.span.kind": "TOOL"}, {"openinference.span.kind": "chain"},
    ],
)  # fmt: skip
def test_what_is_no_call_is_left_out(attributes: dict[str, Any]) -> None:
    assert read(span(attributes)) == []
    assert read({**span(), "attributes": listed({"http.method": "POST"})}) == []


@pytest.mark.parametrize(
    "attributes", [{"openinference.span.kind": "llm"}, {"openinference.span.kind": "EMBEDDING"}]
)
def test_a_call_is_one_in_any_spelling(attributes: dict[str, Any]) -> None:
    assert only(span(attributes)).output == 20


@pytest.mark.parametrize(
    ("given", "failed"),
    [
        ({"status": {"code": 2}}, True), ({"status": {"status_code": "ERROR"}}, True), ({"status": {"code": 1}}, False),
        ({"status": None}, False),
    ],
)  # fmt: skip
def test_a_span_failed_by_its_status_or_its_error(given: dict[str, Any], failed: bool) -> None:
    assert only(span(**given)).failed is failed
    assert only(span({"error.type": "timeout"}, **given)).failed is True


def test_without_tokens_only_a_failed_call_is_one() -> None:
    bare = {**span(), "attributes": listed({"gen_ai.system": "anthropic"})}
    (said,) = read(bare)
    assert isinstance(said, Misread)
    assert str(said) == "has no token counts"
    (failed,) = read({**bare, "status": {"code": 2}})
    assert (failed.failed, failed.prompt, failed.output) == (True, 0, 0)
    half = {**span(), "attributes": listed({"llm.usage.prompt_tokens": 7})}
    assert (only(half).prompt, only(half).output) == (7, 0)


@pytest.mark.parametrize("start", [None, "soon", [1], ""])
def test_a_span_without_a_time_is_misread(start: Any) -> None:
    (said,) = read(span(startTimeUnixNano=start))
    assert str(said) == "has no time that can be read"


def test_a_task_is_told_by_short_attributes_of_span_and_resource() -> None:
    long = {"prompt": "x" * 201, "short": "x" * 200, "gen_ai.agent.name": "triage", "ok": True}
    (record,) = read(span(long), {"service.name": "mail", "short": "overruled"})
    assert record.keys["service"] == "mail"
    assert record.keys["agent"] == "triage"
    assert (record.keys["short"], record.keys["ok"]) == ("x" * 200, "True")
    assert "prompt" not in record.keys


@pytest.mark.parametrize(
    ("row", "is_one"),
    [
        ({"scopeSpans": []}, True), ({"startTimeUnixNano": 1}, True), ({"start_time_unix_nano": 1}, True),
        ({"context": {}, "attributes": {}, "start_time": ""}, True), ({"context": {}, "attributes": {}}, False),
        ({"attributes": {}, "start_time": ""}, False), ({}, False),
    ],
)  # fmt: skip
def test_a_row_is_recognised_by_its_keys(row: dict[str, Any], is_one: bool) -> None:
    assert otel.matches(row) is is_one
