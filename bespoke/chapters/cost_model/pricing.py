"""One configuration of one task, priced under all draws: month, once, whole life, drivers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from bespoke.advice.candidates import Configuration
from bespoke.chapters.cost_model import levers, lifetime_cost, route_calls
from bespoke.chapters.cost_model.accepted_share import Quality, accepted_share
from bespoke.chapters.cost_model.billing_mode import Plan, TokenPlan, total
from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.chapters.cost_model.request import PricedConfiguration, TaskRequest, in_usd
from bespoke.chapters.cost_model.result import Band, Component, Driver, RouteCost, Verdict, rounded
from bespoke.clients.schema import Client, Task

CHOOSING = ("open_weight_lora",)  # routes that take the cheaper of two kinds of GPU
LEVERS = (levers.CACHING, levers.BATCH)
SHOWN = 6  # drivers: which uncertain input moves the whole-life cost most
NEGLIGIBLE = 0.01  # of the largest swing


@dataclass(frozen=True)
class PricedDraws:
    """A priced configuration with its arrays in USD, before they are summed up."""

    configuration: Configuration  # with its levers
    priced: PricedConfiguration  # its plan has the levers in it
    request: TaskRequest
    parts: dict[str, Array]
    without_levers: Array
    once: lifetime_cost.OneOff

    @property
    def monthly(self) -> Array:
        return total(self.parts)

    @property
    def per_request(self) -> Array:
        return self.monthly / (self.request.volume * self.request.load.days)

    def life(self, months: int) -> Array:
        r = self.request
        events = lifetime_cost.retirements(self.priced.base_model, r.client, r.inputs, months)
        return lifetime_cost.whole_life(self.monthly, self.once, events, months)

    def own(self, usd: Array) -> Array:
        """The same in the engagement's currency."""
        return usd / in_usd(self.request.client, self.request.inputs)


def price(c: Configuration, client: Client, task: Task, inputs: Inputs, profile: Array) -> PricedDraws:
    """All draws of one configuration, with the levers that pay; as it runs today, with those that are on.

    Raises NotPriced with the reason where it has no price.
    """
    r = TaskRequest.of(client, task, inputs, profile)
    plain = route_calls.priced(r, c)
    levered = _levered(plain.plan, c, r)
    parts = levered.plan.monthly(r.volume)
    per_request = total(parts) / (r.volume * r.load.days)
    c = c.model_copy(update={"levers": levered.levers, "model": plain.model})
    if c.route in LEVERS:
        c = c.model_copy(update={"work": levered.levers})
    return PricedDraws(
        configuration=c,
        priced=replace(plain, plan=levered.plan), request=r, parts=parts,
        without_levers=total(plain.plan.monthly(r.volume)) if levered.levers else total(parts),
        once=lifetime_cost.one_off(c, plain, r, per_request),
    )  # fmt: skip


def _levered(plan: Plan, c: Configuration, r: TaskRequest) -> levers.Levered:
    if not isinstance(plan, TokenPlan) or c.route in route_calls.TRAINED:
        return levers.Levered(plan)
    if c.route == "as_is":
        return levers.as_today(plan, c, r)
    return levers.best(plan, c, r)


@dataclass(frozen=True)
class Reference:
    """What a route is compared with: the month as it runs today, and with every lever that pays. USD."""

    today: Array
    levered: Array


def summary(draws: PricedDraws, reference: Reference, measured: Quality, key: str = "") -> RouteCost:
    """The intervals and reasons of one route, in the engagement's currency. It pays back out of what it saves itself:
    a lever on today's bill, any other route on the bill that these levers leave."""
    r, own = draws.request, draws.own
    monthly, inputs = draws.monthly, r.inputs
    accepted, basis = accepted_share(r.task, draws.configuration, measured)
    plan = draws.priced.plan
    used = tuple(sorted(inputs.used))
    units = plan.units(r.volume)
    test, rollout = (own(total({"": 0.0 * r.ones, **part})) for part in (draws.once.test, draws.once.rollout))
    tested, live = lifetime_cost.work_days(draws.configuration, r)
    same = draws.configuration.route in route_calls.SAME_MODEL_SAME_PROMPT
    saving = float(own((reference.today if same else reference.levered) - monthly).mean())
    once = float((test + rollout).mean())
    cached = plan.cached(r.volume) if isinstance(plan, TokenPlan) else None
    return RouteCost(
        key=key or draws.configuration.route,
        configuration=draws.configuration,
        monthly=Band.of(own(monthly)),
        without_levers=Band.of(own(draws.without_levers)),
        test=Band.of(test), rollout=Band.of(rollout), one_off=Band.of(test + rollout),
        life_12=Band.of(own(draws.life(12))), life_36=Band.of(own(draws.life(36))),
        per_request=Band.of(own(draws.per_request)),
        per_accepted=Band.of(own(draws.per_request) / accepted) if accepted else None,
        accepted_basis=basis,
        versus_today=verdict(monthly - reference.today),
        difference=Band.of(own(monthly - reference.today)),
        added=Band.of(own(monthly - reference.levered)),
        versus_levered=verdict(monthly - reference.levered),
        payback_months=round(once / saving, 1) if saving > 0 else None,
        test_days=round(float(tested.mean()), 1), rollout_days=round(float(live.mean()), 1),
        cache_hit_rate=Band.of(cached.hit_rate) if cached else None,
        cache_ttl_minutes=cached.ttl_minutes if cached else None,
        units=None if units is None else Band.of(units),
        build_up=_build_up(draws),
        drivers=drivers(_life_12(draws), inputs, used),
        forced_retirements_36=round(
            float(lifetime_cost.retirements(draws.priced.base_model, r.client, inputs, 36).mean()), 2
        ),
        assumptions=used,
        unpublished=tuple(key for key in used if inputs.is_unpublished(key)),
        notes=draws.priced.notes,
    )  # fmt: skip


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


def _build_up(draws: PricedDraws) -> tuple[Component, ...]:
    once = draws.once.parts
    names = [*draws.parts, *(name for name in once if name not in draws.parts)]
    zero = np.zeros(1)
    built = [
        Component(
            name=name,
            monthly=rounded(float(draws.own(draws.parts.get(name, zero)).mean())),
            one_off=rounded(float(draws.own(once.get(name, zero)).mean())),
        )
        for name in names
    ]
    return tuple(part for part in built if part.monthly or part.one_off)


def _life_12(draws: PricedDraws) -> Callable[[Inputs], Array]:
    """Prices the configuration over 12 months under pinned inputs. Where the cheaper of two plans is taken, each pin
    takes its own, so they are priced one by one; everywhere else all at once."""
    r = draws.request

    def cost(pinned: Inputs) -> Array:
        found = price(draws.configuration, r.client, r.task, pinned, r.load.profile)
        return found.own(found.life(12))

    def one_by_one(pinned: Inputs) -> Array:
        return np.concatenate([cost(pinned.pin([one])) for one in pinned.pinned or ()])

    return one_by_one if draws.configuration.route in CHOOSING else cost


def drivers(cost: Callable[[Inputs], Array], inputs: Inputs, keys: Iterable[str]) -> tuple[Driver, ...]:
    """The largest swings, one input at a time and all others at their median, greatest first. `cost` prices the route
    under pinned inputs, one value for each pin."""
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
