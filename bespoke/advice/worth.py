"""What reaching the target is worth, and what it costs to get there this way.

With a stated worth a step is a box to open at a cost (Weitzman 1979, Econometrica 47(3), 641-654): its reservation
value z solves cost = E[max(V - z, 0)] over the net value V of what may be in it, here low, likely and high with the
weights 1/4, 1/2, 1/4. Boxes are opened from the highest z down, none with z at or below nought.

Without one, steps are ordered by the price of reaching the target through them,

    cost of the test / probability + roll-out + months x what it adds to the monthly bill,

which for a box that holds the target or nothing is the same order (Simon and Kadane 1975, Artificial Intelligence 6,
235-247, with the running cost of success added).
"""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.advice.situation import Situation
from bespoke.facts.reader import Facts

WEIGHTS = (0.25, 0.5, 0.25)  # of low, likely and high


def reservation_value(cost: float, values: Sequence[float], weights: Sequence[float] = WEIGHTS) -> float:
    """The sure amount that makes one indifferent between taking it and paying `cost` to see one of `values`.

    Exact: on each stretch between two values E[max(V - z, 0)] falls linearly in z.
    """
    ranked = sorted(zip(values, weights, strict=True), reverse=True)
    weight = worth = 0.0
    for value, share in ranked:
        if weight and worth - weight * value >= cost:
            break
        weight += share
        worth += share * value
    return (worth - cost) / weight


def price_of_target(test: float, chance: float, rollout: float, added_monthly: float, months: float) -> float:
    """What reaching the target through a step costs over the horizon; infinite where it cannot reach it."""
    return float("inf") if chance <= 0 else test / chance + rollout + months * added_monthly


def gain_of_right(situation: Situation) -> float | None:
    """What one more right output is worth in place of a wrong one; None where the client has not said.

    A right output's worth plus a wrong one's cost; else what a person would take to do it, at the annotators' rate.
    """
    worth = situation.worth
    if worth.right is not None or worth.wrong is not None:
        return (worth.right or 0.0) + (worth.wrong or 0.0)
    return None if worth.minutes is None else worth.minutes * worth.person_hour / 60


def dearest(situation: Situation, facts: Facts) -> float:
    """The most that one more right output may cost: its stated worth, else ten minutes of an annotator."""
    stated = gain_of_right(situation)
    by_hand = facts.threshold("minutes_by_hand") * situation.worth.person_hour / 60
    return by_hand if stated is None else stated


def outputs(situation: Situation, facts: Facts) -> float:
    """Outputs over the horizon at today's volume."""
    return (
        situation.requests_per_day * facts.number("cost.days_per_month") * facts.threshold("horizon_months")
    )
