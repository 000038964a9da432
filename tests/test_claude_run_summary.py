"""What one note took, by hand: every token once, money to a millionth, latency where all of it is known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bespoke.claude.budget.journal_schema import Entry
from bespoke.claude.budget.run_summary import NoteResult, TokenSums, outcome_counts, per_note, token_sums
from bespoke.clients.schema import Usage

FIRST = {
    "input_tokens": 100, "output_tokens": 40, "output_tokens_details": {"thinking_tokens": 15},
    "cache_read_input_tokens": 7, "cache_creation_input_tokens": 30,
    "cache_creation": {"ephemeral_1h_input_tokens": 10, "ephemeral_5m_input_tokens": 20},
}  # fmt: skip
SECOND = {"input_tokens": 1, "output_tokens": 2}


def entry(usage: dict[str, Any] | None = None, latency_ms: float | None = None) -> Entry:
    message = None if usage is None else {"usage": usage}
    return Entry("k", "answered", 0, 0, 0, 1, message, latency_ms, "")


def test_each_token_of_a_note_is_counted_once_and_thinking_is_a_part_of_what_comes_out() -> None:
    entries = (entry(FIRST), entry(SECOND), entry())
    assert token_sums(entries) == TokenSums(
        uncached_input=101, cache_read=7, cache_write=30, output=42, thinking=15
    )
    assert NoteResult("n", "answered", entries=entries).usage == Usage(
        input_tokens=101, output_tokens=42, cache_read_tokens=7, cache_write_tokens=30
    )


def test_a_note_that_was_not_asked_took_nothing_and_is_of_the_first_run() -> None:
    found = NoteResult("n", "not_asked")
    assert (found.usage, found.latency_ms, found.run) == (None, None, 1)


@pytest.mark.parametrize(
    ("times", "latency"),
    [([120.04], 120.0), ([100.0, 20.06], 120.1), ([100.0, None], None), ([0.0], 0.0)],
)
def test_the_latency_of_a_note_is_that_of_all_its_passes(
    times: list[float | None], latency: float | None
) -> None:
    assert NoteResult("n", "answered", entries=tuple(entry(SECOND, t) for t in times)).latency_ms == latency


@pytest.mark.parametrize(
    ("pico", "notes", "times", "money"),
    [
        (3 * 10**12, 4, 1, "0.750000"),  # three dollars for four notes
        (3 * 10**12, 4, 1000, "750.000000"),
        (10**12, 3, 1, "0.333333"),
        (0, 3, 1, "0.000000"),
    ],
)
def test_money_is_shared_out_over_the_notes(pico: int, notes: int, times: int, money: str) -> None:
    assert str(per_note(pico, notes, times)) == money


def test_without_a_note_there_is_no_money_per_note() -> None:
    assert per_note(10**12, 0) is None
    assert per_note(10**12, 2) == Decimal("0.5")


def test_outcomes_are_counted_by_name() -> None:
    results = [NoteResult(str(n), outcome) for n, outcome in enumerate(["refused", "answered", "refused"])]  # type: ignore[arg-type]
    assert outcome_counts(results) == {"answered": 1, "refused": 2}
    assert [*outcome_counts(results)] == ["answered", "refused"]
