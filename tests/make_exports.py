"""Writes client_data/*/exports: usage logs and bills of the fictional clients, in the formats of real tools.

    python -m tests.make_exports

Volumes, peaks and token means are those of each tasks.csv; everything else is invented. Made once and kept in git:
`tests/test_intake_examples.py` builds the folders' numbers from them again.
"""

# ruff: noqa: E501  (rows stand as their tools write them)

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bespoke.clients import load
from bespoke.clients.schema import Client, Task
from bespoke.facts.price_book import RequestTokens, request_cost
from tests.conftest import ROOT

BEGIN = datetime(2026, 10, 19, tzinfo=UTC)  # a Monday, 32 days before the reports' day
CACHED = {
    "harbour_legal": 0.9,
    "meridian_health": 0.8,
    "atlas_payments": 0.95,
}  # calls that read the prompt's prefix
CLOCK = (1, 1, 1, 1, 2, 4, 8, 16, 30, 42, 46, 44, 36, 42, 44, 40, 34, 24, 14, 9, 6, 4, 3, 2)
WEEK = (1.0, 1.05, 1.02, 1.0, 0.9, 0.25, 0.2)


def hourly(task: Task, weeks: int) -> list[int]:
    """Calls in each hour: the week's shape, sharpened until its busiest hour is the task's peak over the mean."""
    shape = [WEEK[day] * hour for day in range(7) for hour in CLOCK]
    low, high = 0.0, 4.0
    for _ in range(60):
        middle = (low + high) / 2
        powers = [value**middle for value in shape]
        low, high = (low, middle) if max(powers) / (sum(powers) / 168) > task.peak_to_mean else (middle, high)
    powers = [value**low for value in shape] * weeks
    total = round(task.requests_per_day * 7 * weeks)
    exact = [total * value / sum(powers) for value in powers]
    counts = [int(value) for value in exact]
    by_rest = sorted(range(len(exact)), key=lambda k: exact[k] - counts[k], reverse=True)
    for k in by_rest[: total - sum(counts)]:
        counts[k] += 1
    return counts


def spread(mean: int, n: int, source: random.Random) -> list[int]:
    """n whole numbers around the mean, which they have exactly."""
    values = [max(1, round(source.lognormvariate(0, 0.45) * mean)) for _ in range(n)]
    k = 0
    while (rest := mean * n - sum(values)) != 0:
        step = max(-values[k % n] + 1, min(rest, mean)) if rest < 0 else min(rest, mean)
        values[k % n] += step
        k += 1
    return values


def observations(client: Client, weeks: int) -> Iterator[list[object]]:
    """Rows of Langfuse's enriched observations: one a call, one in a hundred an error."""
    number = 0
    for task in client.tasks:
        source = random.Random(f"{client.name} {task.task_id}")
        counts = hourly(task, weeks)
        n = sum(counts)
        inputs, outputs = spread(task.input_tokens, n, source), spread(task.output_tokens, n, source)
        for hour, calls in enumerate(counts):
            for second in sorted(source.randrange(3600) for _ in range(calls)):
                number += 1
                start = BEGIN + timedelta(hours=hour, seconds=second)
                given, made = inputs.pop(), outputs.pop()
                seconds = 0.7 + made / 70 * source.lognormvariate(0, 0.25)
                read = source.random() < CACHED[client.name]
                usage = {
                    "input": given, "cache_read_input_tokens": task.system_tokens * read,
                    "cache_creation_input_tokens": task.system_tokens * (not read), "output": made,
                    "total": given + task.system_tokens + made,
                }  # fmt: skip
                tokens = RequestTokens(
                    given, task.system_tokens * read, task.system_tokens * (not read), 0, made
                )
                cost = request_cost(task.model, tokens, start.date(), negotiated=client.prices)
                yield [f"o{number}", f"t{number}", "GENERATION", task.task_id, start, start + timedelta(seconds=seconds), task.model, usage, {"total": float(round(cost, 6))}, "DEFAULT"]  # fmt: skip
                if source.random() < 0.01:
                    number += 1
                    late = start + timedelta(seconds=1)
                    yield [f"o{number}", f"t{number}", "GENERATION", task.task_id, late, late, task.model, {}, {}, "ERROR"]  # fmt: skip


def write_observations(client: Client, weeks: int) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "trace_id", "type", "trace_name", "start_time", "end_time", "provided_model_name", "usage_details", "cost_details", "level"])  # fmt: skip
    for *start, begun, ended, model, usage, cost, level in observations(client, weeks):
        times = [f"{moment:%Y-%m-%d %H:%M:%S.%f}" for moment in (begun, ended)]  # type: ignore[str-format]
        writer.writerow([*start, *times, model, json.dumps(usage), json.dumps(cost), level])
    packed(client, "langfuse_observations_v2.csv.gz", text.getvalue())


def write_reports(client: Client, weeks: int) -> None:
    """Rows of Anthropic's analytics report by hour and workspace, and the Console's export of costs by day."""
    rows, bill = [], io.StringIO(newline="")
    writer = csv.writer(bill, lineterminator="\n")
    writer.writerow(["usage_date_utc", "model", "workspace", "api_key", "usage_type", "context_window", "token_type", "cost_usd", "list_price_usd", "cost_type", "inference_geo", "speed"])  # fmt: skip
    for task in client.tasks:
        workspace = f"wrkspc_{task.task_id}"
        days: dict[date, float] = {}
        for hour, calls in enumerate(hourly(task, weeks)):
            start = BEGIN + timedelta(hours=hour)
            reads = round(calls * CACHED[client.name])
            tokens = RequestTokens(
                task.input_tokens * calls, task.system_tokens * reads, task.system_tokens * (calls - reads), 0, task.output_tokens * calls
            )  # fmt: skip
            each = [  # a price may rise with the length of one prompt, so no total is priced
                request_cost(task.model, RequestTokens(task.input_tokens, read, written, 0, task.output_tokens), start.date())
                for read, written in ((task.system_tokens, 0), (0, task.system_tokens))
            ]  # fmt: skip
            paid = float(each[0] * reads + each[1] * (calls - reads))
            days[start.date()] = days.get(start.date(), 0) + paid
            rows.append({
                "starting_at": f"{start:%Y-%m-%dT%H:%M:%SZ}", "ending_at": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
                "group": {"model": task.model, "workspace_id": workspace},
                "usage": {
                    "requests": calls, "uncached_input_tokens": tokens.uncached_input, "cache_read_input_tokens": tokens.cache_read,
                    "cache_creation": {"ephemeral_5m_input_tokens": tokens.cache_write_5m, "ephemeral_1h_input_tokens": 0},
                    "output_tokens": tokens.output, "server_tool_use": {"web_search_requests": 0},
                    "total_tokens": tokens.prompt + tokens.output,
                },
            })  # fmt: skip
        for day, usd in days.items():
            writer.writerow([day, task.model, workspace, "production", "message", "0-200k", "all", f"{usd:.2f}", f"{usd:.2f}", "token", "not_available", ""])  # fmt: skip
    packed(
        client,
        "anthropic_analytics_usage.json.gz",
        json.dumps({"data": rows, "has_more": False, "next_page": None}),
    )
    (folder(client) / "claude_console_cost.csv").write_text(bill.getvalue(), encoding="utf-8")


def folder(client: Client) -> Path:
    path = client.folder / "exports"
    path.mkdir(exist_ok=True)
    return path


def packed(client: Client, name: str, text: str) -> None:
    with (folder(client) / name).open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as out:
        out.write(text.encode("utf-8"))


if __name__ == "__main__":
    write_observations(load(ROOT / "client_data", "harbour_legal"), 2)
    for example in ("meridian_health", "atlas_payments"):
        write_reports(load(ROOT / "client_data", example), 2)
