"""All tasks at once: their networks side by side, with what is done once for all of them and one team of annotators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bespoke.chapters.timeline.estimates import Estimate
from bespoke.chapters.timeline.own_phases import ordered


def together(networks: Iterable[Sequence[Estimate]]) -> tuple[Estimate, ...]:
    """One network. A shared phase waits for what it waits for in any plan, and is certain where one plan is; the
    annotators take the datasets one after the other, in the order of the tasks."""
    found: dict[str, Estimate] = {}
    dataset: tuple[str, ...] = ()
    for network in networks:
        for estimate in network:
            if (same := found.get(estimate.phase)) is not None:
                after = tuple(dict.fromkeys((*same.after, *estimate.after)))
                found[estimate.phase] = replace(
                    same, after=after, if_needed=same.if_needed and estimate.if_needed
                )
            elif estimate.kind == "dataset" and estimate.high > 0:
                found[estimate.phase] = replace(estimate, after=(*estimate.after, *dataset))
                dataset = (estimate.phase,)
            else:
                found[estimate.phase] = estimate
    return ordered(tuple(found.values()))
