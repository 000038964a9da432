"""Whether two values of one field say the same, in each way of comparing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from bespoke.scorers.fields.comparators import FieldComparison, amount, equal, plain, usual


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1234.5, ("1234.5", "")), ("1.234,50 EUR", ("1234.50", "EUR")), ("€ 1,234.50", ("1234.50", "EUR")),
        ("$1,234", ("1234", "USD")), ("-7 £", ("-7", "GBP")), ("¥5", ("5", "JPY")), ("1 234,5", ("1234.5", "")),
        ("1,234", ("1234", "")), ("12,34", ("12.34", "")), ("1.234", ("1.234", "")), ("1'000.5 chf", ("1000.5", "CHF")),
        ("U.S. 5", ("5", "US")), (True, None), (None, None), ("none", None), ([], None), ("1.2.3", None),
    ],
)  # fmt: skip
def test_an_amount_is_a_number_and_a_currency(value: Any, found: tuple[str, str] | None) -> None:
    assert amount(value) == (None if found is None else (Decimal(found[0]), found[1]))


@pytest.mark.parametrize(
    ("by", "expected", "answered", "tolerance", "same"),
    [
        ("money", "10 EUR", "10", 0, True), ("money", "10", "10 USD", 0, True), ("money", "10 EUR", "€10", 0, True),
        ("money", "10 EUR", "10 USD", 0, False), ("money", "10", "10.5", 0.5, True),
        ("money", "10", "10.51", 0.5, False),
        ("money", "10", "9.5", 0.5, True), ("money", "none", "10", 0, False), ("money", "10", "none", 0, False),
        ("money", "none", "nothing", 9, False), ("money", "none", "none", 0, True),
        ("number", 3, "3.0", 0, True), ("number", "1,000", 1000, 0, True), ("number", 3, 3.1, 0.1, True),
        ("number", 3, 3.11, 0.1, False), ("number", 3, 2.9, 0.1, True), ("number", "x", 3, 9, False),
        ("number", 3, "x", 9, False), ("number", True, 1, 0, False),
        ("date", "2026-03-01", "01.03.2026", 0, True), ("date", "2026-03-01", "March 1, 2026", 0, True),
        ("date", "2026-03-01", "1 Mar 2026", 0, True), ("date", "2026-03-01", "Mar 1, 2026", 0, True),
        ("date", "2026-03-01", "2026-03-03", 2, True), ("date", "2026-03-03", "2026-03-01", 2, True),
        ("date", "2026-03-01", "2026-03-04", 2, False), ("date", "2026-03-01", "soon", 9, False),
        ("date", "soon", "2026-03-01", 9, False), ("date", "soon", "later", 9, False),
        ("text", "  Acme Ltd.", "ACME  ltd", 0, True), ("text", "ＡＣＭＥ", "acme", 0, True),
        ("text", "a-b", "ab", 0, False),
        ("text", 7, "7", 0, True), ("exact", "a", "A", 0, False), ("exact", "a", "a", 0, True),
        ("exact", 1, True, 0, False),
    ],
)  # fmt: skip
def test_two_values_say_the_same_in_a_way(
    by: Any, expected: Any, answered: Any, tolerance: float, same: bool
) -> None:
    assert equal(expected, answered, FieldComparison(by=by, tolerance=tolerance)) is same


@pytest.mark.parametrize(
    ("schema", "by"),
    [
        ({"type": "integer"}, "number"), ({"type": ["null", "number"]}, "number"), ({"type": ["null"]}, "text"),
        ({"type": "string", "format": "date"}, "date"), ({"type": "integer", "format": "date"}, "number"),
        ({"type": "string", "format": "time"}, "text"), ({"type": "boolean"}, "exact"), ({"enum": ["a"]}, "exact"),
        ({"type": "string", "const": "a"}, "exact"), ({"type": "string"}, "text"), ({}, "text"),
    ],
)  # fmt: skip
def test_a_leafs_type_suggests_how_it_is_compared(schema: dict[str, Any], by: str) -> None:
    assert usual(schema) == FieldComparison(by=by, tolerance=0.0)  # type: ignore[arg-type]


def test_a_tolerance_is_not_negative_and_plain_text_loses_its_ends() -> None:
    with pytest.raises(ValidationError):
        FieldComparison(by="number", tolerance=-1)
    assert plain(" .A;  b,:") == "a; b"
