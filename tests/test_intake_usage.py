"""From logs to usage.json: figures worked out by hand, bills that explain themselves, and what is left over."""

# ruff: noqa: E501  (samples stand as their tools write them)

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bespoke.clients import check, load
from bespoke.clients.usage import TaskUsage
from bespoke.errors import BespokeError
from bespoke.intake import attribution, double_counts
from bespoke.intake.sketch import Sketch
from bespoke.intake.token_pricing import PricedTokens
from bespoke.intake.usage_import import Import, read_usage_files, write_usage
from bespoke.intake.usage_record import Record
from bespoke.intake.usage_tally import TaskTally

MONDAY = datetime(2026, 10, 5, tzinfo=UTC)
HAIKU = "claude-haiku-4-5"  # 1 USD in, 5 USD out, 0.10 USD read, 1.25 USD written a million


def tally(records: Iterable[Record], zone: str = "UTC") -> TaskUsage:
    found = TaskTally(ZoneInfo(zone), zone, PricedTokens(None))
    for record in records:
        found.add(record)
    return found.figures()


def call(hours: float, **changes: object) -> Record:
    return Record(MONDAY + timedelta(hours=hours), model=HAIKU, **changes)  # type: ignore[arg-type]


# --- figures -------------------------------------------------------------------------------------------


def test_volume_days_and_hours() -> None:
    # Monday: 3 calls at 9, 1 at 10. Tuesday: none. Wednesday: 2 calls at 9. Three days.
    found = tally([call(9), call(9.5), call(9.9), call(10), call(57), call(57.5)])
    assert (found.requests, found.days, found.requests_per_day) == (6, 3, 2.0)
    assert found.per_weekday == (4.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0)
    assert (found.per_hour[9], found.per_hour[10], sum(found.per_hour)) == (1.66667, 0.333333, 2.000003)
    # Busiest hour of the week: 3 calls on its one Monday; the mean hour has 6 / 72.
    assert found.peak_to_mean == 36.0


def test_the_busiest_hour_is_a_mean_over_weeks() -> None:
    # Mondays at 9 over two weeks: 4 and 2 calls; nothing else but one call on the last Sunday. 14 days, 7 calls.
    records = [call(9)] * 4 + [call(9 + 168)] * 2 + [call(13 * 24)]
    assert tally(records).peak_to_mean == 144.0  # 3 / (7 / 336)


def test_hours_are_those_of_the_zone() -> None:
    found = tally([call(22)], "Europe/Berlin")  # midnight there, on Tuesday
    assert (found.per_hour[0], found.per_weekday[1]) == (1.0, 1.0)


def test_a_log_cut_at_midnight_elsewhere_has_the_days_it_was_cut_for() -> None:
    # Two whole days of UTC are three dates in Berlin, from 2 o'clock to 1:59.
    assert tally([call(hours) for hours in range(48)], "Europe/Berlin").days == 2
    # Office hours from Monday 9:00 to Friday 17:00 are five days, although only 104 hours long.
    assert tally([call(9), call(4 * 24 + 17)]).days == 5


def test_tokens_failures_and_retries() -> None:
    records = [
        call(1, uncached=100, cache_read=900, output=10, latency_ms=1000.0),
        call(2, uncached=200, cache_write_5m=900, output=30, latency_ms=3000.0),
        call(3, failed=True),
        call(4, uncached=300, cache_read=900, output=20, retries=1, latency_ms=2000.0),
    ]
    found = tally(records)
    assert found.prompt is not None
    assert found.cache_write is not None
    assert (found.failed_share, found.retried_share, found.requests_per_day) == (0.25, 0.25, 3.0)
    assert (found.prompt.mean, found.cache_write.mean) == (1100.0, 300.0)  # (1000 + 1100 + 1200) / 3
    assert found.prompt.p95 == pytest.approx(1200, rel=0.01)
    assert found.latency_p50_ms == pytest.approx(2000, rel=0.01)
    assert found.cached_share == pytest.approx(1800 / 3300, rel=1e-5)


def test_a_report_without_calls_says_tokens_a_day_and_no_more() -> None:
    day = Record(MONDAY, MONDAY + timedelta(days=1), None, HAIKU, uncached=1000, output=50)
    later = Record(
        MONDAY + timedelta(days=1), MONDAY + timedelta(days=2), None, HAIKU, uncached=3000, output=150
    )
    found = tally([day, later])
    assert (found.requests, found.requests_per_day, found.peak_to_mean, found.prompt) == (
        None,
        None,
        None,
        None,
    )
    assert found.tokens_per_day["prompt"] == 2000
    assert found.models == {HAIKU: 1.0}


def test_quantiles_of_a_million_values_are_right_to_one_percent() -> None:
    source, sketch = random.Random(15), Sketch()
    values = [source.lognormvariate(7, 1.2) for _ in range(100_000)]
    for value in values:
        sketch.add(value)
    values.sort()
    for q in (0.01, 0.5, 0.95, 0.999):
        assert sketch.quantile(q) == pytest.approx(values[int(q * len(values)) - 1], rel=0.011)
    assert len(sketch._buckets) < 1000


def test_a_call_once_counted_is_known_and_few_others_are_taken_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In 64 MiB. Five bits a call in 2**14 bits: of 3,000 calls, the sum of (1 - exp(-5 i / 2**14))**5 = 53 are taken
    for seen, give or take three times its root; in half the bits it would be 382."""
    tracemalloc.start()
    assert not double_counts.Seen().before("one")
    assert 64 * 2**20 < tracemalloc.get_traced_memory()[1] < 65 * 2**20
    tracemalloc.stop()
    monkeypatch.setattr(double_counts, "_BITS", 14)
    calls = [f"chatcmpl-{n}" for n in range(3000)]
    memory = double_counts.Seen()
    assert 53 - 22 < sum(memory.before(call) for call in calls) < 53 + 22
    assert all(memory.before(call) for call in calls)


# --- money ---------------------------------------------------------------------------------------------

# A million tokens of input read a second time: 1 + 0.1 + 5 = 6.10 USD at list prices.
TOKENS = {"uncached": 1_000_000, "cache_read": 1_000_000, "output": 1_000_000}


@pytest.mark.parametrize(
    ("billed", "words"),
    [
        ("6.10", "within 2% of list prices"),
        ("6.20", "within 2% of list prices"),
        ("3.05", "less than list prices, as if all of it were batches at half the price"),
        ("6.71", "more than list prices, as if all of it were served in one region at 1.1 times the price"),
        ("7.10", "more than list prices, as if cached tokens were charged a second time as input"),
        ("7.00", "more than list prices, as if nothing were read from the cache at its lower price"),
        ("9.99", "not explained: ask for the contract or the missing rows"),
    ],
)
def test_a_bill_is_held_against_list_prices(billed: str, words: str) -> None:
    found = tally(
        [
            call(1, **TOKENS),
            Record(MONDAY, MONDAY + timedelta(days=1), None, usd=Decimal(billed), charge=True),
        ]
    )
    assert found.list_price_usd == Decimal("6.1")
    assert (found.spend_usd, found.reconciled) == (Decimal(billed), words)


def test_a_model_without_a_price_is_named() -> None:
    found = tally([Record(MONDAY, model="house-model", uncached=10, output=1)])
    assert (found.list_price_usd, found.reconciled) == (None, "no price is known for house-model")


# --- whose call it is -----------------------------------------------------------------------------------


def test_rules_come_before_names_and_the_first_wins() -> None:
    rules = attribution.parse(["memos=workspace:legal-*", "mails=tag:mail", "memos=*"], ["memos", "mails"])
    own = attribution.Attribution(rules, {"memos": "Risk memos", "mails": "Mails"})
    assert own.task(Record(MONDAY, keys={"workspace": "legal-eu"}, tags=("mail",))) == "memos"
    assert own.task(Record(MONDAY, tags=("mail",))) == "mails"
    assert own.task(Record(MONDAY)) == "memos"


def test_a_key_named_like_the_task_is_enough() -> None:
    own = attribution.Attribution((), {"risk_memo": "Risk memos in the house style"})
    for record in (
        Record(MONDAY, keys={"trace": "Risk-Memo"}),
        Record(MONDAY, tags=("team:legal", "task:risk_memo")),
        Record(MONDAY, keys={"api_key": "Risk memos in the house style"}),
    ):
        assert own.task(record) == "risk_memo"
    assert own.task(Record(MONDAY, keys={"trace": "health check"})) is None


@pytest.mark.parametrize("text", ["memos", "memos=", "memos=workspace", "=workspace:x", "nemos=workspace:x"])
def test_a_rule_that_is_none(text: str) -> None:
    with pytest.raises(BespokeError):
        attribution.parse([text], ["memos"])


# --- files ----------------------------------------------------------------------------------------------


def spend_rows(path: Path, n: int, tag: str = "task:risk_memo") -> Path:
    columns = ["request_id", "call_type", "spend", "prompt_tokens", "completion_tokens", "startTime", "endTime", "model", "request_tags", "cache_hit"]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for k in range(n):
            start = MONDAY + timedelta(seconds=600 * k % (28 * 86_400))
            row = [k, "acompletion", 0.01, 16800, 900, start.isoformat(), (start + timedelta(seconds=9)).isoformat(), "claude-opus-4-8", json.dumps([tag]), "False"]  # fmt: skip
            writer.writerow(row)
    return path


def imported(client_data: Path, *paths: Path) -> tuple[Import, list[str]]:
    said: list[str] = []
    client = load(client_data, "harbour_legal")
    found = read_usage_files(paths, client, zone=ZoneInfo("UTC"), zone_name="UTC", say=said.append)
    write_usage(client, found.figures())
    return found, said


def test_figures_reach_the_client_with_their_file(client_data: Path, tmp_path: Path) -> None:
    _, said = imported(client_data, spend_rows(tmp_path / "spend.csv", 28 * 144))
    assert said == ["spend.csv: LiteLLM spend log, 4032 records, 2026-10-05 to 2026-11-01"]
    usage = load(client_data, "harbour_legal").usage
    assert usage is not None
    assert usage["risk_memo"].requests_per_day == 144.0
    (source,) = usage["risk_memo"].sources
    assert (source.file, source.format, source.rows, source.until) == (
        "spend.csv",
        "litellm",
        4032,
        date(2026, 11, 1),
    )
    assert [p for p in check(client_data, "harbour_legal") if not p.warning] == []


def test_inputs_nobody_filled_in_take_measured_figures(client_data: Path, tmp_path: Path) -> None:
    path = client_data / "harbour_legal" / "tasks.csv"
    text = path.read_text(encoding="utf-8")
    open_row = text.replace(
        "drafting,45,3.5,14200,2600,900,claude-opus-4-8", "drafting,,unknown,14200,,,unknown"
    )
    assert open_row != text
    path.write_text(open_row, encoding="utf-8")
    task = load(client_data, "harbour_legal").task("risk_memo")
    assert {"requests_per_day", "peak_to_mean", "input_tokens", "output_tokens", "model"} <= task.unknown
    assert task.ranges["requests_per_day"] == (10, 100_000)
    imported(client_data, spend_rows(tmp_path / "spend.csv", 28 * 144))
    task = load(client_data, "harbour_legal").task("risk_memo")
    assert (task.requests_per_day, task.peak_to_mean, task.output_tokens) == (144.0, 1.0, 900)
    assert (task.system_tokens, task.input_tokens, task.model) == (
        14200,
        2600,
        "claude-opus-4-8",
    )  # 16800 in all
    assert task.measured == {"requests_per_day", "peak_to_mean", "input_tokens", "output_tokens", "model"}
    assert "requests_per_day" not in task.ranges


def test_calls_of_no_task_and_rows_not_understood_are_told(client_data: Path, tmp_path: Path) -> None:
    good = spend_rows(tmp_path / "spend.csv", 100)
    text = good.read_text(encoding="utf-8")
    good.write_text(text.replace("16800,900,2026-10-05T00:10", "many,900,2026-10-05T00:10"), encoding="utf-8")
    other = spend_rows(tmp_path / "other.csv", 7, "task:health_check")
    found, said = imported(client_data, good, other)
    assert said[1] == "spend.csv:3: 1 not understood: holds a count that is no number"
    assert dict(found.strangers) == {"tag task:health_check": 7}


def test_calls_in_two_kinds_of_logs_are_told_and_a_bill_beside_a_log_is_not(
    client_data: Path, tmp_path: Path
) -> None:
    spend = spend_rows(tmp_path / "spend.csv", 10)
    bill = tmp_path / "bill.csv"
    header = "usage_date_utc,model,workspace,api_key,usage_type,token_type,cost_usd\n"
    bill.write_text(header + "2026-10-05,claude-opus-4-8,risk_memo,k,message,output,1.00\n", encoding="utf-8")
    assert imported(client_data, spend, bill)[0].counted_twice() == []
    tokens = tmp_path / "tokens.csv"
    header = (
        "usage_date_utc,model_version,api_key,workspace,usage_input_tokens_no_cache,usage_output_tokens\n"
    )
    tokens.write_text(header + "2026-10-05,claude-opus-4-8,k,risk_memo,100,10\n", encoding="utf-8")
    assert imported(client_data, spend, tokens)[0].counted_twice() == ["risk_memo"]


def test_a_file_given_twice_and_one_of_no_format_are_refused(client_data: Path, tmp_path: Path) -> None:
    path = spend_rows(tmp_path / "spend.csv", 3)
    twin = spend_rows(tmp_path / "twin.csv", 3)
    with pytest.raises(BespokeError, match=r"holds the same as spend\.csv"):
        imported(client_data, path, twin)
    stranger = tmp_path / "x.csv"
    stranger.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(BespokeError, match="is of no known format; it holds a, b"):
        imported(client_data, stranger)


def test_a_spoilt_usage_file_is_one_problem(client_data: Path) -> None:
    path = client_data / "harbour_legal" / "usage.json"
    path.write_text('{"version": 1, "tasks": {"risk_memo": {"days": 0}}}', encoding="utf-8")
    (problem,) = [p for p in check(client_data, "harbour_legal") if p.path.endswith("usage.json")]
    assert "is not what `bespoke import usage` writes" in str(problem)


def test_the_command_shows_keys_without_a_client_and_writes_with_one(
    client_data: Path, tmp_path: Path
) -> None:
    path = spend_rows(tmp_path / "spend.csv", 200)

    def bespoke(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bespoke", "import", "usage", str(path), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    shown = bespoke()
    assert shown.returncode == 0, shown.stderr
    assert "tag task:risk_memo: 100 requests a day over 2 days" in shown.stdout
    assert "nothing was written" in shown.stdout
    done = bespoke("--client", "harbour_legal", "--client-data", str(client_data))
    assert done.returncode == 0, done.stderr
    assert "risk_memo: tasks.csv says requests_per_day 45, measured 100" in done.stdout
    assert (client_data / "harbour_legal" / "usage.json").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """One JSON document of 120 MB, as an exporter writes it, within 60 MB more than one of 1 MB."""
    peaks = []
    for n in (700, 84_000):
        path = tmp_path / f"{n}.json"
        with path.open("w", encoding="utf-8") as file:
            file.write("[")
            for k in range(n):
                start = MONDAY + timedelta(seconds=k)
                row = {"id": str(k), "type": "GENERATION", "trace_id": "t", "trace_name": "memo", "start_time": start.isoformat(),
                       "end_time": start.isoformat(), "usage_details": {"input": k, "output": 1}, "input": "x" * 1200}  # fmt: skip
                file.write(("," if k else "") + json.dumps(row))
            file.write("]")
        script = (
            "import resource, sys\nfrom pathlib import Path\nfrom zoneinfo import ZoneInfo\n"
            "from bespoke.intake.usage_import import read_usage_files\n"
            f"f = read_usage_files([Path({str(path)!r})], None, zone=ZoneInfo('UTC'), zone_name='UTC')\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, f.files[0].records)"
        )
        out = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=True
        )
        peak, records = map(int, out.stdout.split())
        assert records == n
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 60_000  # KiB
