"""The rule table: what training data is checked for, how much it matters, and for which targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from bespoke.errors import BespokeError
from bespoke.facts.reader import Sourced, all_in_force, rows_of

Severity = Literal["error", "warning", "info"]
Scope = Literal["row", "file", "dataset"]


class DatasetRule(Sourced):
    """One thing to check. `value` is its limit or threshold in `unit`; `formats` what a target reads."""

    rule: str
    severity: Severity
    scope: Scope
    applies_to: tuple[str, ...] = ()  # route ids; empty: every target
    mended: bool = False  # converting the file removes it
    says: str
    todo: str
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    formats: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # in lower case, what may not stand in a text
    profiles: tuple[str, ...] = ()  # model profiles that it is for, where a target has several

    def concerns(self, route: str) -> bool:
        return not self.applies_to or route in self.applies_to

    @property
    def number(self) -> float:
        if self.value is None:
            message = f"rule {self.rule} has no value"
            raise BespokeError(message, path="bespoke/facts/tables/dataset_rules.yaml")
        return float(self.value)


@dataclass(frozen=True)
class Rules:
    """The rules in force on a day, by id, in table order."""

    by_id: Mapping[str, tuple[DatasetRule, ...]]

    def one(self, rule: str) -> DatasetRule:
        """The rule of an id that has one row; for an id with a row per target, the first."""
        return self.by_id[rule][0]

    def number(self, rule: str) -> float:
        return self.one(rule).number

    def limits(self, rule: str) -> dict[str, float]:
        """Route -> the limit that a rule sets for all models of it."""
        rows = [row for row in self.by_id.get(rule, ()) if not row.profiles]
        return {route: row.number for row in rows for route in row.applies_to}

    def limit_for(self, rule: str, route: str, profile: str) -> DatasetRule | None:
        """The row that sets a limit for one model: its own where there is one, else the route's."""
        rows = [row for row in self.by_id.get(rule, ()) if row.concerns(route)]
        own = [row for row in rows if profile in row.profiles]
        return next(iter((*own, *(row for row in rows if not row.profiles))), None)

    def severity(self, rule: str) -> Severity:
        return self.one(rule).severity

    @property
    def targets(self) -> dict[str, tuple[str, ...]]:
        """Route -> the formats it reads, the preferred one first."""
        return {route: row.formats for row in self.by_id["format"] for route in row.applies_to}

    def blocks_every_target(self, rule: str) -> bool:
        """Whether a row that breaks it must not be trained on anywhere as it stands."""
        row = self.one(rule)
        return row.severity == "error" and not row.applies_to and not row.mended


def rules_as_of(day: date) -> Rules:
    """The rule table as it stood on a day: of each rule, targets and models the row in force."""
    found: dict[str, list[DatasetRule]] = {}
    rows = rows_of(DatasetRule, "dataset_rules")
    for row in all_in_force(rows, lambda row: (row.rule, (*row.applies_to, *row.profiles)), day):
        found.setdefault(row.rule, []).append(row)
    return Rules({rule: tuple(rows) for rule, rows in found.items()})
