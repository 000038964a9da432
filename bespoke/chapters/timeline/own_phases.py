"""What phases.csv changes in a plan, and the order in which a network can be passed through.

A row replaces the days of its phase wherever that phase occurs. A phase of the client's own, one that no plan knows,
joins the plan of every task in which something is done, after the phases it names. A phase that plans know keeps its
place in them, and waits for those of the client's own that its row names as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bespoke.chapters.timeline.estimates import PhaseEstimate, is_known, order_of
from bespoke.chapters.timeline.points import Points
from bespoke.chapters.timeline.titles import title
from bespoke.clients.schema import Client, Phase
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts


def with_own(network: Sequence[PhaseEstimate], client: Client, facts: Facts) -> tuple[PhaseEstimate, ...]:
    """The network with the client's rows in it, in an order in which it can be passed through. Raises BespokeError
    for days that do not rise, an order that names an unknown phase, or one that runs in a circle."""
    rows = {row.phase: row for row in client.phases or ()}
    for row in rows.values():
        _check(row, rows, facts)
    if not network:
        return ()
    joining = [
        PhaseEstimate(row.phase, *_days(row), basis="client", kind=row.phase, title=title(row.phase, facts))
        for row in rows.values()
        if not is_known(row.phase, facts)
    ]
    everything = [*network, *joining]
    keys = _Keys(everything, rows, facts)

    def changed(e: PhaseEstimate) -> PhaseEstimate:
        row = rows[e.kind]
        stays = is_known(e.kind, facts)
        names = [name for name in row.after if not (stays and is_known(name, facts))]
        after = dict.fromkeys((*e.after, *(key for name in names for key in keys.of(name))))
        return replace(e.lasting(_days(row), "client"), after=tuple(after))

    return ordered([changed(e) if e.kind in rows else e for e in everything])


def ordered(network: Sequence[PhaseEstimate]) -> tuple[PhaseEstimate, ...]:
    """Phases with every predecessor before its successors; a circle is an error that names it."""
    done: dict[str, PhaseEstimate] = {}
    waiting = list(network)
    while waiting:
        ready = [e for e in waiting if all(before in done for before in e.after)]
        if not ready:
            circle = ", ".join(dict.fromkeys(e.kind or e.phase for e in waiting))
            raise BespokeError(f"phases wait for each other: {circle}", path="phases.csv", column="after")
        done |= {e.phase: e for e in ready}
        waiting = [e for e in waiting if e.phase not in done]
    return tuple(done.values())


class _Keys:
    """The keys that a name in `after` stands for. A phase left out of the plan hands on what it would wait for."""

    def __init__(self, network: Sequence[PhaseEstimate], rows: Mapping[str, Phase], facts: Facts) -> None:
        self.rows, self.facts = rows, facts
        self.keys: dict[str, list[str]] = {}
        for e in network:
            self.keys.setdefault(e.kind, []).append(e.phase)

    def of(self, name: str, seen: frozenset[str] = frozenset()) -> tuple[str, ...]:
        if name in self.keys or name in seen:
            return tuple(self.keys.get(name, ()))
        before = (*order_of(name, self.facts), *(self.rows[name].after if name in self.rows else ()))
        return tuple(key for each in before for key in self.of(each, seen | {name}))


def _days(row: Phase) -> Points:
    return Points(row.low_days, row.likely_days, row.high_days)


def _check(row: Phase, rows: Mapping[str, Phase], facts: Facts) -> None:
    for before in row.after:
        if before not in rows and not is_known(before, facts):
            raise BespokeError(
                f"{row.phase} waits for {before!r}, which is no phase", path="phases.csv", column="after"
            )
    if not row.low_days <= row.likely_days <= row.high_days:
        points = f"{row.low_days:g}, {row.likely_days:g}, {row.high_days:g}"
        raise BespokeError(f"{row.phase}: {points} days do not rise", path="phases.csv")
