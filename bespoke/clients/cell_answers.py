"""The other answers a cell can give besides a value: not known, none, or a range.

`unknown` and an empty cell say that nobody knows yet. `none` says that there is nothing: no model so far, no latency
that has to be met. `1500..3000` is a range, `1500..2000..3000` one with its likely point.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bespoke.clients.field_rules import FieldRule
from bespoke.clients.numerals import Numerals
from bespoke.clients.scalars import NUMBER, InvalidValue, check_number
from bespoke.clients.schema import Row
from bespoke.clients.wording import quote

TO = ".."
UNKNOWN = frozenset({"unknown", "?", "unbekannt", "desconocido", "desconocida"})
NONE = frozenset({"none", "keine", "keines", "kein", "ninguno", "ninguna"})
_DIGITS = r"\d[\d.,]*"
_OTHER_RANGE = re.compile(rf"({_DIGITS})\s*(?:-|–|—|…|to|bis|a|hasta)\s*({_DIGITS})", re.IGNORECASE)
_VAGUE = re.compile(
    rf"(?:~|≈|<|>|≤|≥|about|around|approx\.?|circa|ca\.?|etwa|unos)\s*({_DIGITS})", re.IGNORECASE
)


@dataclass(frozen=True)
class Amount:
    """`low..high`, or `low..likely..high`; the middle is likely where nobody says more."""

    low: Decimal
    likely: Decimal
    high: Decimal

    @classmethod
    def between(cls, *marks: Decimal) -> Amount:
        """From two or three rising numbers. Raises ValueError for others."""
        if len(marks) not in (2, 3) or list(marks) != sorted(marks):
            raise ValueError("two or three numbers, the least first")
        likely = marks[1] if len(marks) == 3 else (marks[0] + marks[1]) / 2
        return cls(marks[0], likely, marks[-1])


def read(
    text: str, name: str, shape: FieldRule, model: type[Row], written: Numerals
) -> tuple[dict[str, Any], str] | None:
    """What the cell says by field, and a warning or nothing; None when it holds a value. Raises Unfit."""
    said = text.casefold()
    if not text or said in UNKNOWN:
        return {"unknown": frozenset({name})}, ""
    if said in NONE and name in model.may_be_none:
        return {"absent": frozenset({name})}, ""
    if not shape.numeric:
        return None
    if TO in text:
        amount, warning = _range(text, shape, written)
        likely = amount.likely if shape.kind == "number" else round(amount.likely)
        limits = (float(amount.low), float(amount.high))
        return {name: check_number(Decimal(likely), shape), "ranges": {name: limits}}, warning
    other = _OTHER_RANGE.fullmatch(text)
    if other:
        raise InvalidValue(f"{quote(text)} is not how a range is written; write {other[1]}{TO}{other[2]}")
    vague = _VAGUE.fullmatch(text)
    if vague:
        raise InvalidValue(
            f"{quote(text)} is not a number; write {vague[1]}, or a range such as 1500{TO}3000"
        )
    return None


def _range(text: str, shape: FieldRule, written: Numerals) -> tuple[Amount, str]:
    marks, warnings = [], []
    for part in (part.strip() for part in text.split(TO)):
        plain, warning = written.plain(part, whole=shape.kind == "whole number")
        if not NUMBER.fullmatch(plain):
            raise InvalidValue(
                f"{quote(text)} is not a range; write it as 1500{TO}3000 or 1500{TO}2000{TO}3000"
            )
        mark = Decimal(plain)
        check_number(mark, shape)
        marks.append(mark)
        warnings += [warning] if warning else []
    try:
        return Amount.between(*marks), "; ".join(warnings)
    except ValueError:
        raise InvalidValue(
            f"{quote(text)} is not a range; write two or three numbers, the least first"
        ) from None


def add(row: dict[str, Any], found: Mapping[str, Any]) -> None:
    """Brings what one cell says into its row."""
    for name, value in found.items():
        row[name] = row[name] | value if name in ("unknown", "absent", "ranges") and name in row else value


def completed(row: dict[str, Any], model: type[Row], wrong: set[str]) -> dict[str, Any]:
    """The row with every input nobody spoke of among the unknown ones; `wrong` are columns that did not fit."""
    silent = frozenset(model.may_be_unknown - row.keys() - row.get("absent", frozenset()) - wrong)
    return row | {"unknown": row.get("unknown", frozenset()) | silent} if silent else row
