"""A table of calls with columns of somebody's own, read by the mapping that is given with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from bespoke.clients.numerals import Numerals, numerals
from bespoke.clients.scalars import InvalidValue
from bespoke.errors import BespokeError
from bespoke.intake.model_names import known_as
from bespoke.intake.usage_record import Misread, Record, amount, columns, count, instant

NAME = "mapped"
FIELDS = (
    "time", "input", "output", "cache_read", "cache_write", "latency_ms", "latency_s", "model", "status", "usd",
    "requests",
)  # fmt: skip
_FAILED = ("error", "failed", "failure", "false", "falsch", "falso", "no", "nein")
_WHOLE = ("input", "output", "cache_read", "cache_write", "requests")
_NUMBERS = (*_WHOLE, "latency_ms", "latency_s", "usd")
_POINTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)")


def parse(given: str) -> dict[str, str]:
    """`time=created_at,input=prompt_tokens` -> field to column. Raises BespokeError for an unknown field."""
    mapping = columns(given)
    unknown = [field for field in mapping if field not in FIELDS]
    if unknown or not {"time", "input", "output"} <= mapping.keys():
        raise BespokeError(
            f"--map needs time, input and output and takes {', '.join(FIELDS[3:])};"
            f" write it as time=COLUMN,input=COLUMN,output=COLUMN"
            + (f"; unknown: {', '.join(unknown)}" if unknown else "")
        )
    return mapping


def written(rows: Iterable[Any], mapping: Mapping[str, str]) -> Numerals:
    """How the number columns of the whole table write their numbers."""
    columns = [column for field, column in mapping.items() if field in _NUMBERS]
    return numerals(
        cell.strip()
        for row in rows
        if isinstance(row, Mapping)
        for cell in map(row.get, columns)
        if isinstance(cell, str)
    )


def records(row: Mapping[str, Any], mapping: Mapping[str, str], how: Numerals) -> Iterator[Record]:
    """One call; every other short column is a key that a task may be told by. `input` leaves cached tokens out."""
    missing = [column for column in mapping.values() if column not in row]
    if missing:
        raise Misread(f"has no column {missing[0]}")

    def cell(field: str) -> Any:
        value = row[mapping[field]] if field in mapping else None
        return _number(value, field, how) if field in _NUMBERS else value

    model, regional = known_as(str(cell("model") or ""))
    latency = cell("latency_ms")
    if latency in (None, "") and cell("latency_s") not in (None, ""):
        latency = Decimal(str(cell("latency_s"))) * 1000
    used = set(mapping.values())
    yield Record(
        _moment(cell("time")),
        requests=count(cell("requests")) if "requests" in mapping else 1,
        model=model,
        keys={name: str(v) for name, v in row.items() if name not in used and v and len(str(v)) <= 200}
        | ({"model": model} if model else {}),
        uncached=count(cell("input")),
        cache_read=count(cell("cache_read")),
        cache_write_5m=count(cell("cache_write")),
        output=count(cell("output")),
        latency_ms=None if latency in (None, "") else float(latency),
        failed=_failed(cell("status")),
        usd=amount(cell("usd")),
        regional=regional,
    )


def _number(value: object, field: str, how: Numerals) -> Any:
    """A number cell in the file's way of writing; what is no text is typed already."""
    if not isinstance(value, str):
        return value
    try:
        return how.plain(value.strip(), whole=field in _WHOLE)[0]
    except InvalidValue:
        raise Misread(f"holds a number under {field} that may mean two, such as 1.200") from None


def _moment(value: object) -> datetime:
    """As ISO 8601 or in seconds, or with the day first and points, `05.10.2026 10:00`."""
    found = _POINTED.fullmatch(str(value).strip())
    return instant(f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}{found[4]}" if found else value)


def _failed(status: object) -> bool:
    text = str(status or "").strip().lower()
    return text in _FAILED or (text.isdigit() and int(text) >= 400)
