"""Three-point estimates of the phases: from the table, the log, the client or the examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bespoke.chapters.timeline.result import Basis
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts

WORKING_SHARE = 5 / 7  # of calendar days
Log = Mapping[str, tuple[float, float, float]]  # phase -> low, likely, high working days


@dataclass(frozen=True)
class Estimate:
    """Working days of one phase and the phases it waits for."""

    phase: str
    low: float
    likely: float
    high: float
    after: tuple[str, ...] = ()
    basis: Basis = "table"

    @property
    def is_point(self) -> bool:
        return self.low == self.high


def estimates(
    phases: Sequence[str],
    client: Client,
    facts: Facts,
    *,
    examples_needed: int | None,
    ab_days: int,
    log: Log | None = None,
) -> tuple[Estimate, ...]:
    """The network of the named phases, predecessors of left-out phases handed on.

    The client's phases.csv comes first, then the examples for the dataset, then `log`, the three points
    learnt from finished engagements, then the table. Raises BespokeError for a phase nobody has estimated,
    an order that names an unknown phase, or one that runs in a circle.
    """
    known = {phase: _from_table(phase, facts) for phase in _table_phases(facts)}
    for phase, (low, likely, high) in (log or {}).items():
        known[phase] = replace(known[phase], low=low, likely=likely, high=high, basis="log")
    if examples_needed is not None:
        known["dataset"] = dataset(known["dataset"], client, facts, examples_needed)
    known["evaluation_ab"] = _long_enough(known["evaluation_ab"], ab_days * WORKING_SHARE)
    own = {row.phase: row for row in client.phases or ()}
    for row in own.values():
        after = row.after or (known[row.phase].after if row.phase in known else ())
        known[row.phase] = Estimate(row.phase, row.low_days, row.likely_days, row.high_days, after, "client")
    wanted = [*phases, *(name for name in own if name not in _table_phases(facts))]
    _check(known, wanted)
    order = _ordered(known)
    return tuple(
        replace(known[name], after=_inherited(name, known, set(wanted))) for name in order if name in wanted
    )


def dataset(table: Estimate, client: Client, facts: Facts, examples: int) -> Estimate:
    """Days of annotation: examples x rounds over the team's throughput, after a set-up. Nothing to annotate
    takes no time."""
    if examples <= 0:
        return replace(table, low=0.0, likely=0.0, high=0.0, basis="examples")
    work = client.engagement.annotation
    per_hour = work.examples_per_hour * work.annotators / work.review_rounds
    hours, setup = (
        facts.fact("schedule.annotation_hours_per_day"),
        facts.fact("schedule.annotation_setup_days"),
    )
    (slow, fast), (short, long) = hours.range, setup.range
    return replace(
        table,
        low=float(short) + examples / (per_hour * float(fast)),
        likely=float(setup.number) + examples / (per_hour * float(hours.number)),
        high=float(long) + examples / (per_hour * float(slow)),
        basis="examples",
    )


def _long_enough(estimate: Estimate, days: float) -> Estimate:
    """The A/B phase cannot be shorter than its test."""
    return replace(
        estimate,
        low=max(estimate.low, days),
        likely=max(estimate.likely, days),
        high=max(estimate.high, days),
    )


def _table_phases(facts: Facts) -> list[str]:
    return [key.split(".")[1] for key in facts.keys("phase.") if key.endswith(".days")]


def _from_table(phase: str, facts: Facts) -> Estimate:
    fact = facts.fact(f"phase.{phase}.days")
    low, high = (float(end) for end in fact.range)
    key = f"phase.{phase}.after"
    after = tuple(str(facts.fact(key).value).split(";")) if facts.keys(key) else ()
    return Estimate(phase, low, float(fact.number), high, after)


def _check(known: Mapping[str, Estimate], wanted: Sequence[str]) -> None:
    for name in wanted:
        if name not in known:
            raise BespokeError(f"no estimate for phase {name!r}", path="phases.csv", column="phase")
    for estimate in known.values():
        for before in estimate.after:
            if before not in known:
                raise BespokeError(
                    f"{estimate.phase} waits for {before!r}, which is no phase",
                    path="phases.csv",
                    column="after",
                )
        if not estimate.low <= estimate.likely <= estimate.high:
            points = f"{estimate.low:g}, {estimate.likely:g}, {estimate.high:g}"
            raise BespokeError(f"{estimate.phase}: {points} days do not rise", path="phases.csv")


def _ordered(known: Mapping[str, Estimate]) -> list[str]:
    """Phases with every predecessor before its successors; a circle is an error that names it."""
    done: list[str] = []
    waiting = list(known)
    while waiting:
        ready = [name for name in waiting if set(known[name].after) <= set(done)]
        if not ready:
            raise BespokeError(
                f"phases wait for each other: {', '.join(waiting)}", path="phases.csv", column="after"
            )
        done += ready
        waiting = [name for name in waiting if name not in ready]
    return done


def _inherited(name: str, known: Mapping[str, Estimate], wanted: set[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for before in known[name].after:
        for ancestor in (before,) if before in wanted else _inherited(before, known, wanted):
            found[ancestor] = None
    return tuple(found)
