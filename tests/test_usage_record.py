"""Moments, counts and amounts as logs write them, and how a misread row is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from bespoke.intake import usage_record
from bespoke.intake.usage_record import Misread, Record, amount, count, instant, milliseconds

MOST = 1_000_000_000_000_000
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20T12:00:00Z", "2026-11-20 12:00:00", "2026-11-20 12:00:00 UTC", "2026-11-20T14:00:00+02:00",
        " 2026-11-20T12:00:00 ", 1795176000, 1795176000.0, Decimal(1795176000), "1795176000", "1795176000.0",
        NOON, NOON.replace(tzinfo=None), NOON.astimezone(timezone(timedelta(hours=-5))),
    ],
)  # fmt: skip
def test_a_moment_is_in_utc_and_one_without_a_zone_is_taken_for_it(value: Any) -> None:
    found = instant(value)
    assert (found, found.utcoffset()) == (NOON, timedelta(0))


@pytest.mark.parametrize("value", [None, True, False, "", "yesterday", 1e30, "1.2.3", []])
def test_what_is_no_moment_is_misread(value: Any) -> None:
    with pytest.raises(Misread, match=r"^has no time that can be read$"):
        instant(value)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (0, 0),
        (7, 7),
        (MOST, MOST),
        (None, 0),
        ("", 0),
        ("12", 12),
        (" 12 ", 12),
        (3.0, 3),
        ("3.0", 3),
        ("0", 0),
        (0.0, 0),
        (str(MOST), MOST),
    ],
)
def test_a_count_is_a_whole_number_and_nothing_is_none(value: Any, found: int) -> None:
    assert count(value) == found
    assert type(count(value)) is int


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (-1, "no whole number"), (1.5, "no whole number"), ("nan", "no whole number"), ("inf", "no whole number"),
        ("many", "no number"), (MOST + 1, "beyond any log"), (str(MOST + 1), "beyond any log"),
    ],
)  # fmt: skip
def test_what_counts_nothing_is_misread(value: Any, reason: str) -> None:
    with pytest.raises(Misread, match=f"^holds a count (that is )?{reason}$"):
        count(value)


def test_an_amount_is_money_a_credit_too() -> None:
    assert [amount(value) for value in ("$1.50", 2, "-3", None, "", MOST, -MOST)] == [
        Decimal("1.50"), Decimal(2), Decimal(-3), None, None, MOST, -MOST,
    ]  # fmt: skip
    for value, reason in (
        ("much", "no number"),
        ("nan", "no number"),
        (MOST + 1, "beyond"),
        (-MOST - 1, "beyond"),
    ):
        with pytest.raises(Misread, match=reason):
            amount(value)


def test_a_duration_is_in_milliseconds_and_never_negative() -> None:
    assert milliseconds(NOON, "2026-11-20T12:00:01.5Z") == 1500.0
    assert milliseconds(NOON, NOON) == 0.0
    assert (milliseconds(NOON, None), milliseconds(NOON, "")) == (None, None)
    with pytest.raises(Misread, match=r"^ends before it starts$"):
        milliseconds(NOON, "2026-11-20T11:59:59Z")


def test_a_part_that_is_not_understood_costs_no_other() -> None:
    def read(part: Any) -> Iterator[Record]:
        if part == "odd":
            raise Misread("is odd")
        yield Record(part["start"])

    found = [*usage_record.each([{"start": NOON}, "odd", {}, {"start": NOON}], read)]
    assert [str(one) for one in found if isinstance(one, Misread)] == [
        "is odd",
        "has another shape than its format",
    ]
    assert [one for one in found if isinstance(one, Record)] == [Record(NOON)] * 2


def test_a_record_adds_up_what_went_in_and_ends_a_second_before_the_next_begins() -> None:
    record = Record(NOON, uncached=1, cache_read=20, cache_write_5m=300, cache_write_1h=4000, output=5)
    assert (record.prompt, record.last) == (4321, NOON)
    hour = Record(NOON, end=NOON + timedelta(hours=1))
    assert hour.last == NOON + timedelta(minutes=59, seconds=59)
    assert Record(NOON, call="a", output=1).identity != Record(NOON, call="a", output=2).identity
    assert (Record(NOON).requests, Record(NOON).failed, Record(NOON).charge, Record(NOON).batch) == (
        1,
        False,
        False,
        False,
    )
    assert (Record(NOON).retries, Record(NOON).regional, Record(NOON).prompt, Record(NOON).output) == (
        0,
        False,
        0,
        0,
    )


def test_names_and_columns_are_read_as_they_are_spelled() -> None:
    assert usage_record.named(a=0, b="", c=None, d=[], e={}, f="x") == {"a": "0", "f": "x"}
    row = {"a": "", "b": None, "c": 0, "d": 1}
    assert (usage_record.first_of(row, "abcd"), usage_record.first_of(row, "abx")) == (0, None)
    assert usage_record.json_column('{"a": 1}') == {"a": 1}
    assert [usage_record.json_column(value) for value in ({"a": 1}, " ", None)] == [{"a": 1}, " ", None]
    with pytest.raises(Misread, match="JSON column that is malformed"):
        usage_record.json_column("{")
    assert usage_record.columns("time = created_at,,input=prompt") == {
        "time": "created_at",
        "input": "prompt",
    }
    assert [usage_record.snake(name) for name in ("traceId", "Trace Id", "trace_id", "p95Ms")] == [
        "trace_id", "trace_id", "trace_id", "p95_ms",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "found"), [(100, 40), (60, 0), (59, 59), (0, 0)]
)  # 50 read and 10 written: a prompt below 60 was counted without them
def test_cached_tokens_are_taken_out_of_a_prompt_that_counts_them(prompt: int, found: int) -> None:
    assert usage_record.apart(prompt, 50, 10) == found
