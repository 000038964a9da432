"""Usage logs and bills: a sample of each as its tool writes it, and the records that are in it."""

# ruff: noqa: E501  (samples stand as their tools write them)

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bespoke.clients.numerals import Numerals
from bespoke.errors import BespokeError
from bespoke.intake import formats, usage_import
from bespoke.intake.elements import elements, first
from bespoke.intake.formats import mapped
from bespoke.intake.usage_record import Misread, Read, Record


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(path: Path) -> Iterator[Read]:
    form = formats.detect(first(path))
    assert form is not None, "no format found"
    for _, element in elements(path):
        yield from formats.read(form, element)


def only(path: Path, form: str) -> Record:
    assert formats.detect(first(path)).name == form  # type: ignore[union-attr]
    (record,) = read(path)
    assert isinstance(record, Record)
    return record


def save(path: Path, value: Any) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


# --- Anthropic -----------------------------------------------------------------------------------------

LEGACY = {  # the example of the API reference (usage_report/messages)
    "data": [
        {
            "starting_at": "2025-08-01T00:00:00Z",
            "ending_at": "2025-08-02T00:00:00Z",
            "results": [
                {
                    "uncached_input_tokens": 1500,
                    "cache_creation": {"ephemeral_1h_input_tokens": 1000, "ephemeral_5m_input_tokens": 500},
                    "cache_read_input_tokens": 200,
                    "output_tokens": 500,
                    "server_tool_use": {"web_search_requests": 10},
                    "api_key_id": "apikey_01Rj2N8SVvo6BePZj99NhmiT",
                    "workspace_id": "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ",
                    "model": "claude-sonnet-4-20250514",
                    "service_tier": "standard",
                    "context_window": "0-200k",
                }
            ],
        }
    ],
    "has_more": True,
    "next_page": "2019-12-27T18:11:19.117Z",
}


def test_the_legacy_usage_report(tmp_path: Path) -> None:
    record = only(save(tmp_path / "usage.json", LEGACY), "anthropic-report")
    assert (record.start, record.end) == (at("2025-08-01T00:00:00"), at("2025-08-02T00:00:00"))
    assert record.requests is None  # this report counts no calls
    assert record.model == "claude-sonnet-4-0"
    assert (record.uncached, record.cache_read, record.cache_write_5m, record.cache_write_1h) == (
        1500,
        200,
        500,
        1000,
    )
    assert (record.output, record.prompt) == (500, 3200)
    assert record.keys["workspace"] == "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ"


def test_rows_of_the_analytics_endpoint_count_requests(tmp_path: Path) -> None:
    row = {
        "starting_at": "2026-10-05T14:00:00Z",
        "ending_at": "2026-10-05T15:00:00Z",
        "group": {"model": "claude-haiku-5-5", "workspace_id": "wrkspc_1", "inference_geo": "us", "service_tier": "batch"},
        "usage": {
            "requests": 40, "uncached_input_tokens": 4000, "cache_read_input_tokens": 80000, "output_tokens": 1200,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "server_tool_use": {"web_search_requests": 0}, "total_tokens": 85200,
        },
    }  # fmt: skip
    record = only(save(tmp_path / "analytics.json", {"data": [row], "has_more": False}), "anthropic-report")
    assert (record.requests, record.prompt, record.output) == (40, 84000, 1200)
    assert (record.batch, record.regional) == (True, True)


def test_cost_reports_are_in_cents(tmp_path: Path) -> None:
    bucket = {
        "starting_at": "2026-10-05T00:00:00Z",
        "ending_at": "2026-10-06T00:00:00Z",
        "results": [
            {
                "amount": "123.45",
                "currency": "USD",
                "workspace_id": "w",
                "description": "tokens",
                "model": None,
            }
        ],
    }
    record = only(save(tmp_path / "cost.json", {"data": [bucket]}), "anthropic-report")
    assert (record.usd, record.charge) == (Decimal("1.2345"), True)
    row = {"starting_at": "2026-10-05T00:00:00Z", "ending_at": "2026-10-06T00:00:00Z", "group": {"workspace_id": "w"},
           "cost": {"amount": "50", "list_amount": "60", "currency": "USD", "requests": 3}}  # fmt: skip
    assert only(save(tmp_path / "cost2.json", {"data": [row]}), "anthropic-report").usd == Decimal("0.5")


CONSOLE_USAGE = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
    "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
    "usage_output_tokens,web_search_count,inference_geo,speed\n"
    "2026-10-05,claude-opus-5-5,memos,Legal,standard,≤ 200k,1000000,2000000,500000,8000000,300000,0,global,\n"
)
CONSOLE_COST = (
    "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type,"
    "inference_geo,speed\n"
    "2026-10-05,Claude Haiku 4.5,Default,demo-key,message,≤ 200k,input_no_cache,0.05,0.05,token,not_available,\n"
)


def test_console_exports(tmp_path: Path) -> None:
    record = only(save(tmp_path / "usage.csv", CONSOLE_USAGE), "anthropic-console")
    assert (record.uncached, record.cache_write_5m, record.cache_write_1h) == (1_000_000, 2_000_000, 500_000)
    assert (record.cache_read, record.output, record.requests) == (8_000_000, 300_000, None)
    assert record.keys["workspace"] == "Legal"
    record = only(save(tmp_path / "cost.csv", CONSOLE_COST), "anthropic-console")
    assert (record.usd, record.model) == (Decimal("0.05"), "claude-haiku-4-5")


# --- Bedrock -------------------------------------------------------------------------------------------

INVOCATION = {
    "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": "2026-10-05T10:00:00Z",
    "accountId": "111122223333", "region": "eu-central-1", "requestId": "req-1", "operation": "Converse",
    "modelId": "eu.anthropic.claude-sonnet-4-6",
    "identity": {"arn": "arn:aws:sts::111122223333:assumed-role/memo-service/i-1"},
    "requestMetadata": {"task": "risk_memo"},
    "input": {"inputContentType": "application/json", "inputTokenCount": 300, "cacheReadInputTokenCount": 12000, "cacheWriteInputTokenCount": 0},
    "output": {
        "outputContentType": "application/json", "outputTokenCount": 450,
        "outputBodyJson": {"metrics": {"latencyMs": 5400}, "usage": {"inputTokens": 300, "outputTokens": 450}},
    },
}  # fmt: skip


def test_invocation_logs_gzipped_as_in_s3_and_as_messages_of_cloudwatch(tmp_path: Path) -> None:
    path = tmp_path / "20261005T100000000Z.json.gz"
    path.write_bytes(gzip.compress((json.dumps(INVOCATION) + "\n").encode()))
    record = only(path, "bedrock")
    assert (record.uncached, record.cache_read, record.output, record.latency_ms) == (300, 12000, 450, 5400)
    assert (record.model, record.regional, record.tags) == ("claude-sonnet-4-6", True, ("task:risk_memo",))
    events = {"events": [{"timestamp": 1, "message": json.dumps(INVOCATION)}]}
    assert only(save(tmp_path / "cloudwatch.json", events), "bedrock") == record


def test_a_failed_invocation_has_an_error_code_and_no_tokens(tmp_path: Path) -> None:
    failed = {**INVOCATION, "input": {}, "output": {}, "errorCode": "ThrottlingException"}
    record = only(save(tmp_path / "log.json", failed), "bedrock")
    assert (record.failed, record.prompt) == (True, 0)


# --- gateways and observability ------------------------------------------------------------------------


def spend_log(**changes: Any) -> dict[str, Any]:
    return {
        "request_id": "chatcmpl-1", "call_type": "acompletion", "api_key": "88dc28", "spend": 0.0042, "total_tokens": 2040,
        "prompt_tokens": 2000, "completion_tokens": 40, "startTime": "2026-10-05T09:00:00Z", "endTime": "2026-10-05T09:00:01.500Z",
        "model": "anthropic/claude-haiku-4-5", "model_group": "triage", "cache_hit": "False", "status": "success",
        "request_tags": ["task:ticket_routing"],
        "metadata": {"user_api_key_alias": "support-bot", "usage_object": {"cache_read_input_tokens": 1500, "cache_creation_input_tokens": 0}},
    } | changes  # fmt: skip


def test_spend_logs_of_litellm(tmp_path: Path) -> None:
    record = only(save(tmp_path / "spend.json", [spend_log()]), "litellm")
    assert (record.uncached, record.cache_read, record.output) == (500, 1500, 40)  # 2000 held the 1500
    assert (record.usd, record.latency_ms, record.model) == (Decimal("0.0042"), 1500, "claude-haiku-4-5")
    assert (record.keys["api_key"], record.tags) == ("support-bot", ("task:ticket_routing",))


def test_a_prompt_smaller_than_its_cached_part_never_held_it(tmp_path: Path) -> None:
    assert only(save(tmp_path / "spend.json", [spend_log(prompt_tokens=500)]), "litellm").uncached == 500


@pytest.mark.parametrize(
    ("call_type", "batch"), [("acompletion", False), ("acreate_batch", True), ("", False), (None, False)]
)
def test_a_spend_log_says_by_its_kind_of_call_whether_it_was_a_batch(
    tmp_path: Path, call_type: str | None, batch: bool
) -> None:
    assert only(save(tmp_path / "spend.json", [spend_log(call_type=call_type)]), "litellm").batch is batch


def test_what_the_gateway_answered_itself_is_no_call(tmp_path: Path) -> None:
    path = save(tmp_path / "spend.json", [spend_log(cache_hit="True"), spend_log()])
    assert len(list(read(path))) == 1


def observation(**changes: Any) -> dict[str, Any]:
    return {
        "id": "o1", "trace_id": "t1", "type": "GENERATION", "name": "answer", "trace_name": "policy_qa", "level": "DEFAULT",
        "start_time": "2026-10-05 13:46:19.963000", "end_time": "2026-10-05 13:46:21.463000", "tags": ["prod"],
        "provided_model_name": "claude-sonnet-5",
        "usage_details": {"input": 240, "cache_read_input_tokens": 1300, "output": 320, "total": 1860},
        "cost_details": {"total": 0.0061},
    } | changes  # fmt: skip


def test_enriched_observations_of_langfuse(tmp_path: Path) -> None:
    record = only(save(tmp_path / "obs.jsonl", json.dumps(observation())), "langfuse")
    assert (record.uncached, record.cache_read, record.output) == (240, 1300, 320)  # 240 + 1300 + 320 = 1860
    assert (record.keys["trace"], record.latency_ms, record.usd) == ("policy_qa", 1500, Decimal("0.0061"))
    inside = observation(
        usage_details={"input": 1540, "input_cached_tokens": 1300, "output": 320, "total": 1860}
    )
    assert only(save(tmp_path / "obs2.jsonl", json.dumps(inside)), "langfuse") == record  # 1540 + 320 = 1860


def test_observations_as_csv_and_spans_that_are_no_calls(tmp_path: Path) -> None:
    row = observation()
    cells = [json.dumps(v) if isinstance(v, (dict, list)) else str(v) for v in row.values()]
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    span = quoted.replace("GENERATION", "SPAN")
    path = save(tmp_path / "obs.csv", f"{','.join(row)}\n{quoted}\n{span}\n")
    assert [record.keys["trace"] for record in read(path) if isinstance(record, Record)] == ["policy_qa"]


def test_legacy_observations_in_camel_case(tmp_path: Path) -> None:
    row = {"id": "o", "traceId": "t", "type": "GENERATION", "startTime": "2026-10-05T13:46:19Z", "endTime": "2026-10-05T13:46:20Z",
           "model": "gpt-4o-mini", "level": "ERROR", "usageDetails": {"input": 10, "output": 0, "total": 10}}  # fmt: skip
    record = only(save(tmp_path / "obs.json", [row]), "langfuse")
    assert (record.failed, record.uncached, record.model) == (True, 10, "gpt-4o-mini")


def otlp(attributes: dict[str, Any], **span: Any) -> dict[str, Any]:
    def value(v: Any) -> dict[str, Any]:
        return {"intValue": str(v)} if isinstance(v, int) else {"stringValue": v}

    own = {
        "name": "chat claude-sonnet-5", "startTimeUnixNano": "1791205200000000000", "endTimeUnixNano": "1791205202500000000",
        "attributes": [{"key": k, "value": value(v)} for k, v in attributes.items()], "status": {},
    } | span  # fmt: skip
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "memo-service"}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {}, "spans": [own]}]}]}


NEW = {
    "gen_ai.provider.name": "anthropic", "gen_ai.operation.name": "chat", "gen_ai.request.model": "claude-sonnet-5",
    "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 80, "gen_ai.usage.cache_read.input_tokens": 800,
}  # fmt: skip
OLD = {
    "gen_ai.system": "anthropic", "gen_ai.request.model": "claude-sonnet-5",
    "gen_ai.usage.prompt_tokens": 1000, "gen_ai.usage.completion_tokens": 80,
}  # fmt: skip


def test_spans_under_newer_and_older_names(tmp_path: Path) -> None:
    # One document a line, as the collector's file exporter writes it.
    path = save(tmp_path / "traces.jsonl", "\n".join(json.dumps(otlp(names)) for names in (NEW, OLD)))
    new, old = (record for record in read(path) if isinstance(record, Record))
    assert (new.uncached, new.cache_read, new.output) == (
        200,
        800,
        80,
    )  # the convention counts the cached ones in
    assert (old.uncached, old.cache_read, old.output) == (1000, 0, 80)
    assert (new.latency_ms, new.keys["service"], new.start) == (
        2500,
        "memo-service",
        at("2026-10-05T13:00:00"),
    )


def test_spans_of_tools_and_agents_are_no_calls_and_bad_ones_are_named(tmp_path: Path) -> None:
    document = otlp(NEW)
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans += otlp({"gen_ai.operation.name": "execute_tool"})["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans += otlp({"gen_ai.operation.name": "chat"})["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans += otlp({"http.method": "GET"})["resourceSpans"][0]["scopeSpans"][0]["spans"]
    found = list(read(save(tmp_path / "traces.json", json.dumps(document, indent=1))))
    assert [type(record) for record in found] == [Record, Misread]
    assert str(found[1]) == "has no token counts"


def test_usage_of_openai(tmp_path: Path) -> None:
    page = {"object": "page", "data": [{"object": "bucket", "start_time": 1730419200, "end_time": 1730505600, "results": [
        {"object": "organization.usage.completions.result", "input_tokens": 1000, "output_tokens": 500, "input_cached_tokens": 800,
         "num_model_requests": 5, "project_id": "proj_1", "user_id": None, "api_key_id": None, "model": "gpt-4o-mini-2024-07-18", "batch": False}
    ]}], "has_more": False}  # fmt: skip
    record = only(save(tmp_path / "openai.json", page), "openai")
    assert (record.requests, record.uncached, record.cache_read, record.output) == (5, 200, 800, 500)
    assert (record.model, record.keys["project"]) == ("gpt-4o-mini", "proj_1")


def test_requests_of_helicone(tmp_path: Path) -> None:
    row = {
        "request_id": "r", "request_created_at": "2026-10-05T10:00:00Z", "response_status": 200, "delay_ms": 1100,
        "model": "claude-haiku-4-5", "prompt_tokens": 112, "prompt_cache_read_tokens": 100, "completion_tokens": 8, "cost": 0.0042,
        "request_properties": {"task": "triage"},
    }  # fmt: skip
    record = only(save(tmp_path / "helicone.jsonl", json.dumps(row) + "\n"), "helicone")
    assert (record.uncached, record.cache_read, record.latency_ms, record.tags) == (
        12,
        100,
        1100,
        ("task:triage",),
    )


def test_a_table_of_own_columns(tmp_path: Path) -> None:
    path = save(
        tmp_path / "calls.csv",
        "when;team;in;out;secs;ok\n2026-10-05 10:00:00;legal;100;20;1.5;true\n2026-10-05 10:00:01;legal;x;20;1;true\n",
    )
    mapping = mapped.parse("time=when,input=in,output=out,latency_s=secs,status=ok")
    form = formats.UsageFormat(
        "mapped", "", lambda row: True, lambda row: mapped.records(row, mapping, Numerals())
    )
    good, bad = (record for _, element in elements(path) for record in formats.read(form, element))
    assert isinstance(good, Record)
    assert (good.uncached, good.output, good.latency_ms, good.keys["team"]) == (100, 20, 1500, "legal")
    assert str(bad) == "holds a count that is no number"
    with pytest.raises(BespokeError, match="needs time, input and output"):
        mapped.parse("time=when")


# --- what a call says besides its own counts -----------------------------------------------------------

CALL: dict[str, Any] = {
    "schemaType": "ModelInvocationLog", "timestamp": "2026-10-05T10:00:00Z", "requestId": "r", "operation": "InvokeModel",
    "modelId": "anthropic.claude-sonnet-4-5-20250929-v1:0", "input": {"inputTokenCount": 512},
}  # fmt: skip
CLAUDE_USAGE = {
    "input_tokens": 512, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 50,
    "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 30},
}  # fmt: skip
CONVERSE = {
    "usage": {"inputTokens": 512, "cacheReadInputTokens": 100, "cacheWriteInputTokens": 50},
    "metrics": {"latencyMs": 840},
}


@pytest.mark.parametrize(
    ("body", "written", "latency"),
    [
        ({"usage": CLAUDE_USAGE}, (20, 30), None),
        (json.dumps({"usage": CLAUDE_USAGE}), (20, 30), None),
        ([{"type": "message_start", "message": {"usage": CLAUDE_USAGE}},
          {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"invocationLatency": 900}}], (20, 30), 900),
        (CONVERSE, (50, 0), 840),
        ([{"messageStart": {"role": "assistant"}}, {"metadata": CONVERSE}], (50, 0), 840),
    ],
)  # fmt: skip
def test_cached_tokens_of_bedrock_stand_in_the_answer(
    tmp_path: Path, body: Any, written: tuple[int, int], latency: float | None
) -> None:
    row = {**CALL, "output": {"outputTokenCount": 256, "outputBodyJson": body}}
    record = only(save(tmp_path / "log.jsonl", json.dumps(row) + "\n"), "bedrock")
    assert (record.uncached, record.cache_read, record.output) == (512, 100, 256)
    assert (record.cache_write_5m, record.cache_write_1h) == written
    assert record.latency_ms == latency


SPAN = {
    "name": "chat", "context": {"trace_id": "0x1", "span_id": "0x2"}, "start_time": "2026-10-05T10:00:00Z",
    "end_time": "2026-10-05T10:00:01.500Z", "events": [], "resource": {"attributes": {"service.name": "claims"}},
    "attributes": {"llm.model_name": "claude-sonnet-4-5", "llm.token_count.prompt": 512, "llm.token_count.completion": 256,
                   "llm.token_count.prompt_details.cache_read": 100, "openinference.span.kind": "LLM"},
}  # fmt: skip


def test_a_span_as_the_sdk_prints_it_with_the_names_of_openinference(tmp_path: Path) -> None:
    record = only(save(tmp_path / "console.json", json.dumps(SPAN, indent=4)), "otlp")
    assert (record.uncached, record.cache_read, record.output, record.latency_ms) == (412, 100, 256, 1500)
    assert (record.model, record.keys["service"]) == ("claude-sonnet-4-5", "claims")


def test_spans_of_chains_count_no_tokens_twice(tmp_path: Path) -> None:
    chain = {**SPAN, "attributes": {**SPAN["attributes"], "openinference.span.kind": "CHAIN"}}  # type: ignore[dict-item]
    assert list(read(save(tmp_path / "spans.jsonl", f"{json.dumps(SPAN)}\n{json.dumps(chain)}\n"))) == [
        only(save(tmp_path / "one.json", SPAN), "otlp")
    ]


def test_helicone_has_an_id_of_noughts_where_its_cache_did_not_answer(tmp_path: Path) -> None:
    row = {
        "request_created_at": "2026-10-05T10:00:00Z", "response_status": 200, "prompt_tokens": 12, "completion_tokens": 8,
        "cache_enabled": True, "cache_reference_id": "00000000-0000-0000-0000-000000000000", "cost": None, "costUSD": 0.0042,
    }  # fmt: skip
    assert only(save(tmp_path / "helicone.json", {"data": [row]}), "helicone").usd == Decimal("0.0042")
    assert list(read(save(tmp_path / "cached.json", {"data": [row | {"cache_reference_id": "7d3e"}]}))) == []


def test_a_generation_without_counts_is_named(tmp_path: Path) -> None:
    (found,) = read(save(tmp_path / "obs.jsonl", json.dumps(observation(usage_details={})) + "\n"))
    assert str(found) == "has no token counts"


# --- files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("shape", ["lines", "document", "table"])
def test_logs_in_the_encodings_that_shells_write(tmp_path: Path, encoding: str, shape: str) -> None:
    text = {
        "lines": json.dumps(observation(trace_name="Verträge")),
        "document": json.dumps([observation(trace_name="Verträge")], ensure_ascii=False),
        "table": CONSOLE_USAGE.replace("Legal", "Verträge"),
    }[shape]
    path = tmp_path / "log"
    path.write_bytes(text.encode(encoding))
    (record,) = read(path)
    assert isinstance(record, Record)
    assert "Verträge" in record.keys.values()


def test_malformed_lines_are_counted_and_the_others_read(tmp_path: Path) -> None:
    good = json.dumps(observation())
    found = list(read(save(tmp_path / "obs.jsonl", f"{good}\n{{broken\n{good}\n")))
    assert [str(record) for record in found if isinstance(record, Misread)] == ["is malformed"]
    assert sum(isinstance(record, Record) for record in found) == 2


@pytest.mark.parametrize("content", ["", "  \n", "[", '{"a": 1}', "\x1f\x8bnot gzip"])
def test_what_is_no_log_gets_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(BespokeError) as refused:
        usage_import.read_usage_files([path], None, zone=UTC, zone_name="UTC")
    assert len(refused.value.problems) == 1


def test_documents_one_after_another_and_lines_with_a_time_before_them(tmp_path: Path) -> None:
    row = {**CALL, "output": {"outputTokenCount": 1}}
    two = [row, {**row, "requestId": "s"}]
    cells = [
        [{"field": "@timestamp", "value": "x"}, {"field": "@message", "value": json.dumps(one)}]
        for one in two
    ]
    shapes = {
        "pretty": "\n".join(json.dumps(one, indent=2) for one in two),
        "stamped": "".join(f"2026-10-05T10:00:00.000Z {json.dumps(one)}\n" for one in two),
        "query": json.dumps({"results": cells, "status": "Complete"}, indent=1),
        "events": json.dumps({"events": [{"message": json.dumps(one)} for one in two]}),
    }
    for shape, text in shapes.items():
        path = save(tmp_path / shape, text)
        assert [record.call for record in read(path) if isinstance(record, Record)] == ["r", "s"], shape


def test_a_table_as_a_german_spreadsheet_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    text = "sep=;\nwann;Team;ein;aus;usd\n05.10.2026 10:00;Müller;1.200;20;0,0042\n05.10.2026 11:30;Müller;200;30;0,5\n"
    path.write_bytes(text.encode("cp1252"))
    said: list[str] = []
    found = usage_import.read_usage_files(
        [path],
        None,
        mapping=mapped.parse("time=wann,input=ein,output=aus,usd=usd"),
        zone=UTC,
        zone_name="UTC",
        say=said.append,
    )
    assert (
        said[0] == 'calls.csv: read as Windows-1252, cells separated by semicolons, without its line "sep=;"'
    )
    (figures,) = found.figures().values()
    assert figures.prompt is not None
    assert figures.prompt.mean == 700  # 1,200 and 200
    assert figures.spend_usd == Decimal("0.5042")
    assert list(found.tallies) == ["Team Müller"]


def test_a_number_that_may_mean_two_is_not_read(tmp_path: Path) -> None:
    path = save(tmp_path / "calls.csv", "time;in;out\n2026-10-05;1.200;20\n2026-10-05;300;20\n")
    found = usage_import.read_usage_files(
        [path], None, mapping=mapped.parse("time=time,input=in,output=out"), zone=UTC, zone_name="UTC"
    )
    assert dict(found.files[0].misread) == {"holds a number under input that may mean two, such as 1.200": 1}


def test_workbooks_and_parquet_hold_calls_too(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("calls", 0)
    sheet.append(["startTime", "endTime", "prompt_tokens", "completion_tokens", "spend", "model"])
    sheet.append(
        [datetime(2026, 10, 5, 10), datetime(2026, 10, 5, 10, 0, 2), 100, 20, 0.01, "claude-haiku-4-5"]
    )
    book.save(tmp_path / "spend.xlsx")
    record = only(tmp_path / "spend.xlsx", "litellm")
    assert (record.start, record.uncached, record.latency_ms) == (at("2026-10-05T10:00:00"), 100, 2000)

    row = {
        "id": "a", "trace_id": "t", "type": "GENERATION", "start_time": datetime(2026, 10, 5, 10),
        "end_time": datetime(2026, 10, 5, 10, 0, 2), "provided_model_name": "claude-haiku-4-5",
    }  # fmt: skip
    counts = pa.array([[("input", 100), ("output", 20)]], pa.map_(pa.string(), pa.int64()))
    table = pa.Table.from_pylist([row]).append_column("usage_details", counts)
    pq.write_table(table, tmp_path / "observations.parquet")
    record = only(tmp_path / "observations.parquet", "langfuse")
    assert (record.start, record.uncached, record.output) == (at("2026-10-05T10:00:00"), 100, 20)


def test_a_call_in_two_exports_counts_once(tmp_path: Path) -> None:
    """Two exports that overlap by an hour hold the same observation; another call of the same id is another."""
    one, other = observation(id="o1"), observation(id="o2")
    first_, second = save(tmp_path / "1.json", [one, other]), save(tmp_path / "2.json", [one])
    found = usage_import.read_usage_files([first_, second], None, zone=UTC, zone_name="UTC")
    assert [(file.records, file.again) for file in found.files] == [(2, 0), (0, 1)]


def test_totals_of_the_same_days_in_two_reports_are_told(tmp_path: Path) -> None:
    by_key = json.loads(json.dumps(LEGACY).replace("1500", "1600"))
    files = [save(tmp_path / "by_workspace.json", LEGACY), save(tmp_path / "by_key.json", by_key)]
    found = usage_import.read_usage_files(files, None, zone=UTC, zone_name="UTC")
    (line,) = found.totals.overlapping()
    assert "by_workspace.json and by_key.json both hold totals from 2025-08-01 00:00 UTC on, added up" in line
