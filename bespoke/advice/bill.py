"""What lowers the bill and changes no answer, or none that the client's own cases would miss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bespoke.advice import feasibility, worth
from bespoke.advice.candidates import CASCADED, Intervention, interventions
from bespoke.advice.feasibility import Placed
from bespoke.advice.options import SURE_ENOUGH, Ground
from bespoke.advice.plan import Price
from bespoke.advice.quality import Outlook, outlook


def levers(ground: Ground) -> Price | None:
    """Caching and batches on today's calls, those that pay; None where nothing more does, or not within the horizon."""
    monthly, found = ground.prices.levered()
    if not found:
        return None
    today = feasibility.as_it_runs(ground.situation)
    price = ground.prices.price(today.model_copy(update={"route": found[0]}))
    saving = ground.prices.today().expected - monthly.expected
    if price is None or saving * ground.months <= price.test.expected + price.rollout.expected:
        return None
    return price


QUARTER = 3  # months


class Saving(NamedTuple):
    """Another model that would cost less: what it is, its price, the quality expected and the chance that it holds."""

    intervention: Intervention
    placed: Placed
    price: Price
    outlook: Outlook | None
    chance: float


def cheaper_model(ground: Ground) -> Saving | None:
    """Where the target is met: a newer or smaller model, or a small one first, whichever has the lowest price of
    keeping the target over the horizon, if that price is negative. Where neither these nor the levers save
    anything: a model of its own that keeps the quality with three chances in four and has paid for itself within a
    quarter."""
    s = ground.situation
    if s.aim is None or s.quality is None:
        return None
    every = [
        one for one in interventions(s, ground.facts) if one.is_build or one.variant in ("smaller", "newer")
    ]
    cheap = _best([one for one in every if not one.is_build], ground)
    return cheap or (None if levers(ground) else _best([one for one in every if one.is_build], ground))


def _best(among: Sequence[Intervention], ground: Ground) -> Saving | None:
    levered = ground.prices.levered()[0].expected
    best: tuple[float, Saving] | None = None
    for one in among:
        found = _saving(one, ground)
        if found is None:
            continue
        saving = levered - found.price.monthly.expected
        once = found.price.test.expected + found.price.rollout.expected
        if one.is_build and (found.chance < SURE_ENOUGH or QUARTER * saving < once):
            continue
        target = worth.price_of_target(
            found.price.test.expected, found.chance, found.price.rollout.expected, -saving, ground.months
        )
        if target < min(0.0, best[0] if best else 0.0):
            best = target, found
    return best[1] if best else None


def saves(price: Price, chance: float, ground: Ground) -> float:
    """The reservation value of a saving: a year of it on today's bill, less the cost of the test over its chance."""
    saving = ground.months * (ground.prices.today().expected - price.monthly.expected)
    return saving - price.rollout.expected - price.test.expected / (chance or 1.0)


def _saving(one: Intervention, ground: Ground) -> Saving | None:
    s = ground.situation
    placed = feasibility.place(one, feasibility.as_it_runs(s), s, ground.facts)
    price = (
        None
        if placed.closed or any(o.holds_back for o in placed.outcomes)
        else ground.prices.price(placed.configuration)
    )
    if price is None or s.aim is None:
        return None
    after = outlook(
        s, ground.facts, [] if one.route == CASCADED else one.additions
    )  # a cascade is meant to keep it
    return Saving(one, placed, price, after, after.reaches(s.aim) if after else 0.5)
