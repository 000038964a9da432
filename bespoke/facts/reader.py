"""Reads the dated, sourced fact tables and answers as of a date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bespoke.errors import BespokeError

TABLES = Path(__file__).with_name("tables")
VALUE_TABLES = (
    "thresholds", "prices", "models", "capabilities", "phases", "latency", "evidence", "tuning", "claude_api",
    "code_sets", "assumed",
)  # fmt: skip

FactKind = Literal["published", "quoted", "measured", "assumed", "unpublished"]
EARLIEST = date(2020, 1, 1)


class Sourced(BaseModel):
    """Every row of every fact table: what it rests on, when that was read, until when it is trusted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date = EARLIEST  # in force from this day on; a later row of the same key takes over
    kind: FactKind
    source: Annotated[str, Field(min_length=1)]
    read_on: date
    expires: date
    note: str = ""

    def stale(self, as_of: date) -> bool:
        return as_of > self.expires


T = TypeVar("T", bound=Sourced)


class Fact(Sourced):
    """One value about the world. A range carries `low` and `high`, with `value` as its likely point if known."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9_.:/-]+$")]
    value: Decimal | bool | date | str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str

    @model_validator(mode="after")
    def _has_something_to_say(self) -> Fact:
        if self.value is None and (self.low is None or self.high is None):
            raise ValueError("needs a value, or low and high")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self

    @property
    def number(self) -> Decimal:
        if not isinstance(self.value, Decimal):
            raise BespokeError(f"fact {self.key} is not a single number: {self.value!r}")
        return self.value

    @property
    def range(self) -> tuple[Decimal, Decimal]:
        """Low and high; a single value is its own range."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        return self.number, self.number


@dataclass(frozen=True)
class Facts:
    """The facts in force on a day. Remembers which keys were asked for, so that a result can name them."""

    as_of: date
    overrides: Mapping[str, float] = field(default_factory=dict)  # the client's thresholds
    used: set[str] = field(default_factory=set, compare=False)

    def fact(self, key: str) -> Fact:
        """The row in force as of the date; an unknown key is an error."""
        rows = [row for row in value_rows().get(key, ()) if row.since <= self.as_of]
        if not rows:
            raise BespokeError(f"no fact {key!r} as of {self.as_of}")
        self.used.add(key)
        return rows[-1]

    def has(self, key: str) -> bool:
        """Whether a row of the key is in force on the day."""
        return any(row.since <= self.as_of for row in value_rows().get(key, ()))

    def number(self, key: str) -> float:
        return float(self.fact(key).number)

    def day(self, key: str) -> date | None:
        """A date, or None where no such fact is in the tables (a model without announced retirement)."""
        if key not in value_rows():
            return None
        value = self.fact(key).value
        return value if isinstance(value, date) else None

    def threshold(self, name: str) -> float:
        """A named threshold: the client's override where there is one, else the table's value."""
        published = self.number(f"threshold.{name}")
        return float(self.overrides.get(name, published))

    def keys(self, prefix: str = "") -> list[str]:
        return [*_keys(prefix)]


@lru_cache(maxsize=1)
def value_rows() -> Mapping[str, tuple[Fact, ...]]:
    """Key -> its rows, oldest first, over all value tables.

    Raises BespokeError for a value that another row would override in silence: one key has one table, and there one
    row for each day it changes.
    """
    rows: dict[str, list[Fact]] = {}
    tables: dict[str, str] = {}
    for table in VALUE_TABLES:
        for number, raw in enumerate(read_table(table), start=1):
            fact = _row(Fact, raw, table, number)
            where = f"bespoke/facts/tables/{table}.yaml"
            if (other := tables.setdefault(fact.key, table)) != table:
                raise BespokeError(f"entry {number}: {fact.key} stands in {other}.yaml already", path=where)
            if any(earlier.since == fact.since for earlier in rows.get(fact.key, ())):
                raise BespokeError(
                    f"entry {number}: {fact.key} has a row since {fact.since} already", path=where
                )
            rows.setdefault(fact.key, []).append(fact)
    return {key: tuple(sorted(facts, key=lambda f: f.since)) for key, facts in rows.items()}


@lru_cache(maxsize=64)
def _keys(prefix: str) -> tuple[str, ...]:
    return tuple(key for key in value_rows() if key.startswith(prefix))


def read_table(name: str) -> list[dict[str, Any]]:
    """The raw rows of one YAML table. Numbers arrive as Decimal, dates as dates."""
    return list(yaml.load((TABLES / f"{name}.yaml").read_text(encoding="utf-8"), Loader=_DecimalLoader) or [])


def rows_of(model: type[T], table: str) -> tuple[T, ...]:
    """All rows of a structured table (routes, remedies, claims) as typed records; read once per process."""
    return cast("tuple[T, ...]", _rows(model, table))


@lru_cache(maxsize=32)
def _rows(model: type[Sourced], table: str) -> tuple[Sourced, ...]:
    return tuple(_row(model, raw, table, n) for n, raw in enumerate(read_table(table), start=1))


def in_force(rows: Iterable[T], as_of: date) -> T | None:
    """The last of the rows that had come into force by the day."""
    current = [row for row in rows if row.since <= as_of]
    return max(current, key=lambda row: row.since) if current else None


def all_in_force(rows: Iterable[T], identity: Callable[[T], object], as_of: date) -> tuple[T, ...]:
    """The row in force of each identity, in the order in which these first stand."""
    versions: dict[object, list[T]] = {}
    for row in rows:
        versions.setdefault(identity(row), []).append(row)
    found = (in_force(own, as_of) for own in versions.values())
    return tuple(row for row in found if row is not None)


def _row(model: type[T], raw: Mapping[str, Any], table: str, number: int) -> T:
    try:
        return model.model_validate(raw)
    except ValueError as error:
        raise BespokeError(f"entry {number}: {error}", path=f"bespoke/facts/tables/{table}.yaml") from error


class _DecimalLoader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """YAML with exact decimals: money never passes through binary floating point."""


def _decimal(loader: object, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(node.value).replace("_", ""))


_DecimalLoader.add_constructor("tag:yaml.org,2002:float", _decimal)
_DecimalLoader.add_constructor("tag:yaml.org,2002:int", _decimal)
