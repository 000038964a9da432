"""One row of a usage log or bill in one shape, whoever wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")
MOST = 10**15  # tokens, calls or money: more is a slip, and sums of it lose their digits


class Misread(Exception):
    """A row that is not what its format says; the text says why, and rows with one reason are counted together."""


@dataclass(frozen=True, slots=True)
class Record:
    """Calls of one model: a single one at `start`, or those of a bucket up to `end`.

    Tokens are counted once each: `uncached` is input that was neither read from the cache nor written to it.
    """

    start: datetime  # aware
    end: datetime | None = None  # exclusive; None: one call
    requests: int | None = 1  # None: the log does not say how many
    model: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)  # workspace, trace, …: what a task is told by
    tags: tuple[str, ...] = ()
    uncached: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    latency_ms: float | None = None
    failed: bool = False
    retries: int = 0
    usd: Decimal | None = None
    batch: bool = False
    regional: bool = False
    charge: bool = False  # a line of a bill: money without calls
    call: str = ""  # what the log calls this one call by, where it has a name for it

    @property
    def identity(self) -> str:
        """What two copies of one call have in common, and two calls that were given one name have not."""
        return f"{self.call} {self.start} {self.model} {self.prompt} {self.output} {self.tags}"

    @property
    def last(self) -> datetime:
        """The last moment it speaks of."""
        return self.start if self.end is None else self.end - timedelta(seconds=1)

    @property
    def prompt(self) -> int:
        """Everything that went in."""
        return self.uncached + self.cache_read + self.cache_write_5m + self.cache_write_1h


Read = Record | Misread  # a record, or why there is none


def each(parts: Iterable[Any], read: Callable[[Any], Iterator[Read]]) -> Iterator[Read]:
    """The records of every part; one that is not understood costs no other."""
    for part in parts:
        try:
            yield from read(part)
        except Misread as misread:
            yield misread
        except (AttributeError, KeyError, TypeError, ValueError):
            yield Misread("has another shape than its format")


def instant(value: Any) -> datetime:
    """A moment in UTC from ISO 8601, `YYYY-MM-DD HH:MM:SS`, or seconds since 1970. Raises Misread."""
    try:
        if isinstance(value, bool) or value is None:
            raise ValueError
        if isinstance(value, (int, float, Decimal)) or str(value).replace(".", "", 1).isdigit():
            return datetime.fromtimestamp(float(value), UTC)
        found = datetime.fromisoformat(str(value).strip().replace(" UTC", "Z"))
    except (ValueError, OverflowError, OSError):
        raise Misread("has no time that can be read") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def count(value: object) -> int:
    """Tokens or calls: a whole number that is not negative; nothing counts as none. Raises Misread."""
    if type(value) is int and 0 <= value <= MOST:
        return value
    if value in (None, ""):
        return 0
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise Misread("holds a count that is no number") from None
    if not number.is_finite() or number < 0 or number != number.to_integral_value():
        raise Misread("holds a count that is no whole number")
    if number > MOST:
        raise Misread("holds a count beyond any log")
    return int(number)


def amount(value: object) -> Decimal | None:
    """Money, or None where there is none. Raises Misread."""
    if value in (None, ""):
        return None
    try:
        found = Decimal(str(value).strip().lstrip("$"))
    except InvalidOperation:
        raise Misread("holds an amount that is no number") from None
    if not found.is_finite():
        raise Misread("holds an amount that is no number")
    if abs(found) > MOST:
        raise Misread("holds an amount beyond any bill")
    return found


def milliseconds(start: datetime, end: object) -> float | None:
    """From start to end; None where the end is not known. Raises Misread for an end before the start."""
    if end in (None, ""):
        return None
    passed = (instant(end) - start).total_seconds() * 1000
    if passed < 0:
        raise Misread("ends before it starts")
    return passed


def named(**keys: Any) -> dict[str, str]:
    """The keys that hold something, as text."""
    return {name: str(value) for name, value in keys.items() if value not in (None, "", [], {})}


def first_of(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    """What stands under the first of these names that holds something; None where none does."""
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def json_column(value: object) -> Any:
    """A column that holds JSON: an object already, or its text in a CSV. Raises Misread."""
    if isinstance(value, str) and value.strip():
        try:
            return json.loads(value)
        except ValueError:
            raise Misread("holds a JSON column that is malformed") from None
    return value


def columns(given: str) -> dict[str, str]:
    """`time=created_at,input=prompt_tokens` -> field to column."""
    pairs = (part.partition("=") for part in given.split(",") if part.strip())
    return {name.strip(): column.strip() for name, _, column in pairs}


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """`traceId` and `Trace Id` as `trace_id`: one tool's exports spell their columns in several ways."""
    return _CAMEL.sub(lambda found: f"_{found[1].lower()}", name).lower().replace(" ", "_")


def apart(prompt: int, read: int, written: int) -> int:
    """The uncached input where a log counts cached tokens into the prompt.

    Some versions of a tool do and others do not; a prompt smaller than its cached part shows one that does not.
    """
    cached = read + written
    return prompt - cached if prompt >= cached else prompt
