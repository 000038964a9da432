"""Two files that hold totals of the same days are told, once for each pair."""

from __future__ import annotations

from datetime import UTC, datetime

from bespoke.intake.double_counts import Totals
from bespoke.intake.usage_record import Record


def day(first: int, last: int | None, *, charge: bool = False) -> Record:
    """From the first day of May to the last, which does not count; a single call where there is none."""
    end = None if last is None else datetime(2026, 5, last, tzinfo=UTC)
    return Record(start=datetime(2026, 5, first, tzinfo=UTC), end=end, charge=charge)


def told(*given: tuple[str, str, Record]) -> list[str]:
    totals = Totals()
    for task, file, record in given:
        totals.add(task, file, record)
    return [line.partition(" UTC on, added up")[0] for line in totals.overlapping()]


def test_periods_that_only_touch_do_not_meet() -> None:
    assert told(("t", "a", day(1, 3)), ("t", "b", day(3, 5))) == []
    assert told(("t", "a", day(1, 3)), ("t", "b", day(2, 5))) == [
        "t: a and b both hold totals from 2026-05-02 00:00"
    ]


def test_a_file_is_held_from_its_first_row_to_its_last_in_any_order() -> None:
    rows = ("t", "a", day(4, 5)), ("t", "a", day(1, 2)), ("t", "a", day(8, 9))
    assert told(*rows, ("t", "b", day(6, 7))) == ["t: a and b both hold totals from 2026-05-06 00:00"]
    assert told(*rows, ("t", "b", day(1, 2))) == ["t: a and b both hold totals from 2026-05-01 00:00"]
    assert told(*rows, ("t", "b", day(9, 10))) == []


def test_tasks_charges_and_single_calls_are_apart_and_every_pair_has_its_line() -> None:
    assert told(("t", "a", day(1, 3)), ("u", "b", day(1, 3))) == []
    assert told(("t", "a", day(1, 3)), ("t", "b", day(1, 3, charge=True))) == []
    assert told(("t", "a", day(1, 3)), ("t", "b", day(2, None))) == []  # a call has an id of its own
    assert told(*(("t", file, day(1, 3, charge=True)) for file in "abc")) == [
        f"t: {pair[0]} and {pair[1]} both hold charges from 2026-05-01 00:00" for pair in ("ab", "ac", "bc")
    ]
