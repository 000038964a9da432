"""OpenAI's usage and costs: buckets of the organization API, the dashboard's CSV, and the older activity export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import Misread, Read, Record, amount, apart, count, each, instant, named

NAME = "openai"
TITLE = "OpenAI usage or costs export"
_DAY = timedelta(days=1)


def matches(row: Mapping[str, Any]) -> bool:
    return (
        row.get("object") == "bucket"
        or "num_model_requests" in row
        or "n_context_tokens_total" in row
        or ("amount_value" in row and "start_time" in row)
    )


def records(row: Mapping[str, Any]) -> Iterator[Read]:
    if "n_context_tokens_total" in row:
        yield _activity(row)
        return
    results = row.get("results", [row])
    if not isinstance(results, list):
        raise Misread("is no bucket of usage")
    yield from each(results, lambda result: iter([_result(row, result)]))


def _result(bucket: Mapping[str, Any], cell: Mapping[str, Any]) -> Record:
    start = instant(bucket.get("start_time") or bucket.get("start_time_iso"))
    end = instant(bucket.get("end_time") or bucket.get("end_time_iso") or (start + _DAY).timestamp())
    model, _ = known_as(str(cell.get("model") or ""))
    keys = named(
        model=model,
        project=cell.get("project_name") or cell.get("project_id"),
        api_key=cell.get("api_key_id"),
        user=cell.get("user_id"),
        line_item=cell.get("line_item"),
    )
    money = cell.get("amount")
    cost = amount(money.get("value") if isinstance(money, Mapping) else cell.get("amount_value"))
    if cost is not None:
        return Record(start, end, None, model, keys, usd=cost, charge=True)
    if "num_model_requests" not in cell:
        raise Misread("is no usage of a text model")
    read = count(cell.get("input_cached_tokens"))
    return Record(
        start,
        end,
        requests=count(cell.get("num_model_requests")),
        model=model,
        keys=keys,
        uncached=apart(count(cell.get("input_tokens")), read, 0),
        cache_read=read,
        output=count(cell.get("output_tokens")),
        batch=str(cell.get("batch")).lower() == "true",
    )


def _activity(row: Mapping[str, Any]) -> Record:
    start = instant(row.get("aggregation_timestamp") or row.get("timestamp"))
    model, _ = known_as(str(row.get("snapshot_id") or row.get("model") or ""))
    read = count(row.get("n_cached_context_tokens_total"))
    return Record(
        start,
        start + timedelta(minutes=5) if "aggregation_timestamp" in row else start + _DAY,
        requests=count(row.get("n_requests", row.get("num_requests"))),
        model=model,
        keys=named(
            model=model,
            project=row.get("project_name") or row.get("project_id"),
            api_key=row.get("api_key_name") or row.get("api_key_id"),
            user=row.get("email") or row.get("user"),
        ),
        uncached=apart(count(row.get("n_context_tokens_total")), read, 0),
        cache_read=read,
        output=count(row.get("n_generated_tokens_total")),
        batch="batch" in str(row.get("usage_type") or row.get("operation") or ""),
    )
