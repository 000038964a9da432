"""A number is inside its range and of its own type, a day is written in one way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.clients.coded_notes import _check_evidence
from bespoke.clients.field_rules import FieldRule
from bespoke.clients.scalars import InvalidValue, check_number, check_range, day


@pytest.mark.parametrize(
    ("low", "high", "above", "value", "inside"),
    [
        (0, 1, False, "0", True), (0, 1, False, "1", True), (0, 1, False, "-0.01", False), (0, 1, False, "1.01", False),
        (0, 1, True, "0", False), (0, 1, True, "0.01", True), (None, 1, False, "-99", True),
        (None, 1, False, "2", False),
        (0, None, False, "99", True), (0, None, False, "-1", False), (None, None, False, "-99", True),
    ],
)  # fmt: skip
def test_a_number_is_inside_its_range(low: Any, high: Any, above: bool, value: str, inside: bool) -> None:
    rule = FieldRule("number", low=low, high=high, above_low=above)
    if inside:
        assert check_range(Decimal(value), rule) == Decimal(value)
        return
    with pytest.raises(InvalidValue, match="is out of range; must be "):
        check_range(Decimal(value), rule)


def test_a_whole_number_is_one_and_every_number_has_the_type_of_its_field() -> None:
    whole = FieldRule("whole number", type=int)
    found = check_number(Decimal("7.0"), whole)
    assert (found, type(found)) == (7, int)
    with pytest.raises(InvalidValue, match="is not a whole number"):
        check_number(Decimal("7.5"), whole)
    assert type(check_number(Decimal("7.5"), FieldRule("number", type=float))) is float


def test_a_day_is_written_in_one_way() -> None:
    assert day("2026-11-20") == date(2026, 11, 20)
    for text, why in (("20.11.2026", "is not a date"), ("2026-13-01", "is not a day of the calendar")):
        with pytest.raises(InvalidValue, match=why):
            day(text)


def told(*spans: dict[str, Any], text: str | None = "Acute cough, no cough.") -> list[Any]:
    said: list[Any] = []
    source: Any = SimpleNamespace(say=lambda *given: said.append(given))
    _check_evidence(
        source, 3, {"text": text, "evidence": [*spans]} if text is not None else {"evidence": [*spans]}
    )
    return said


def test_evidence_reads_as_the_note_does_between_its_ends() -> None:
    right = {"text": "cough", "start": 6, "end": 11}
    assert told(right, {**right, "code": "R05"}) == []
    ((message, row, column),) = told(right, {"text": "cough", "start": 7, "end": 12})
    assert (row, column) == (3, "evidence[1]")
    assert message.startswith("characters 7 to 12 read ")
    assert message.endswith("; it stands at 6 to 11")
    for span in ({"text": "fever", "start": 0, "end": 5}, {"text": "", "start": 5, "end": 5}):
        ((message, _, _),) = told(span)
        assert message.endswith("; the note does not hold it")
    assert told({"text": "fever", "start": 0}) == []  # a key is missing: said elsewhere
    assert told({"text": "fever", "start": 0, "end": 5}, text=None) == []
