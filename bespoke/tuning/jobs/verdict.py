"""Whether the data can go to a route, in the words of chapter 3: refused by rule and line, or cut down to size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke.clients.schema import Client
from bespoke.errors import BespokeError, Problem
from bespoke.facts.reader import Facts

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness

SHOWN = 3  # places named per rule


def usable_lines(client: Client, facts: Facts, route: str) -> dict[Path, frozenset[int]]:
    """For each file, the lines that break no rule of the route and, in validation, repeat no training row."""
    from bespoke.chapters.dataset_readiness.census import Census
    from bespoke.chapters.dataset_readiness.ledger import Ledger
    from bespoke.chapters.dataset_readiness.minhash import Containment
    from bespoke.chapters.dataset_readiness.rules import rules_as_of
    from bespoke.chapters.dataset_readiness.scan import Scan

    rules = rules_as_of(facts.as_of)
    notes = client.notes or ()
    known = Containment(n.text for n in notes)
    scan = Scan(rules, Ledger(rules), known, tuple(n.id for n in notes), client.code_set)
    for path in client.dataset:
        scan.file(path, path.name)
    near = tuple(scan.copies.near(rules.number("duplicate_near")))
    census = Census(scan.copies, near, [file.role == "training" for file in scan.files])
    leaked = {row for row, _ in census.leaks()}
    number = list(rules.targets).index(route)
    lines: dict[Path, set[int]] = {path: set() for path in client.dataset}
    for row in range(len(scan.copies)):
        if scan.copies.targets[row] >> number & 1 and row not in leaked:
            lines[client.dataset[scan.copies.files[row]]].add(scan.copies.lines[row])
    return {path: frozenset(found) for path, found in lines.items()}


def refuse(found: DatasetReadiness, route: str, client: str) -> None:
    """Raises with every blocking rule and its first places, unless the data can go to the route."""
    verdict = next(target for target in found.targets if target.route == route)
    if verdict.status != "not_ready":
        return
    blocking = {blocker.rule for blocker in verdict.blocked_by}
    raise BespokeError(list(_blocking(found, route, blocking, client)))


def _blocking(found: DatasetReadiness, route: str, rules: set[str], client: str) -> Iterator[Problem]:
    for finding in found.findings:
        if finding.rule not in rules or (finding.routes and route not in finding.routes):
            continue
        for place in finding.places[:SHOWN]:
            says = f"{finding.says}: {place.detail}; {finding.todo}"
            file = "dataset" if finding.scope == "dataset" else place.file
            yield Problem(f"{client}/{file}", place.line, finding.rule, says)
        more = finding.count - len(finding.places[:SHOWN])
        if more > 0:
            yield Problem(f"{client}/dataset", None, finding.rule, f"and {more:,} more of the same kind")
