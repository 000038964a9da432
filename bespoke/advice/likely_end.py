"""Where a plan probably ends: the step at which the target is reached as likely as not, if that is worth its bill."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.advice import worth
from bespoke.advice.options import Ground, multiplies
from bespoke.advice.plan import Step

EVEN = 0.5


def likely_end(steps: Sequence[Step], ground: Ground) -> int:
    """Index of the first step by which the target is reached with even odds. Else the build, where every remedy before
    it has been measured already; else the last step that builds nothing and does not multiply the bill.

    A model of its own is the likely end only where it pays by itself or its worth is stated, or nothing else is left.
    """
    for index, step in enumerate(steps):
        if (
            step.kind in ("test", "build")
            and (step.reached or 0.0) >= EVEN
            and _affordable(step, steps, ground)
        ):
            return index
    builds = [index for index, step in enumerate(steps) if step.kind == "build"]
    if builds and not _still_to_test(steps):
        return builds[0]
    cheap = [
        index for index, step in enumerate(steps)
        if step.kind in ("lever", "keep") or (step.kind == "test" and not _multiplies(step, ground))
    ]  # fmt: skip
    return max(cheap, default=0)


def _affordable(step: Step, steps: Sequence[Step], ground: Ground) -> bool:
    if step.kind == "test":
        return not _multiplies(step, ground)
    stated = worth.gain_of_right(ground.situation) is not None
    return step.needs_worth is None or stated or not _still_to_test(steps)


def _still_to_test(steps: Sequence[Step]) -> bool:
    """Whether the plan holds a remedy that nobody has measured yet."""
    return any(step.kind == "test" and not step.configuration.tested for step in steps)


def _multiplies(step: Step, ground: Ground) -> bool:
    return step.monthly is not None and multiplies(step.monthly.expected, ground)
