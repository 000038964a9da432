"""Caching and batches: which are allowed to a configuration, and which of them, alone or together, pay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bespoke.advice.candidates import Configuration
from bespoke.chapters.cost_model.billing_mode import Plan, TokenPlan, total
from bespoke.chapters.cost_model.call import ModelCall
from bespoke.chapters.cost_model.request import TaskRequest, place_of, smallest_cacheable, with_times
from bespoke.facts.price_book import sells_batches

CACHING, BATCH = "prompt_caching", "batch"
TTLS = ("price.cache_ttl_5m", "price.cache_ttl_1h")
WORTH_IT = 0.995  # a lever is an option to set: it must save half a percent


@dataclass(frozen=True)
class Levered:
    """A plan with the levers on its bill."""

    plan: Plan
    levers: tuple[str, ...] = ()


def best(plan: TokenPlan, c: Configuration, r: TaskRequest) -> Levered:
    """The cheapest on average of the plan as it is and with every lever that is allowed, alone and together. Where the
    configuration has its levers already, only with these: under other inputs too they stay what was chosen."""
    plain, found = Levered(plan), options(plan, c, r)
    taken, *others = ([o for o in found if o.levers == c.levers] or [plain]) if c.levers else [plain, *found]
    cost = _cost(taken, r)
    for option in others:
        if (price := _cost(option, r)) < WORTH_IT * cost:
            taken, cost = option, price
    return taken


def options(plan: TokenPlan, c: Configuration, r: TaskRequest) -> Iterator[Levered]:
    """The plan with caching at either lifetime, with batches, and with both."""
    batched = _batched(plan, c, r)
    for base, levers in ((plan, ()), (batched, (BATCH,))):
        if base is None:
            continue
        if levers:
            yield Levered(base, levers)
        if caching_allowed(plan, c, r):
            for key in TTLS:
                yield Levered(replace(base, ttl_minutes=int(r.inputs.constant(key))), (CACHING, *levers))


def as_today(plan: TokenPlan, c: Configuration, r: TaskRequest) -> Levered:
    """The levers that are on today, as far as the client has said."""
    if r.task.prompt_caching and caching_allowed(plan, c, r):
        return Levered(replace(plan, ttl_minutes=int(r.inputs.constant(TTLS[0]))), (CACHING,))
    return Levered(plan)


def caching_allowed(plan: TokenPlan, c: Configuration, r: TaskRequest) -> bool:
    """Sold for the model, at the place, and for a fixed prompt of this length: a shorter one is silently not cached."""
    place = place_of(c.model, c.place, r.inputs)
    base = plan.calls[0].tariff.base
    sold = base.cache_read is not None and base.cache_write_5m is not None and base.cache_write_1h is not None
    if not sold or (place is not None and not place.caching):
        return False
    return float(plan.calls[0].prefix.min()) >= smallest_cacheable(r.inputs, c.model)


def why_no_batch(c: Configuration, r: TaskRequest) -> str:
    """What speaks against batches; "" where nothing does."""
    place = place_of(c.model, c.place, r.inputs)
    if r.task.p95_latency_ms is not None:
        return "an answer is required within milliseconds"
    if r.task.waits is None:
        return "nobody has said that answers may wait a day"
    if r.task.waits != "a day":
        return "somebody waits for the answer"
    if not sells_batches(c.model) or (place is not None and not place.batches):
        return f"no batches are sold for {c.model} there"
    return ""


def _batched(plan: TokenPlan, c: Configuration, r: TaskRequest) -> TokenPlan | None:
    """What can wait at the batch price, the rest as it was."""
    if why_no_batch(c, r):
        return None
    share = r.inputs["cost.batch.share"]
    calls: list[ModelCall] = []
    for call in plan.calls:
        waits = replace(call, tariff=r.tariff(call.tariff.model, c.place, batch=True))
        calls += [with_times(waits, share), with_times(call, 1 - share)]
    return replace(plan, calls=tuple(calls))


def _cost(option: Levered, r: TaskRequest) -> float:
    return float(total(option.plan.monthly(r.volume)).mean())
