"""Texts with places for values: `str.format`, but numbers and dates follow the locale of the report.

    filled("{n} rows cost {usd:.2f}", n=1250, usd=3.5)      1,250 rows cost 3.50 (English)
    filled("from {12000} tokens on, until {2026-09-10}")    a number or a date may stand for itself

A text that holds its numbers this way can be kept in a table and still be written in every locale.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bespoke.show import numbers

_NUMBER = re.compile(r"\d+(\.\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL = re.compile(r"(?P<sign>\+?),?\.(?P<digits>\d)f")
_PERCENT = re.compile(r"\.(?P<digits>\d)%")


def filled(template: str, **values: Any) -> str:
    """The template with its values; KeyError where one is missing."""
    return Filler().vformat(template, (), values)


class Filler(string.Formatter):
    """`str.format` that writes numbers and dates as the report does."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        literal = _literal(field_name)
        return (literal, field_name) if literal is not None else super().get_field(field_name, args, kwargs)

    def format_field(self, value: object, format_spec: str) -> str:
        return written(value, format_spec)


def written(value: object, form: str = "") -> str:
    """A value as a text shows it: `form` is `.2f`, `+.2f`, `.0%`, or nothing."""
    if isinstance(value, date) and not form:
        return numbers.day(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return format(value, form)
    if not form:
        return numbers.exact(value)
    if found := _DECIMAL.fullmatch(form):
        return (numbers.signed if found["sign"] else numbers.decimal)(value, int(found["digits"]))
    if found := _PERCENT.fullmatch(form):
        return numbers.percent(value, int(found["digits"]))
    return format(value, form)


def _literal(field_name: str) -> Decimal | date | None:
    if _DATE.fullmatch(field_name):
        return date.fromisoformat(field_name)
    return Decimal(field_name) if _NUMBER.fullmatch(field_name) else None
