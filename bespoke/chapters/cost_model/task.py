"""One task while it is priced on every route, before its arrays are summed up."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bespoke.advice import feasibility
from bespoke.advice.candidates import Configuration, Intervention, interventions
from bespoke.advice.situation import Situation
from bespoke.chapters.cost_model import levers, pricing, routes
from bespoke.chapters.cost_model.break_even import Costs, break_even, costs, grid
from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.chapters.cost_model.load import SECONDS_PER_DAY, hit_rate
from bespoke.chapters.cost_model.plan import AlwaysOnPlan, ImportPlan, TokenPlan
from bespoke.chapters.cost_model.prices import TaskPrices
from bespoke.chapters.cost_model.quality import Quality
from bespoke.chapters.cost_model.request import NotPriced, Request, smallest_cacheable
from bespoke.chapters.cost_model.result import BreakEven, Curve, TaskCost, UnpricedRoute
from bespoke.clients.schema import Client, Task
from bespoke.facts.price_book import canonical

CURVE_DRAWS = 400  # enough for a band; the curve has many points


class PricedTask:
    """All routes of one task under all draws."""

    def __init__(
        self, client: Client, task: Task, inputs: Inputs, situation: Situation, quality: Quality
    ) -> None:
        self.client, self.task, self.inputs, self.quality = client, task, inputs, quality
        self.situation = situation
        self.prices = TaskPrices(client, task, inputs, feasibility.as_it_runs(situation))
        self.priced: dict[str, pricing.Draws] = {}
        self.unpriced: list[UnpricedRoute] = []
        for configuration in self._configurations():
            self._price(configuration)

    @property
    def today(self) -> Array:
        return self.priced["as_is"].monthly

    @property
    def same_answers(self) -> Array:
        return self.priced[self._cheapest(routes.SAME_MODEL_SAME_PROMPT)].monthly

    def result(self) -> TaskCost:
        as_is = self.priced["as_is"].request
        peak = as_is.load.peak_to_mean * self.task.requests_per_day / SECONDS_PER_DAY
        smallest = smallest_cacheable(self.inputs, self.task.model)
        best_life, unclear = self._cheapest_life()
        curves, break_evens = self._over_volume()
        own = self.priced["as_is"]
        plain = own.priced.plan
        return TaskCost(
            task_id=self.task.task_id,
            name=self.task.name,
            model=canonical(self.task.model),
            requests_per_month=round(self.task.requests_per_day * as_is.load.days, 1),
            requests_per_second_at_peak=float(f"{peak:.4g}"),
            input_tokens_p95=round(self.task.input_tokens * self.inputs.facts.number("cost.p95_to_mean")),
            smallest_cacheable_tokens=smallest,
            prefix_is_cacheable=isinstance(plain, TokenPlan)
            and levers.caching_allowed(plain, own.configuration, as_is),
            caching_pays_from=caching_pays_from(as_is, own.configuration),
            routes=tuple(
                pricing.summary(d, self.prices.reference, self.quality) for d in self.priced.values()
            ),
            unpriced=tuple(self.unpriced),
            cheapest_monthly=self._cheapest(self.priced),
            cheapest_same_answers=self._cheapest(routes.SAME_MODEL_SAME_PROMPT),
            cheapest_life_12=best_life,
            not_separable=unclear,
            break_evens=break_evens,
            curves=curves,
        )

    def _configurations(self) -> Iterable[Configuration]:
        """As it runs today; the levers on that; then every intervention alone, where it would be placed."""
        today = self.prices.as_it_runs
        yield today
        yield today.model_copy(update={"route": levers.CACHING})
        facts = self.inputs.facts
        for one in (*_every_prompt_remedy(self.situation), *interventions(self.situation, facts)):
            yield feasibility.place(one, today, self.situation, facts).configuration

    def _price(self, configuration: Configuration) -> None:
        name = configuration.route
        if name in self.priced or any(u.route == name for u in self.unpriced):
            return
        try:
            found = self.prices.draws(configuration)
        except NotPriced as reason:
            self.unpriced.append(UnpricedRoute(route=name, reason=str(reason)))
            return
        if name == levers.CACHING:
            self._lever(found)
        else:
            self.priced[name] = found

    def _lever(self, found: pricing.Draws) -> None:
        """The levers on today's calls, each under its own name; where one does not pay, why."""
        r, on = found.request, found.configuration.levers
        for name in (levers.CACHING, levers.BATCH):
            if name in on:
                self.priced[name] = found if on[0] == name else self._only(name, found)
            else:
                self.unpriced.append(UnpricedRoute(route=name, reason=_why_not(name, found, r)))

    def _only(self, name: str, found: pricing.Draws) -> pricing.Draws:
        configuration = self.prices.as_it_runs.model_copy(update={"route": name, "levers": (name,)})
        return self.prices.draws(configuration)

    def _cheapest(self, among: Iterable[str]) -> str:
        """Of the priced routes among these, the one of least expected monthly cost."""
        priced = [route for route in among if route in self.priced]
        return min(priced, key=lambda route: float(self.priced[route].monthly.mean()))

    def _cheapest_life(self) -> tuple[str, tuple[str, ...]]:
        """The route of least expected cost over 12 months, and those that cannot be told from it."""
        lives = {route: draws.life(12) for route, draws in self.priced.items()}
        best = min(lives, key=lambda route: float(lives[route].mean()))
        unclear = [r for r in lives if pricing.verdict(lives[r] - lives[best]) == "cannot separate"]
        return best, tuple(unclear)

    def _over_volume(self) -> tuple[tuple[Curve, ...], tuple[BreakEven, ...]]:
        """Today, the cheapest token route and capacity over volume, and their crossings."""
        volumes = grid(self.task.requests_per_day)
        inputs = self.inputs.fewer(CURVE_DRAWS)
        plans = {route: draws.priced.plan for route, draws in self.priced.items()}
        token = self._cheapest(r for r, plan in plans.items() if isinstance(plan, TokenPlan))
        unchanged = self._cheapest(routes.SAME_MODEL_SAME_PROMPT)
        capacity = [r for r, plan in plans.items() if isinstance(plan, AlwaysOnPlan | ImportPlan)]
        capacity = sorted(capacity, key=lambda r: float(self.priced[r].life(12).mean()))[:2]
        names = dict.fromkeys(["as_is", unchanged, token, *capacity])
        shown = {name: self._costs(name, inputs, volumes) for name in names}
        today = self.priced["as_is"].request.volume[: inputs.draws]
        rivals = tuple(dict.fromkeys([unchanged, token]))
        crossings = tuple(break_even(shown[a], shown[b], volumes, today) for a in capacity for b in rivals)
        return tuple(cost.curve(volumes) for cost in shown.values()), crossings

    def _costs(self, route: str, inputs: Inputs, volumes: Array) -> Costs:
        fewer = TaskPrices(self.client, self.task, inputs, self.prices.as_it_runs)
        draws = fewer.draws(self.priced[route].configuration)
        return costs(route, draws.priced.plan, volumes, inputs.draws, draws.own(np.ones(inputs.draws)))


def _every_prompt_remedy(situation: Situation) -> list[Intervention]:
    """Each remedy alone, whatever the failures say: the cost chapter shows what every one of them would cost."""
    prompt = ("prompt_engineering", "few_shot", "glossary", "structured_output", "operator_configuration")
    found = [Intervention(route=route, group="prompt", remedies=(route,)) for route in prompt]
    more = ("extended_thinking", "generator_critic")
    found += [Intervention(route=route, group="inference", remedies=(route,)) for route in more]
    return [*found, Intervention(route="rag", group="retrieval", remedies=("rag",))]


def _why_not(name: str, found: pricing.Draws, r: Request) -> str:
    if name == levers.BATCH:
        return levers.why_no_batch(found.configuration, r) or "batches would save nothing here"
    smallest = smallest_cacheable(r.inputs, r.task.model)
    if r.task.system_tokens < smallest:
        return (
            f"the fixed prompt has {r.task.system_tokens:,} tokens, {r.task.model} caches from {smallest:,}: "
            "it would silently not be cached"
        )
    return "at this volume the cache is cold too often: writing it would cost more than reading it saves"


def caching_pays_from(r: Request, c: Configuration) -> dict[int, float | None]:
    """Cache lifetime in minutes -> requests a day from which caching costs no more than not caching.

    A hit saves (input - read), a miss costs (write - input): it pays from the hit rate
    (write - input) / (write - read) on, and the hit rate follows from volume and day profile. None where no volume
    reaches it, or the prompt is too short.
    """
    plan = routes.priced(r, c).plan
    if not isinstance(plan, TokenPlan) or not levers.caching_allowed(plan, c, r):
        return {}
    base = plan.calls[0].tariff.base
    found: dict[int, float | None] = {}
    for key, write in zip(levers.TTLS, (base.cache_write_5m, base.cache_write_1h), strict=True):
        assert write is not None
        assert base.cache_read is not None
        minutes, needed = int(r.inputs.constant(key)), float((write - base.input) / (write - base.cache_read))
        volumes = np.logspace(0, 7, 281)
        reached = volumes[hit_rate(volumes, r.load.profile, minutes) >= needed]
        found[minutes] = float(f"{reached[0]:.3g}") if len(reached) else None
    return found
