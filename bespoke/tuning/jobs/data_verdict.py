"""Whether the data can go to a route, in the words of chapter 3: refused by rule and line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bespoke.errors import BespokeError, Problem

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness

SHOWN = 3  # places named per rule


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
