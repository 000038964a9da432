"""One written value -> one typed value, as a CSV cell or an unquoted YAML scalar holds it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from bespoke.clients.field_rules import FieldRule, plain
from bespoke.clients.task_kinds import meant
from bespoke.clients.wording import did_you_mean, quote
from bespoke.direction import turning

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
LONGEST_NUMBER = 40  # characters
LARGEST_NUMBER = Decimal(10) ** 15  # where the schema sets no bound of its own

CURRENCY = re.compile(r"^(USD|EUR|GBP|[$€£¥])\s*|\s*(USD|EUR|GBP|[$€£¥])$", re.IGNORECASE)
SCALE = {"k": 3, "m": 6, "bn": 9, "b": 9}
LEFT_TO_RIGHT = (  # pattern, what is wrong, how it turns into a plain number
    (re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"), "has a thousands separator", lambda t: t.replace(",", "")),
    (re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+"), "has a decimal comma", lambda t: _european(t)),
    (re.compile(r"[+-]?\d{1,3}(\.\d{3}){2,}"), "has a thousands separator", lambda t: t.replace(".", "")),
    (re.compile(r"[+-]?\d+,\d+"), "has a decimal comma", lambda t: t.replace(",", ".")),
    (
        re.compile(r"[+-]?\d{1,3}([ \u00a0\u2009\u202f'’_]\d{3})+(\.\d+)?"),
        "has a thousands separator",
        lambda t: re.sub(r"[ \u00a0\u2009\u202f'’_]", "", t),
    ),
)


class InvalidValue(Exception):
    """A value that its field does not accept; the text says what is wrong and what would be right."""


def parse(text: str, shape: FieldRule) -> Any:
    """The typed value of a non-empty text. Raises Unfit."""
    if shape.kind == "text":
        return check_text(text, shape)
    if shape.kind == "list":
        parts = [part.strip() for part in text.split(";") if part.strip()]
        return tuple(
            check_text(part, shape.item) if shape.item and shape.item.kind == "text" else part
            for part in parts
        )
    bare = text.strip()
    if shape.kind == "choice":
        return check_choice(bare, shape)
    if shape.kind == "yes or no":
        return _boolean(bare)
    if shape.kind == "day":
        return check_range(day(bare), shape)
    if shape.kind in ("number", "whole number"):
        return check_number(_number(bare, shape), shape)
    raise InvalidValue(f"must be {shape.expects()}")


_AROUND = " \t\r\n\u00a0\u2009\u200b\u202f\u2060\ufeff"  # around a name, none of these is part of it
_HALF = re.compile("[\ud800-\udfff]")


def check_text(text: str, shape: FieldRule) -> str:
    """The text itself, when it is long enough, short enough, well formed and made of whole characters.

    A name, or a key that refers to one, comes back composed (NFC) and without what stands around it, so that two
    spellings of one id are equal.
    """
    if shape.is_name or shape.straight:
        text = normalize("NFC", text).strip(_AROUND)
    if shape.shortest and not text.strip():
        raise InvalidValue(f"is empty; must be {shape.expects()}")
    if shape.longest and len(text) > shape.longest:
        raise InvalidValue(f"is {len(text)} characters long; at most {shape.longest}")
    if shape.pattern and not re.search(shape.pattern.replace("$", r"\Z"), text):
        raise InvalidValue(f"{quote(text)} is not {shape.expects()}")
    if shape.is_name or shape.straight:
        check_straight(text)
    if not text.isascii() and _HALF.search(text):
        raise InvalidValue("holds half a character (a lone surrogate escape); write the whole character")
    return text


def check_straight(text: str) -> None:
    """Raises Unfit where a name would turn the numbers and names beside it, which no reader could see."""
    if turn := turning(text):
        raise InvalidValue(f"holds a character that turns the reading direction ({turn}); delete it")


def check_choice(text: str, shape: FieldRule) -> str:
    if text in shape.choices:
        return text
    own = meant(text, shape.choices)
    near = f"; nearest: {own}" if own else did_you_mean(text, shape.choices)
    listed = "" if near.startswith("; known") else near
    raise InvalidValue(f"{quote(text)} is not {shape.expects()}{listed}")


def check_number(value: Decimal, shape: FieldRule) -> Any:
    """The number in the field's own type, inside its range."""
    check_range(value, shape)
    if abs(value) > LARGEST_NUMBER:
        raise InvalidValue(f"{quote(value)} is too large; at most {plain(LARGEST_NUMBER)}")
    if shape.kind == "whole number":
        if value != value.to_integral_value():
            raise InvalidValue(f"{quote(value)} is not a whole number")
        return int(value)
    return shape.type(value)


def check_range(value: Any, shape: FieldRule) -> Any:
    low, high = (Decimal(str(x)) if isinstance(x, (int, float)) else x for x in (shape.low, shape.high))
    below = low is not None and (value <= low if shape.above_low else value < low)
    if below or (high is not None and value > high):
        raise InvalidValue(f"{quote(value)} is out of range; must be {shape.expects()}")
    return value


def day(text: str) -> date:
    """A calendar day written as YYYY-MM-DD and no other way."""
    if not DAY.fullmatch(text):
        raise InvalidValue(f"{quote(text)} is not a date; write it as YYYY-MM-DD, such as 2026-11-20")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(f"{quote(text)} is not a day of the calendar; write it as YYYY-MM-DD") from None


# As spreadsheets write them in English, German, Spanish, French, Italian, Portuguese and Dutch.
_TRUE = frozenset({"true", "wahr", "verdadero", "vrai", "vero", "verdadeiro", "waar"})
_FALSE = frozenset({"false", "falsch", "falso", "faux", "onwaar"})


def _boolean(text: str) -> bool:
    lowered = text.casefold()
    if lowered in _TRUE | _FALSE:
        return lowered in _TRUE
    meant = {"yes": "true", "y": "true", "on": "true", "1": "true"} | dict.fromkeys(
        ("no", "n", "off", "0"), "false"
    )
    right = f"write {meant[lowered]}" if lowered in meant else "must be true, false or empty"
    raise InvalidValue(f"{quote(text)} is not true or false; {right}")


def _number(text: str, shape: FieldRule) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise InvalidValue(f"{quote(text)} is not a number; must be {shape.expects()}")
    if not NUMBER.fullmatch(text):
        raise InvalidValue(f"{quote(text)} {_what_is_wrong(text, shape)}")
    value = Decimal(text)
    integral = value.is_finite() and abs(value) < LARGEST_NUMBER and value == value.to_integral_value()
    if shape.kind == "whole number" and integral and not re.fullmatch(r"[+-]?\d+", text):
        raise InvalidValue(f"{quote(text)} is not a whole number; write {int(value)}")
    return value


def _what_is_wrong(text: str, shape: FieldRule) -> str:
    """Names the habit behind a number that is not one, and the plain number it probably means."""
    bare = CURRENCY.sub("", text)
    if bare != text and bare:
        return f"has a currency sign; write {_plain(bare)}"
    if text.endswith("%") and NUMBER.fullmatch(text[:-1].strip()):
        return f"is a percentage; write {plain((Decimal(text[:-1].strip()) / 100).normalize())}"
    for pattern, wrong, _ in LEFT_TO_RIGHT:
        if pattern.fullmatch(text):
            return f"{wrong}; write {_plain(text)}"
    scaled = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(k|m|bn|b)", text, re.IGNORECASE | re.ASCII)
    if scaled:
        number = Decimal(scaled[1]) * 10 ** SCALE[scaled[2].lower()]
        return f"is abbreviated; write {plain(number.normalize())}"
    return f"is not a number; must be {shape.expects()}"


def _plain(text: str) -> str:
    for pattern, _, repair in LEFT_TO_RIGHT:
        if pattern.fullmatch(text):
            return repair(text)
    return text


def _european(text: str) -> str:
    return text.replace(".", "").replace(",", ".")
