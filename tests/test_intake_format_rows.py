"""Each format of usage logs and bills, row by row: what is a call, what it took, and what a task is told by."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bespoke.clients.numerals import Numerals
from bespoke.errors import BespokeError
from bespoke.intake import formats
from bespoke.intake.formats import (
    FORMATS,
    UsageFormat,
    anthropic_console,
    bedrock_log,
    detect,
    helicone,
    langfuse,
    litellm,
    mapped,
    openai_usage,
)
from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import Misread, Record

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = "2026-11-20T12:00:00Z"
DAY = timedelta(days=1)
OPUS = "claude-opus-4-8"


def only(found: Any) -> Record:
    (record,) = found
    assert isinstance(record, Record)
    return record


def kinds(record: Record) -> tuple[int, ...]:
    return record.uncached, record.cache_read, record.cache_write_5m, record.cache_write_1h, record.output


# --- all of them -------------------------------------------------------------------------------------------------


def test_a_bucket_that_does_not_end_after_its_start_is_misread_and_so_is_what_is_no_object() -> None:
    def form(*ends: datetime | None) -> UsageFormat:
        return UsageFormat("x", "X", lambda row: True, lambda row: iter([Record(NOON, end) for end in ends]))

    found = list(formats.read(form(NOON, NOON - DAY, NOON + timedelta(seconds=1), None), {}))
    assert [str(one) if isinstance(one, Misread) else one.end for one in found] == [
        "ends before it starts", "ends before it starts", NOON + timedelta(seconds=1), None,
    ]  # fmt: skip
    for row in (None, [], "x"):
        (misread,) = formats.read(form(None), row)
        assert str(misread) == "is malformed"


def test_a_file_is_of_the_format_that_most_of_its_rows_are_of() -> None:
    bedrock, console = {"modelId": "m", "operation": "Converse"}, {"usage_date_utc": "d", "cost_usd": "1"}
    assert [form and form.name for form in map(detect, ([bedrock, console, bedrock], [console, "x", bedrock,
    console]))] == [
        "bedrock", "anthropic-console",
    ]  # fmt: skip
    assert detect([{}, "x"]) is None
    assert len({form.name for form in FORMATS}) == len(FORMATS) == 8


@pytest.mark.parametrize(
    ("form", "row", "is_one"),
    [
        (bedrock_log, {"schemaType": "ModelInvocationLog"}, True), (bedrock_log, {"modelId": "m"}, False),
        (bedrock_log, {"operation": "m"}, False),
        (bedrock_log, {"message": '{"schemaType":"ModelInvocationLog"}'}, True),
        (bedrock_log, {"@message": "ModelInvocationLog"}, True), (bedrock_log, {"message": "else"}, False),
        (anthropic_console, {"usage_date_utc": 1, "usage_output_tokens": 1}, True),
        (anthropic_console, {"usage_date_utc": 1}, False), (anthropic_console, {"cost_usd": 1}, False),
        (langfuse, {"startTime": 1, "type": 1, "traceId": 1}, True), (langfuse, {"startTime": 1, "type": 1}, False),
        (langfuse, {"start_time": 1, "usage_details": 1}, False), (langfuse, {"type": 1, "trace_name": 1}, False),
        (litellm, {"startTime": 1, "prompt_tokens": 1, "spend": 1}, True),
        (litellm, {"startTime": 1, "prompt_tokens": 1, "response_cost": 1}, True),
        (litellm, {"startTime": 1, "prompt_tokens": 1}, False), (litellm, {"startTime": 1, "spend": 1}, False),
        (openai_usage, {"object": "bucket"}, True), (openai_usage, {"num_model_requests": 1}, True),
        (openai_usage, {"n_context_tokens_total": 1}, True), (openai_usage, {"amount_value": 1, "start_time": 1}, True),
        (openai_usage, {"amount_value": 1}, False), (openai_usage, {"start_time": 1}, False),
        (helicone, {"request_created_at": 1, "prompt_tokens": 1}, True),
        (helicone, {"request_created_at": 1, "response_status": 1}, True),
        (helicone, {"request_created_at": 1}, False), (helicone, {"prompt_tokens": 1}, False),
    ],
)  # fmt: skip
def test_a_row_is_of_a_format_by_its_keys(form: Any, row: dict[str, Any], is_one: bool) -> None:
    assert form.matches(row) is is_one


@pytest.mark.parametrize(
    ("name", "known", "regional"),
    [
        (OPUS, OPUS, False), (f"us.anthropic.{OPUS}", OPUS, True), (f"global.anthropic.{OPUS}", OPUS, False),
        (f"anthropic/{OPUS}", OPUS, False), (f"eu.anthropic.{OPUS}-v1:0", OPUS, True), ("Claude Opus 4.8", OPUS, False),
        (f"arn:aws:bedrock:us-east-1::inference-profile/us.anthropic.{OPUS}", OPUS, True),
        (" own model ", "own model", False),
    ],
)  # fmt: skip
def test_a_model_has_one_name_however_a_log_spells_it(name: str, known: str, regional: bool) -> None:
    assert known_as(name) == (known, regional)


# --- Bedrock -------------------------------------------------------------------------------------------------------


def bedrock(**given: Any) -> Record:
    row = {
        "timestamp": AT, "modelId": OPUS, "operation": "Converse", "requestId": "r", "region": "us-east-1",
        "input": {"inputTokenCount": 100}, "output": {"outputTokenCount": 20}, **given,
    }  # fmt: skip
    return only(bedrock_log.records(row))


def test_a_call_of_bedrock_has_its_tokens_its_names_and_its_latency() -> None:
    body = {
        "usage": {"cacheReadInputTokens": 60, "cacheWriteInputTokens": 30,
        "cache_creation": {"ephemeral_1h_input_tokens": 10}},
        "metrics": {"latencyMs": 1500}, "stop": True,
    }  # fmt: skip
    record = bedrock(output={"outputTokenCount": 20, "outputBodyJson": body}, requestMetadata={"task": "mail"},
                     identity={"arn": "me"})  # fmt: skip
    assert kinds(record) == (100, 60, 20, 10, 20)
    assert (record.start, record.call, record.model, record.latency_ms) == (NOON, "r", OPUS, 1500.0)
    assert (record.failed, record.batch, record.tags) == (False, False, ("task:mail",))
    assert record.keys == {
        "task": "mail", "model": OPUS, "identity": "me", "region": "us-east-1", "operation": "Converse",
    }  # fmt: skip
    assert bedrock(input={"inputTokenCount": 5, "cacheReadInputTokenCount": 7}).cache_read == 7
    stream = [
        {"metadata": {"usage": {"cacheReadInputTokens": 1}}},
        {"amazon-bedrock-invocationMetrics": {"invocationLatency": 9}},
    ]
    streamed = bedrock(output={"outputTokenCount": 2, "outputBodyJson": json.dumps(stream)})
    assert (streamed.cache_read, streamed.latency_ms) == (1, 9.0)
    assert bedrock(output={"outputTokenCount": 2, "outputBodyJson": "{"}).latency_ms is None
    assert bedrock(output={"outputBodyJson": {"usage": {"cacheReadInputTokens": True}}}).cache_read == 0
    small = {"usage": {"cacheWriteInputTokens": 3, "cache_creation": {"ephemeral_1h_input_tokens": 10}}}
    assert kinds(bedrock(output={"outputBodyJson": small}))[2:4] == (0, 10)


def test_a_batch_of_bedrock_is_one_by_its_operation_or_its_job() -> None:
    assert bedrock(operation="BatchInference").batch is True
    assert bedrock(input={"inputTokenCount": 1, "batchJobArn": "arn"}).batch is True


def test_a_failed_call_of_bedrock_has_no_tokens_and_others_need_them() -> None:
    failed = bedrock(errorCode="ThrottlingException", input={}, output="x")
    assert (failed.failed, kinds(failed)) == (True, (0, 0, 0, 0, 0))
    with pytest.raises(Misread, match="has no token counts"):
        bedrock(input={})
    message = json.dumps({"timestamp": AT, "modelId": OPUS, "input": {"inputTokenCount": 7}})
    assert only(bedrock_log.records({"@message": message})).uncached == 7
    with pytest.raises(Misread, match="holds a message that is no JSON"):
        only(bedrock_log.records({"message": "{"}))


# --- Langfuse, LiteLLM, Helicone --------------------------------------------------------------------------------------


def observed(**given: Any) -> Record:
    usage = {"input": 100, "output": 20, "total": 120}
    return only(
        langfuse.records({"type": "GENERATION", "startTime": AT, "usageDetails": usage, "id": "o", **given})
    )


def test_cached_tokens_are_part_of_the_input_where_the_total_says_so() -> None:
    part = {
        "input": 100,
        "output": 20,
        "total": 120,
        "cache_read_input_tokens": 60,
        "cache_creation_input_tokens": 30,
    }
    assert kinds(observed(usageDetails=part)) == (10, 60, 30, 0, 20)
    assert kinds(observed(usageDetails={**part, "total": 210})) == (100, 60, 30, 0, 20)
    assert kinds(observed(usageDetails=json.dumps({**part, "input_cached_tokens": "7", "total": 0}))) == (
        100,
        67,
        30,
        0,
        20,
    )
    assert kinds(observed(usageDetails={"output": 1}, promptTokens=9, completionTokens=5)) == (9, 0, 0, 0, 1)
    large = {"input": 50, "output": 20, "total": 70, "cache_read_input_tokens": 60}
    assert kinds(observed(usageDetails=large)) == (
        50,
        60,
        0,
        0,
        20,
    )  # more was read than went in: it stands beside


def test_an_observation_that_is_a_call_has_its_names_its_money_and_its_end() -> None:
    record = observed(
        providedModelName=OPUS, traceName="mail", userId="u", tags='["a", "b"]', endTime="2026-11-20T12:00:02Z",
        costDetails={"total": 0.5}, level="DEFAULT",
    )  # fmt: skip
    assert (record.call, record.model, record.latency_ms, record.usd) == ("o", OPUS, 2000.0, Decimal("0.5"))
    assert record.tags == ("a", "b")
    assert record.keys == {"model": OPUS, "trace": "mail", "user": "u"}
    assert observed(trace_tags=" a, b,").tags == ("a", "b")
    assert observed(tags=["a", 1]).tags == ("a", "1")
    assert observed(tags=7).tags == ()
    assert [observed(**{name: 3}).usd for name in ("totalCost", "calculatedTotalCost")] == [3, 3]
    assert observed(model=OPUS).model == OPUS
    assert observed(level="ERROR", usageDetails={}).failed is True
    with pytest.raises(Misread, match="has no token counts"):
        observed(usageDetails={})
    for kind in ("SPAN", "TOOL", "event"):
        assert list(langfuse.records({"type": kind, "startTime": AT})) == []
    assert only(langfuse.records({"type": "embedding", "startTime": AT, "usage": {"input": 1}})).uncached == 1


def spent(**given: Any) -> Record:
    return only(
        litellm.records(
            {"startTime": AT, "prompt_tokens": 100, "completion_tokens": 20, "spend": 0.5, **given}
        )
    )


def test_a_row_of_litellm_is_a_call_with_its_cached_part_taken_out() -> None:
    usage = {
        "usage_object": {
            "cache_read_input_tokens": 60,
            "prompt_tokens_details": {"cached_tokens": 1, "cache_creation_tokens": 30},
        }
    }
    record = spent(metadata=json.dumps(usage), request_id="r", model=OPUS, endTime="2026-11-20T12:00:02Z")
    assert kinds(record) == (10, 60, 30, 0, 20)
    assert (record.call, record.model, record.latency_ms, record.usd, record.retries) == (
        "r",
        OPUS,
        2000.0,
        Decimal("0.5"),
        0,
    )
    assert (record.failed, record.batch, record.tags) == (False, False, ())
    more = spent(
        metadata={"user_api_key_alias": "alias", "user_api_key_team_alias": "team", "attempted_retries": 2,
        "status": "failure"},
        api_key="hash", team_id="id", call_type="abatch", request_tags='["a"]', id="i",
    )  # fmt: skip
    assert (more.failed, more.batch, more.tags, more.retries, more.call) == (True, True, ("a",), 2, "i")
    assert (more.keys["api_key"], more.keys["team"]) == ("alias", "team")
    plain = spent(api_key="hash", team_id="id", status="failed", metadata="")
    assert (plain.keys["api_key"], plain.keys["team"], plain.failed) == ("hash", "id", True)
    assert spent(status="success").failed is False
    assert list(litellm.records({"startTime": AT, "cache_hit": "True"})) == []
    assert only(litellm.records({"startTime": AT, "response_cost": 2})).usd == 2


def request(**given: Any) -> Record:
    row = {
        "request_created_at": AT,
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "response_status": 200,
        **given,
    }
    return only(helicone.records(row))


def test_a_request_of_helicone_has_its_properties_as_keys_and_fails_from_400() -> None:
    record = request(
        prompt_cache_read_tokens=60, prompt_cache_write_tokens=30, request_properties={"task": "mail"}, request_id="r",
        response_model=OPUS, request_model="other", delay_ms=1500, costUSD="$0.5", request_user_id="u",
    )  # fmt: skip
    assert kinds(record) == (10, 60, 30, 0, 20)
    assert (record.call, record.model, record.latency_ms, record.usd) == ("r", OPUS, 1500.0, Decimal("0.5"))
    assert (record.tags, record.keys) == (("task:mail",), {"task": "mail", "model": OPUS, "user": "u"})
    assert [request(response_status=status).failed for status in (399, 400, "500", None)] == [
        False,
        True,
        True,
        False,
    ]
    assert request(response_status=None, status=429).failed is True
    assert (request().latency_ms, request(latency=7).latency_ms, request(cost=2).usd) == (None, 7.0, 2)
    assert request(properties="{").tags == request(properties="[1]").tags == ()


@pytest.mark.parametrize(
    ("enabled", "reference", "call"),
    [
        ("true", "abc", False), ("true", "00000000-0000-0000-0000-000000000000", True), ("true", "", True),
        (True, None, True), ("false", "abc", True), (True, "abc", False),
    ],
)  # fmt: skip
def test_an_answer_of_the_gateways_own_cache_is_no_call(enabled: Any, reference: Any, call: bool) -> None:
    row = {"request_created_at": AT, "cache_enabled": enabled, "cache_reference_id": reference}
    assert bool(list(helicone.records(row))) is call


# --- the Console and OpenAI ----------------------------------------------------------------------------------------


def test_a_day_of_the_console_has_tokens_or_money() -> None:
    row = {
        "usage_date_utc": "2026-11-20", "model_version": OPUS, "usage_input_tokens_no_cache": "10",
        "usage_input_tokens_cache_read": "60", "usage_input_tokens_cache_write": "20",
        "usage_input_tokens_cache_write_1h": "5", "usage_output_tokens": "7", "usage_type": "batch",
        "inference_geo": "us",
    }  # fmt: skip
    record = only(anthropic_console.records(row))
    midnight = NOON.replace(hour=0)
    assert (record.start, record.end, record.requests, record.model) == (midnight, midnight + DAY, None, OPUS)
    assert kinds(record) == (10, 60, 20, 5, 7)
    assert (record.batch, record.regional, record.charge) == (True, True, False)
    later = only(
        anthropic_console.records({**row, "usage_input_tokens_cache_write_5m": "9", "usage_type": "standard"})
    )
    assert (later.cache_write_5m, later.batch) == (9, False)
    bill = only(
        anthropic_console.records(
            {"usage_date_utc": "2026-11-20", "cost_usd": "1.5", "model": OPUS, "workspace": "w"}
        )
    )
    assert (bill.usd, bill.charge, bill.requests, bill.end) == (Decimal("1.5"), True, None, midnight + DAY)
    assert bill.keys == {"model": OPUS, "workspace": "w"}


def test_a_bucket_of_openai_has_its_results() -> None:
    result = {"num_model_requests": 3, "input_tokens": 100, "input_cached_tokens": 60, "output_tokens": 20,
    "batch": True,
              "project_id": "p", "model": "gpt-4o"}  # fmt: skip
    bucket = {
        "object": "bucket",
        "start_time": NOON.timestamp(),
        "end_time": (NOON + DAY).timestamp(),
        "results": [result, {}],
    }
    record, misread = openai_usage.records(bucket)
    assert isinstance(record, Record)
    assert (record.start, record.end, record.requests, kinds(record)) == (
        NOON,
        NOON + DAY,
        3,
        (40, 60, 0, 0, 20),
    )
    assert (record.batch, record.charge, record.keys["project"]) == (True, False, "p")
    assert str(misread) == "is no usage of a text model"
    cost = only(
        openai_usage.records({"start_time": NOON.timestamp(), "amount_value": "2.5", "line_item": "x"})
    )
    assert (cost.usd, cost.charge, cost.requests, cost.end) == (Decimal("2.5"), True, None, NOON + DAY)
    nested = only(openai_usage.records({"start_time_iso": AT, "results": [{"amount": {"value": 1}}]}))
    assert (nested.usd, nested.end) == (1, NOON + DAY)
    with pytest.raises(Misread, match="is no bucket of usage"):
        list(openai_usage.records({"results": 7}))


def test_the_older_activity_of_openai_is_in_five_minutes_or_days() -> None:
    row = {"aggregation_timestamp": NOON.timestamp(), "n_context_tokens_total": 100,
    "n_cached_context_tokens_total": 60,
           "n_generated_tokens_total": 20, "n_requests": 3, "usage_type": "text", "snapshot_id": "gpt-4o",
           "email": "e"}  # fmt: skip
    record = only(openai_usage.records(row))
    assert (record.end, record.requests, kinds(record)) == (
        NOON + timedelta(minutes=5),
        3,
        (40, 60, 0, 0, 20),
    )
    assert (record.batch, record.keys["user"]) == (False, "e")
    day = only(
        openai_usage.records(
            {"timestamp": AT, "n_context_tokens_total": 1, "num_requests": 2, "operation": "batch"}
        )
    )
    assert (day.end, day.requests, day.batch) == (NOON + DAY, 2, True)


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ({"api_key_name": "n", "api_key_id": "i", "project_name": "p", "project_id": "q", "email": "e", "user": "u"},
         {"api_key": "n", "project": "p", "user": "e"}),  # a name says more than an id
        ({"api_key_id": "i", "project_id": "q", "user": "u"}, {"api_key": "i", "project": "q", "user": "u"}),
        ({"api_key_name": "n"}, {"api_key": "n"}),
        ({}, {}),
    ],
)  # fmt: skip
def test_an_activity_of_openai_goes_by_its_names_else_by_its_ids(
    given: dict[str, str], keys: dict[str, str]
) -> None:
    row = {"timestamp": AT, "n_context_tokens_total": 1, "num_requests": 2, **given}
    assert only(openai_usage.records(row)).keys == keys


# --- a table of one's own ------------------------------------------------------------------------------------------

MAP = {"time": "at", "input": "in", "output": "out"}
PLAIN = Numerals(settled=True)


def test_a_mapping_names_time_input_and_output_and_no_field_that_is_not_known() -> None:
    assert mapped.parse("time=at, input=in,output=out") == MAP
    with pytest.raises(
        BespokeError, match=r"^--map needs time, input and output and takes cache_read, .*COLUMN$"
    ):
        mapped.parse("time=at,input=in")
    with pytest.raises(BespokeError, match=r"; unknown: price, x$"):
        mapped.parse("time=at,input=in,output=out,price=p,x=y")


def call(mapping: dict[str, str] | None = None, **given: Any) -> Record:
    row = {"at": AT, "in": "100", "out": "20", **given}
    return only(mapped.records(row, {**MAP, **(mapping or {})}, PLAIN))


def test_a_row_of_ones_own_table_is_one_call_unless_it_counts_them() -> None:
    record = call(task="mail", note="x" * 201, short="x" * 200, empty="")
    assert (record.start, record.requests, kinds(record)) == (NOON, 1, (100, 0, 0, 0, 20))
    assert record.keys == {"task": "mail", "short": "x" * 200}
    columns = {
        "cache_read": "r",
        "cache_write": "w",
        "requests": "n",
        "model": "m",
        "usd": "c",
        "latency_s": "s",
    }
    full = call(columns, r="60", w="30", n="3", m=OPUS, c="0.5", s="1.5")
    assert (full.requests, kinds(full), full.usd, full.latency_ms) == (
        3,
        (100, 60, 30, 0, 20),
        Decimal("0.5"),
        1500.0,
    )
    assert full.keys == {"model": OPUS}
    both = {"latency_ms": "ms", "latency_s": "s"}
    assert [call(both, ms=ms, s="1.5").latency_ms for ms in ("7", "")] == [7.0, 1500.0]
    assert call(both, ms="", s="").latency_ms is None
    with pytest.raises(Misread, match="has no column missing"):
        call({"model": "missing"})


@pytest.mark.parametrize(
    ("status", "failed"),
    [
        ("400", True),
        ("399", False),
        (500, True),
        ("Error", True),
        ("nein", True),
        ("ok", False),
        ("", False),
        (None, False),
    ],
)
def test_a_call_failed_by_the_word_or_the_code_of_its_status(status: Any, failed: bool) -> None:
    assert call({"status": "st"}, st=status).failed is failed


@pytest.mark.parametrize(
    "at", ["20.11.2026 12:00", "2026-11-20 12:00", NOON.timestamp(), "20.11.2026T12:00:00Z"]
)
def test_a_day_may_come_first_with_points(at: Any) -> None:
    assert call(at=at).start == NOON
    assert call(at="5.1.2026 10:00").start == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_how_numbers_are_written_is_learnt_from_the_number_columns_alone() -> None:
    rows = [{"in": "1.234.567", "out": "1.000", "note": "1,234.5"}, "no row", {"in": 7, "out": "2,5"}]
    how = mapped.written(rows, MAP)
    assert only(mapped.records({"at": AT, "in": "1.200", "out": "3"}, MAP, how)).uncached == 1200
    with pytest.raises(Misread, match=r"holds a number under input that may mean two, such as 1.200"):
        only(mapped.records({"at": AT, "in": "1.200", "out": "3"}, MAP, Numerals()))
