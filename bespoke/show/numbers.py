"""Numbers, money and dates as the reader of the report writes them.

One locale and one currency hold for everything: `speak` sets them for a process (a notebook is one), `speaking` for a
block of code (one chapter's computation); every function follows them unless it is given others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent

from bespoke.show.blocks import Cell, Column

NOTHING = "–"  # what an empty cell shows

Number = int | float | Decimal

_YES_NO = {"en": ("yes", "no"), "de": ("ja", "nein"), "es": ("sí", "no")}

USD = "USD"  # what vendors are paid in, whatever the engagement's currency

_process = ("en", USD)
_here: ContextVar[tuple[str, str]] = ContextVar("locale and currency of the numbers", default=("", ""))


def speak(locale: str, currency: str = USD) -> None:
    """From now on this process writes numbers and dates in this locale, and money in this currency."""
    global _process
    _process = locale, currency


@contextmanager
def number_locale(locale: str, currency: str = "") -> Iterator[None]:
    """Numbers and dates in this locale, and money in this currency (else the one that holds), until the block ends."""
    token = _here.set((locale, currency or _here.get()[1]))
    try:
        yield
    finally:
        _here.reset(token)


def spoken() -> str:
    """The locale that holds here."""
    return _here.get()[0] or _process[0]


def currency() -> str:
    """The code of the currency that holds here: what the unit of a column of amounts says."""
    return _here.get()[1] or _process[1]


def cell(value: Cell, column: Column, locale: str = "") -> str:
    """One table cell as text; None and NaN show as a dash."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    if isinstance(value, bool):
        return yes_no(value, locale)
    match column.format:
        case "integer":
            return decimal(_number(value), 0, locale)
        case "decimal":
            return decimal(_number(value), column.digits, locale)
        case "percent":
            return percent(_number(value), column.digits, locale)
        case "money":
            return money(_number(value), digits=column.digits, locale=locale, symbol=False)
        case "date":
            return day(date.fromisoformat(str(value)), locale)
        case _:
            return str(value)


def decimal(value: Number, digits: int = 0, locale: str = "") -> str:
    """`1234.5` -> `1,234.5`; always the same number of digits."""
    write = _decimal if value else _decimal.__wrapped__  # to a cache 0.0 and -0.0 are one number
    return write(value, digits, locale or spoken())


@lru_cache(maxsize=1 << 14, typed=True)
def _decimal(value: Number, digits: int, locale: str) -> str:
    """Kept: the search for flip points words the same thresholds thousands of times."""
    return str(format_decimal(value, format=_pattern("decimal", digits, locale), locale=_code(locale)))


def signed(value: Number, digits: int = 2) -> str:
    """`0.234` -> `+0.23`: a difference keeps its sign."""
    size: Number = -value if value < 0 else value
    return f"{'-' if value < 0 else '+'}{decimal(size, digits)}"


def exact(value: Number, locale: str = "") -> str:
    """Every digit that was written, and no other: `0.05718`, `1,250`, `3.5`."""
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    exponent = number.normalize().as_tuple().exponent
    return decimal(number, max(0, -exponent) if isinstance(exponent, int) else 0, locale)


def significant(value: Number, locale: str = "", digits: int = 4) -> str:
    """A number of unknown kind, with as many digits as a reader can use: `1234.5678` -> `1,235`."""
    if not math.isfinite(value):
        return NOTHING
    if isinstance(value, int):
        return decimal(value, 0, locale)
    size = math.floor(math.log10(abs(float(value)))) if value else 0
    text = f"{float(value):.{max(0, min(12, digits - 1 - size))}f}"
    kept = len(text.rstrip("0").partition(".")[2]) if "." in text else 0
    return decimal(value, kept, locale)


def compact(value: Number) -> str:
    """A round number for an axis: `100`, `10k`, `2.5M`, `1bn`."""
    for size, letter in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(float(value)) >= size:
            return exact(float(f"{float(value) / size:g}")) + letter
    return exact(float(f"{float(value):g}"))


def percent(value: Number, digits: int = 0, locale: str = "") -> str:
    """`0.123` -> `12%`."""
    pattern = _pattern("percent", digits, locale or spoken())
    return str(format_percent(value, format=pattern, locale=_code(locale)))


def money(
    value: Number, code: str = "", digits: int | None = None, locale: str = "", *, symbol: bool = True
) -> str:
    """Money with digits that suit its size, unless given: `12,345`, `123.40`, `0.0324`; in the currency that holds
    unless a code is given."""
    places = money_digits(value) if digits is None else digits
    if not symbol:
        return decimal(value, places, locale)
    pattern = _pattern("currency", places, locale or spoken())
    return str(
        format_currency(
            value, code or currency(), format=pattern, locale=_code(locale), currency_digits=False
        )
    )


@lru_cache(maxsize=64)
def _pattern(kind: str, digits: int, locale: str) -> str:
    """The locale's own pattern (where the sign stands, spaces, grouping) with the digits asked for."""
    known = Locale.parse(_code(locale))
    own = {
        "decimal": lambda: known.decimal_formats[None],
        "percent": lambda: known.percent_formats[None],
        "currency": lambda: known.currency_formats["standard"],
    }[kind]()
    places = "." + "0" * digits if digits else ""
    return re.sub(r"#,##0(\.[0#]+)?", "#,##0" + places, str(own.pattern))


def _code(locale: str) -> str:
    """`de-AT` as babel writes it; of nothing, the locale that holds here."""
    return (locale or spoken()).replace("-", "_")


def yes_no(value: bool, locale: str = "") -> str:
    yes, no = _YES_NO.get((locale or spoken())[:2], _YES_NO["en"])
    return yes if value else no


def money_digits(value: Number) -> int:
    """Digits after the point that a reader can use: none from 100 on, two below, more for less."""
    size = abs(float(value))
    if size == 0 or size >= 100:
        return 0
    if size >= 0.1:
        return 2
    return min(6, 2 - math.floor(math.log10(size)))


def day(value: date, locale: str = "") -> str:
    """`2026-11-20` -> `20 Nov 2026`, day first in English too."""
    return _skeleton("yMMMd", value, _day_first(locale))


def day_of_year(value: date) -> str:
    """`2026-11-20` -> `20 Nov`: for an axis whose year is known."""
    return _skeleton("MMMd", value, _day_first(""))


@lru_cache(maxsize=1 << 12)
def _skeleton(skeleton: str, value: date, locale: str) -> str:
    return str(format_skeleton(skeleton, value, locale=locale))


def _day_first(locale: str) -> str:
    code = _code(locale)
    return "en_GB" if code == "en" else code


def _number(value: Cell) -> float | int:
    if isinstance(value, int | float):
        return value
    return float(str(value))
