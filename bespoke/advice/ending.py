"""Where a plan probably ends: the step at which the target is reached as likely as not, if that is worth its bill."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.advice import worth
from bespoke.advice.options import Ground
from bespoke.advice.plan import Step

EVEN = 0.5
TIMES = 2  # a step that adds more than twice today's bill to it is a decision of its own


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
        if step.kind in ("lever", "keep") or (step.kind == "test" and not multiplies_the_bill(step, ground))
    ]  # fmt: skip
    return max(cheap, default=0)


def _affordable(step: Step, steps: Sequence[Step], ground: Ground) -> bool:
    if step.kind == "test":
        return not multiplies_the_bill(step, ground)
    stated = worth.gain_of_right(ground.situation) is not None
    return step.needs_worth is None or stated or not _still_to_test(steps)


def _still_to_test(steps: Sequence[Step]) -> bool:
    """Whether the plan holds a remedy that nobody has measured yet."""
    return any(step.kind == "test" and not step.configuration.tested for step in steps)


def multiplies_the_bill(step: Step, ground: Ground) -> bool:
    """More than three times today's bill, by more than a consultant's day a month, for a worth nobody has stated."""
    if step.monthly is None or worth.gain_of_right(ground.situation) is not None:
        return False
    today = ground.prices.today().expected
    return step.monthly.expected - today > max(TIMES * today, ground.situation.worth.consultant_day)
