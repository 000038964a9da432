"""Every finding, counted; the first few places of each remembered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bespoke.chapters.dataset_readiness.dataset_rules import Rules, Severity
from bespoke.chapters.dataset_readiness.result import RowPlace, RuleFinding

PLACES = 10  # remembered per finding
OF_THE_RULE = ("severity", "scope", "says", "todo", "source", "mended")  # what a finding repeats
ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass
class _Entry:
    count: int = 0
    files: dict[str, None] = field(default_factory=dict)
    places: list[RowPlace] = field(default_factory=list)


@dataclass
class FindingCounts:
    """Collects what was found. Memory does not grow with the number of rows."""

    rules: Rules
    masked: Counter[str] = field(default_factory=Counter)  # by file, in the places that are remembered
    _entries: dict[tuple[str, tuple[str, ...]], _Entry] = field(default_factory=dict)

    def add(
        self, rule: str, file: str, line: int | None, detail: str, *,
        routes: tuple[str, ...] | None = None, masked: int = 0,
    ) -> None:  # fmt: skip
        """Count one breach. `routes` narrows the rule to the targets that it matters to here; `masked` says how many
        identifiers the detail has no more."""
        key = (rule, self.rules.one(rule).applies_to if routes is None else routes)
        entry = self._entries.setdefault(key, _Entry())
        entry.count += 1
        entry.files[file] = None
        if len(entry.places) < PLACES:
            entry.places.append(RowPlace(file=file, line=line, detail=detail))
            self.masked[file] += masked

    def findings(self) -> tuple[RuleFinding, ...]:
        """All findings: errors first, then in the order of the rule table."""
        position = {rule: n for n, rule in enumerate(self.rules.by_id)}
        severity = self.rules.severity
        keys = sorted(self._entries, key=lambda key: (ORDER[severity(key[0])], position[key[0]], key[1]))
        return tuple(self._finding(rule, routes, self._entries[rule, routes]) for rule, routes in keys)

    def _finding(self, rule: str, routes: tuple[str, ...], entry: _Entry) -> RuleFinding:
        rows = self.rules.by_id[rule]
        row = next((r for r in rows if set(routes) & set(r.applies_to)), rows[0])
        told: dict[str, Any] = {name: getattr(row, name) for name in OF_THE_RULE}
        files, places = tuple(entry.files), tuple(entry.places)
        return RuleFinding(rule=rule, routes=routes, count=entry.count, files=files, places=places, **told)
