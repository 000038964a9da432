"""Whether two values of one field say the same: text, number, money, day, or exactly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import Field

from bespoke.clients.schema import Row

Way = Literal["text", "number", "money", "date", "exact"]

_AMOUNT = re.compile(r"-?\d[\d.,'\s\u00a0]*")
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y")


class FieldComparison(Row):
    """How one field is compared. `tolerance` is in the field's own unit: days for dates."""

    by: Way
    tolerance: Annotated[float, Field(ge=0, le=10**9)] = 0.0


def equal(expected: object, answered: object, how: FieldComparison) -> bool:
    """Whether the two say the same in this way; a value that has not the form of its way equals only its copy."""
    if expected == answered and isinstance(expected, bool) == isinstance(answered, bool):
        return True
    return how.by != "exact" and _WAYS[how.by](expected, answered, how.tolerance)


def usual(schema: Mapping[str, Any]) -> FieldComparison:
    """The comparison that a leaf's type in the JSON schema suggests."""
    kinds = schema.get("type")
    kind = next((k for k in kinds if k != "null"), None) if isinstance(kinds, list) else kinds
    if kind in ("number", "integer"):
        return FieldComparison(by="number")
    if kind == "string" and schema.get("format") == "date":
        return FieldComparison(by="date")
    if kind == "boolean" or "enum" in schema or "const" in schema:
        return FieldComparison(by="exact")
    return FieldComparison(by="text")


def _text(expected: object, answered: object, tolerance: float) -> bool:
    return plain(str(expected)) == plain(str(answered))


def plain(text: str) -> str:
    """Neither case nor spacing, punctuation at the ends nor the width of a character counts."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(" .,;:")


def _number(expected: object, answered: object, tolerance: float) -> bool:
    a, b = _decimal(expected), _decimal(answered)
    return a is not None and b is not None and abs(a - b) <= Decimal(str(tolerance))


def _money(expected: object, answered: object, tolerance: float) -> bool:
    """Amount and, where both name one, currency."""
    a, b = amount(expected), amount(answered)
    if a is None or b is None:
        return False
    return abs(a[0] - b[0]) <= Decimal(str(tolerance)) and (not a[1] or not b[1] or a[1] == b[1])


def _date(expected: object, answered: object, tolerance: float) -> bool:
    a, b = _day(expected), _day(answered)
    return a is not None and b is not None and abs((a - b).days) <= tolerance


def amount(value: object) -> tuple[Decimal, str] | None:
    """`"1.234,50 EUR"`, `"$1,234.50"` and 1234.5 as an amount and a currency's code or sign."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(str(value)), ""
    if not isinstance(value, str):
        return None
    found = _AMOUNT.search(value)
    number = _decimal(found[0]) if found else None
    if found is None or number is None:
        return None
    sign = re.sub(r"[\s.]", "", value[: found.start()] + value[found.end() :]).upper()
    return number, {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}.get(sign, sign)


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = re.sub(r"[\s'\u00a0]", "", str(value))
    comma, point = text.rfind(","), text.rfind(".")
    if comma > point and len(text) - comma != 4:  # 1.234,50: the comma is the decimal one
        text = text.replace(".", "").replace(",", ".")
    else:
        text = text.replace(",", "")
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _day(value: object) -> date | None:
    from datetime import datetime

    for form in _DAYS:
        try:
            return datetime.strptime(str(value).strip(), form).date()
        except ValueError:
            continue
    return None


_WAYS: Mapping[Way, Callable[[Any, Any, float], bool]] = {
    "text": _text, "number": _number, "money": _money, "date": _date, "exact": lambda a, b, t: False,
}  # fmt: skip
