"""One route of one task, priced under all draws: month, one-off, whole life, drivers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bespoke.chapters.cost_model import life, routes
from bespoke.chapters.cost_model.drivers import drivers
from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.chapters.cost_model.plan import Plan, TokenPlan, total
from bespoke.chapters.cost_model.quality import MeasuredQuality, accepted_share
from bespoke.chapters.cost_model.request import Priced, Request, may_cache, smallest_cacheable
from bespoke.chapters.cost_model.result import Band, Component, RouteCost, Verdict, rounded
from bespoke.clients.schema import Client, Task

TTLS = ("price.cache_ttl_5m", "price.cache_ttl_1h")
CHOOSING = ("prompt_caching", "open_weight_lora")  # the lifetime of the cache; the kind of GPU
WORTH_THE_HOUR = 0.995  # the longer lifetime is an option to set: it must save half a percent


@dataclass(frozen=True)
class Draws:
    """A priced route with its arrays, before they are summed up."""

    priced: Priced
    request: Request
    parts: dict[str, Array]
    once: life.OneOff
    cached: Array | None
    cached_plan: TokenPlan | None

    @property
    def monthly(self) -> Array:
        return total(self.parts)

    def life(self, months: int) -> Array:
        r = self.request
        events = life.retirements(self.priced.base_model, r.client, r.inputs, months)
        return life.whole_life(self.monthly, self.once, events, months)


def price(route: str, client: Client, task: Task, inputs: Inputs, regional: bool, profile: Array) -> Draws:
    """All draws of one route; raises NotPriced with the reason where it has no price."""
    request = Request.of(client, task, inputs, regional, profile)
    priced = routes.ROUTES[route](request)
    cached_plan = _best_cache(priced.plan, request) if _needs_cache(route, inputs) else None
    if route == "prompt_caching" and cached_plan is not None:
        priced = replace(priced, plan=cached_plan)
    parts = priced.plan.monthly(request.volume)
    per_request = total(parts) / (request.volume * request.load.days)
    once = life.one_off(priced, request, per_request)
    cached = total(cached_plan.monthly(request.volume)) if cached_plan else None
    return Draws(priced, request, parts, once, cached, cached_plan)


def summary(draws: Draws, today: Array, measured: Mapping[tuple[str, str], MeasuredQuality]) -> RouteCost:
    """The intervals and reasons of one route. `today` is the monthly cost of staying as is, draw by draw."""
    r, priced, monthly = draws.request, draws.priced, draws.monthly
    inputs = r.inputs
    per_request = monthly / (r.volume * r.load.days)
    accepted, basis = accepted_share(r.task, priced.route, measured)
    difference = monthly - today
    cheaper_cached = draws.cached is not None and bool(draws.cached.mean() < monthly.mean())
    shown_plan = draws.cached_plan if priced.route == "prompt_caching" or cheaper_cached else None
    used = tuple(sorted(inputs.used))
    units = priced.plan.units(r.volume)
    return RouteCost(
        route=priced.route,
        model=priced.model,
        monthly=Band.of(monthly),
        monthly_mean=rounded(float(monthly.mean())),
        one_off=Band.of(total({"": np.zeros_like(monthly), **draws.once.parts})),
        life_12=Band.of(draws.life(12)),
        life_36=Band.of(draws.life(36)),
        per_request=Band.of(per_request),
        per_accepted=Band.of(per_request / accepted) if accepted else None,
        accepted_basis=basis,
        versus_today=verdict(difference),
        difference=Band.of(difference),
        monthly_cached=Band.of(draws.cached) if draws.cached is not None and cheaper_cached else None,
        cache_hit_rate=_hit_rate(shown_plan, r),
        cache_ttl_minutes=shown_plan.ttl_minutes if shown_plan else None,
        units=None if units is None else Band.of(units),
        build_up=_build_up(draws),
        drivers=drivers(_life_12(priced.route, r), inputs, used),
        forced_retirements_36=round(
            float(life.retirements(priced.base_model, r.client, r.inputs, 36).mean()), 2
        ),
        assumptions=used,
        unpublished=tuple(key for key in used if inputs.is_unpublished(key)),
        notes=priced.notes,
    )


def verdict(difference: Array) -> Verdict:
    """Cheaper or dearer only when at least nine draws in ten agree.

    The two costs share the uncertainty of volume and tokens, so they are compared draw by draw: intervals
    that overlap for that shared reason alone do not hide a real difference.
    """
    p10, p90 = np.percentile(difference, [10, 90])
    if not difference.any():
        return "same"
    if p90 < 0:
        return "cheaper"
    return "dearer" if p10 > 0 else "cannot separate"


def _needs_cache(route: str, inputs: Inputs) -> bool:
    """Shown beside every cacheable route, but part of the price of one only."""
    return route in routes.CACHEABLE and (inputs.pinned is None or route == "prompt_caching")


def _best_cache(plan: Plan, r: Request) -> TokenPlan | None:
    """The plan with the cache lifetime that costs less on average, or None where nothing can be cached."""
    if not isinstance(plan, TokenPlan) or not may_cache(r):
        return None
    if float(plan.calls[0].prefix.min()) < smallest_cacheable(r.inputs, r.task.model):
        return None
    short, hour = (replace(plan, ttl_minutes=int(r.inputs.constant(key))) for key in TTLS)
    costs = [float(total(option.monthly(r.volume)).mean()) for option in (short, hour)]
    return hour if costs[1] < WORTH_THE_HOUR * costs[0] else short


def _hit_rate(plan: TokenPlan | None, r: Request) -> Band | None:
    cached = plan.cached(r.volume) if plan else None
    return Band.of(cached.hit_rate) if cached else None


def _build_up(draws: Draws) -> tuple[Component, ...]:
    names = [*draws.parts, *(name for name in draws.once.parts if name not in draws.parts)]
    zero = np.zeros(1)
    built = [
        Component(
            name=name,
            monthly=rounded(float(draws.parts.get(name, zero).mean())),
            one_off=rounded(float(draws.once.parts.get(name, zero).mean())),
        )
        for name in names
    ]
    return tuple(part for part in built if part.monthly or part.one_off)


def _life_12(route: str, r: Request) -> Callable[[Inputs], Array]:
    """Prices the route over 12 months under pinned inputs. Where the cheaper of two plans is taken, each pin takes
    its own, so they are priced one by one; everywhere else all at once."""

    def cost(pinned: Inputs) -> Array:
        return price(route, r.client, r.task, pinned, r.regional, r.load.profile).life(12)

    def one_by_one(pinned: Inputs) -> Array:
        return np.concatenate([cost(pinned.pin([one])) for one in pinned.pinned or ()])

    return one_by_one if route in CHOOSING else cost
