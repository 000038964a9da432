"""Which uncertain input moves the whole-life cost most: one at a time, all others at their median."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bespoke.chapters.cost_model.inputs import Inputs
from bespoke.chapters.cost_model.result import Driver, rounded

SHOWN = 6
NEGLIGIBLE = 0.01  # of the largest swing


def drivers(cost: Callable[[Inputs], float], inputs: Inputs, keys: Iterable[str]) -> tuple[Driver, ...]:
    """The largest swings, greatest first. `cost` prices the route under one pinned set of inputs."""
    found = [
        Driver(
            key=key,
            at_p10=rounded(cost(inputs.pin({key: 0.1}))),
            at_p90=rounded(cost(inputs.pin({key: 0.9}))),
        )
        for key in sorted(keys)
        if inputs.is_uncertain(key)
    ]
    largest = max((driver.swing for driver in found), default=0.0)
    moving = [driver for driver in found if driver.swing > NEGLIGIBLE * largest]
    return tuple(sorted(moving, key=lambda driver: (-driver.swing, driver.key))[:SHOWN])
