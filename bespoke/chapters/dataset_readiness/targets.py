"""Whether the data can go to each tuning route, and what stands in the way."""

from __future__ import annotations

from bespoke.chapters.dataset_readiness.dataset_rules import Rules
from bespoke.chapters.dataset_readiness.finding_counts import FindingCounts
from bespoke.chapters.dataset_readiness.result import (
    Blocker,
    FileReport,
    RuleFinding,
    Status,
    TargetReadiness,
)
from bespoke.show.numbers import decimal


def check_counts(
    route: str, usable: int, training: int, validation: int, rules: Rules, ledger: FindingCounts, place: str
) -> None:
    """Enter the counts that a target does not take: `usable` are distinct training examples that it can take, the
    others rows as they stand."""
    for rule, number, too_few in (
        ("records_min", usable, True),
        ("records_max", training + validation, False),
        ("validation_min", validation, True),
        ("validation_max", validation, False),
    ):
        limit = rules.limits(rule).get(route)
        if limit is None or (rule.startswith("validation") and not validation):
            continue
        if number < limit if too_few else number > limit:
            bound = "at least" if too_few else "at most"
            detail = f"{decimal(number)} where {bound} {decimal(limit)} are taken"
            ledger.add(rule, place, None, detail, routes=(route,))


def readiness(
    route: str, usable: int, files: list[FileReport], findings: tuple[RuleFinding, ...], rules: Rules
) -> TargetReadiness:
    """One target's verdict: ready as it stands, after a conversion, or not before rows are mended."""
    accepted = rules.targets[route]
    concerned = [f for f in findings if f.severity == "error" and (not f.routes or route in f.routes)]
    blocking = [f for f in concerned if not f.mended]
    other_format = any(not set(file.as_is) & set(accepted) for file in files)
    mended = [f.rule for f in concerned if f.mended] + ["format"] * other_format
    status: Status = "not_ready" if blocking else "needs_conversion" if mended else "ready"
    minimum, maximum = (rules.limits(rule).get(route) for rule in ("records_min", "records_max"))
    return TargetReadiness(
        route=route,
        status=status,
        format=accepted[0],
        usable=usable,
        minimum=None if minimum is None else int(minimum),
        maximum=None if maximum is None else int(maximum),
        blocked_by=tuple(Blocker(rule=f.rule, says=f.says, count=f.count) for f in blocking),
        mended_by_conversion=tuple(dict.fromkeys(mended)),
    )
