"""What lowers the bill and changes no answer, or none that the client's own cases would miss."""

from __future__ import annotations

from bespoke.advice import feasibility, worth
from bespoke.advice.candidates import CASCADED, Configuration, Intervention, interventions
from bespoke.advice.options import Ground
from bespoke.advice.plan import Price
from bespoke.advice.quality import Addition, Outlook, outlook


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


def smaller_model(ground: Ground) -> tuple[Intervention, Price, Outlook | None, float] | None:
    """A smaller model, or a small one first, where the target is met: the one with the lowest price of keeping it there
    over the horizon, if that price is negative. With it the quality that is expected and the chance that it holds."""
    s, facts = ground.situation, ground.facts
    if s.aim is None or s.quality is None:
        return None
    today, levered = feasibility.as_it_runs(s), ground.prices.levered()[0].expected
    best: tuple[float, tuple[Intervention, Price, Outlook | None, float]] | None = None
    for one in interventions(s, facts):
        price = _price(one, today, ground) if one.variant == "smaller" else None
        if price is None:
            continue
        after = outlook(s, facts, _additions(one))
        chance = after.reaches(s.aim) if after else 0.5
        saving = levered - price.monthly.expected
        target = worth.price_of_target(
            price.test.expected, chance, price.rollout.expected, -saving, ground.months
        )
        if target < min(0.0, best[0] if best else 0.0):
            best = target, (one, price, after, chance)
    return best[1] if best else None


def saves(price: Price, chance: float, ground: Ground) -> float:
    """The reservation value of a saving: a year of it on today's bill, less the cost of the test over its chance."""
    saving = ground.months * (ground.prices.today().expected - price.monthly.expected)
    return saving - price.rollout.expected - price.test.expected / (chance or 1.0)


def _price(one: Intervention, today: Configuration, ground: Ground) -> Price | None:
    placed = feasibility.place(one, today, ground.situation, ground.facts)
    return None if placed.closed else ground.prices.price(placed.configuration)


def _additions(one: Intervention) -> list[Addition]:
    if one.route == CASCADED:
        return []  # what the small model is unsure of goes to the one in use: the quality is meant to stay
    return [Addition("model_change", "smaller")]
