"""Which uncertain input moves the whole-life cost most: one at a time, all others at their median."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.chapters.cost_model.result import Driver, rounded

SHOWN = 6
NEGLIGIBLE = 0.01  # of the largest swing


def drivers(cost: Callable[[Inputs], Array], inputs: Inputs, keys: Iterable[str]) -> tuple[Driver, ...]:
    """The largest swings, greatest first. `cost` prices the route under pinned inputs, one value for each pin."""
    uncertain = [key for key in sorted(keys) if inputs.is_uncertain(key)]
    if not uncertain:
        return ()
    ends = cost(inputs.pin([{key: quantile} for key in uncertain for quantile in (0.1, 0.9)])).reshape(-1, 2)
    found = [
        Driver(key=key, at_p10=rounded(float(low)), at_p90=rounded(float(high)))
        for key, (low, high) in zip(uncertain, ends, strict=True)
    ]
    largest = max(driver.swing for driver in found)
    moving = [driver for driver in found if driver.swing > NEGLIGIBLE * largest]
    return tuple(sorted(moving, key=lambda driver: (-driver.swing, driver.key))[:SHOWN])
