"""All tasks at once: their networks side by side, with what is done once for all of them and one team of annotators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bespoke.chapters.timeline.estimates import PhaseEstimate
from bespoke.chapters.timeline.own_phases import ordered


def together(networks: Iterable[Sequence[PhaseEstimate]]) -> tuple[PhaseEstimate, ...]:
    """One network. A shared phase waits for what it waits for in any plan, and is certain where one plan is. The
    annotators take the datasets one after the other, in the order of the tasks. The same phase has draws of its own in
    each task: two of them correlate as any two phases do."""
    drawn = Counter[str]()
    found: dict[str, PhaseEstimate] = {}
    dataset: tuple[str, ...] = ()
    for network in networks:
        for estimate in network:
            name = estimate.drawn_as
            if (same := found.get(estimate.phase)) is not None:
                after = tuple(dict.fromkeys((*same.after, *estimate.after)))
                found[estimate.phase] = replace(
                    same, after=after, if_needed=same.if_needed and estimate.if_needed
                )
                continue
            drawn[name] += 1
            luck = name if drawn[name] == 1 else f"{name} {drawn[name]}"
            after = estimate.after
            if estimate.kind == "dataset" and estimate.high > 0:
                after, dataset = (*after, *dataset), (estimate.phase,)
            found[estimate.phase] = replace(estimate, after=after, luck=luck)
    return ordered(tuple(found.values()))
