"""Other values by their place in the client folder, and the client as it would be with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import ValidationError

from bespoke.clients import known
from bespoke.clients.schema import Client, CodeFamily, Engagement, NegotiatedPrice, Phase, Row, Task
from bespoke.errors import BespokeError


@dataclass(frozen=True)
class Span:
    """Least, likely and most, where nobody knows the number itself."""

    low: float
    likely: float
    high: float

    def __str__(self) -> str:
        even = self.likely == (self.low + self.high) / 2
        parts = (self.low, self.high) if even else (self.low, self.likely, self.high)
        return "..".join(f"{part:.15g}" for part in parts)


Value = bool | int | float | Decimal | date | str | tuple[str, ...] | Span | None
Address = tuple[str, ...]  # file, then place: ("tasks.csv", row id, column), ("engagement.yaml", key, …)
Changes = Mapping[Address, Value]
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Table:
    """A CSV file of the client folder: its rows on the client, and the column that names one."""

    file: str
    model: type[Row]
    field: str  # of Client
    key: str  # column


TABLES = {
    table.file: table
    for table in (
        Table("tasks.csv", Task, "tasks", "task_id"),
        Table("codes.csv", CodeFamily, "codes", "code"),
        Table("phases.csv", Phase, "phases", "phase"),
    )
}


def applied(client: Client, changes: Changes) -> Client:
    """The client as its folder would say it. Raises BespokeError for a value the schema does not allow."""
    for file, own in by_file(changes):
        if file in TABLES:
            table = TABLES[file]
            rows: Any = _rows(table, getattr(client, table.field) or (), own)
            client = replace(client, **{table.field: rows})
        elif file == "engagement.yaml":
            said = _record(Engagement, client.engagement.model_dump(), own, file)
            client = replace(client, engagement=_settled(said, own))
        elif file == "prices.yaml":
            client = replace(client, prices=_prices(client, own))
        else:
            raise BespokeError("nothing of this file can be explored", path=file)
    return client


def by_file(changes: Changes) -> Iterator[tuple[str, dict[Address, Value]]]:
    """Each file (or row, or price) that addresses begin with, and its changes under the rest of them."""
    for file in dict.fromkeys(address[0] for address in changes):
        yield file, {address[1:]: value for address, value in changes.items() if address[0] == file}


def value_at(client: Client, address: Address) -> Value:
    """What the folder itself says at a place; None where it says nothing, or that nobody knows.

    A number that usage.json measures is here what the client states beside it.
    """
    file, *rest = address
    if file in TABLES:
        table, (name, column) = TABLES[file], rest
        rows: Any = getattr(client, table.field) or ()
        row = next((row for row in rows if getattr(row, table.key) == name), None)
        return None if row is None else _stated(row, column)
    found: Any = client.engagement if file == "engagement.yaml" else client.prices or {}
    for part in rest:
        found = found.get(part) if isinstance(found, Mapping) else getattr(found, part, None)
    value: Value = found
    return value


def _stated(row: object, column: str) -> Value:
    if column in getattr(row, "unknown", ()):
        return None
    value = getattr(row, "stated", {}).get(column, getattr(row, column))
    low, high = getattr(row, "ranges", {}).get(column, (value, value))
    found: Value = value if low == high else Span(low, value, high)
    return found


def _rows(table: Table, rows: tuple[Any, ...], changes: Changes) -> tuple[Row, ...]:
    found: dict[str, Row | None] = {getattr(row, table.key): row for row in rows}
    for name, own in by_file(changes):
        before = found.get(name)
        typed = before.model_dump() if before is not None else {}
        found[name] = _record(table.model, typed, {(table.key,): name, **own}, table.file)
    return tuple(row for row in found.values() if row is not None)


def _prices(client: Client, changes: Changes) -> dict[str, NegotiatedPrice]:
    """A price that the client has not negotiated is that of the published one's unit, on the day of the report."""
    found = dict(client.prices or {})
    for key, own in by_file(changes):
        if key in found:
            typed = found[key].model_dump()
        else:
            day = client.engagement.as_of
            published = known.published_price(key, day)
            if published is None:
                raise BespokeError(f"{key}: unknown price", path="prices.yaml")
            typed = {"unit": published[2], "source": "explored", "read_on": day}
        found[key] = _record(NegotiatedPrice, typed, own, "prices.yaml")
    return found


def _record(model: type[R], typed: dict[str, Any], changes: Changes, file: str) -> R:
    for address, value in changes.items():
        inner = typed
        for part in address[:-1]:
            inner[part] = dict(inner.get(part) or {})
            inner = inner[part]
        inner[address[-1]] = value.likely if isinstance(value, Span) else value
    _answered(model, typed, changes)
    try:
        return model.model_validate(typed)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        message = first["msg"][:1].lower() + first["msg"][1:]
        raise BespokeError(message, path=file, column=place) from error


def _settled(engagement: Engagement, changes: Changes) -> Engagement:
    """A rate or speed with one value is open no more."""
    said = {".".join(map(str, address)) for address in changes}
    ranges = {name: limits for name, limits in engagement.ranges.items() if name not in said}
    return engagement.model_copy(update={"unknown": engagement.unknown - said, "ranges": ranges})


def _answered(model: type[Row], typed: dict[str, Any], changes: Changes) -> None:
    """A column with a value is known; without one there is nothing, where that is an answer, else it is not known."""
    for address, value in changes.items():
        column = str(address[0])
        if column not in model.may_be_unknown:
            continue
        for kept in ("unknown", "absent", "measured"):
            typed[kept] = frozenset(typed.get(kept, ())) - {column}
        for kept in ("ranges", "stated"):
            typed[kept] = {k: v for k, v in typed.get(kept, {}).items() if k != column}
        if isinstance(value, Span):
            typed["ranges"][column] = (value.low, value.high)
        if value is None:
            kept = "absent" if column in model.may_be_none else "unknown"
            typed[kept] |= {column}
