"""One task while it is priced on every route, before its arrays are summed up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from bespoke.chapters.cost_model import pricing, routes
from bespoke.chapters.cost_model.break_even import Costs, break_even, costs, grid
from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.chapters.cost_model.load import SECONDS_PER_DAY, day_profile
from bespoke.chapters.cost_model.plan import TokenPlan
from bespoke.chapters.cost_model.quality import SAME_MODEL_SAME_PROMPT, MeasuredQuality
from bespoke.chapters.cost_model.request import NotPriced, may_cache, smallest_cacheable
from bespoke.chapters.cost_model.result import BreakEven, Curve, TaskCost, UnpricedRoute
from bespoke.clients.schema import Client, Task
from bespoke.facts.price_book import canonical

CURVE_DRAWS = 400  # enough for a band; the curve has many points
Quality = Mapping[tuple[str, str], MeasuredQuality]


class PricedTask:
    """All routes of one task under all draws."""

    def __init__(self, client: Client, task: Task, inputs: Inputs, regional: bool, quality: Quality) -> None:
        self.client, self.task, self.inputs = client, task, inputs
        self.regional, self.quality = regional, quality
        self.profile = day_profile(task.peak_to_mean)
        self.priced: dict[str, pricing.Draws] = {}
        self.unpriced = [UnpricedRoute(route=r, reason=reason) for r, reason in routes.WITHOUT_PRICE.items()]
        for route in routes.ROUTES:
            self._price(route)

    @property
    def today(self) -> Array:
        return self.priced["as_is"].monthly

    @property
    def same_answers(self) -> Array:
        return self.priced[self._cheapest(SAME_MODEL_SAME_PROMPT)].monthly

    def result(self) -> TaskCost:
        as_is = self.priced["as_is"].request
        peak = as_is.load.peak_to_mean * self.task.requests_per_day / SECONDS_PER_DAY
        smallest = smallest_cacheable(self.inputs, self.task.model)
        best_life, unclear = self._cheapest_life()
        curves, break_evens = self._over_volume()
        return TaskCost(
            task_id=self.task.task_id,
            name=self.task.name,
            model=canonical(self.task.model),
            requests_per_month=round(self.task.requests_per_day * as_is.load.days, 1),
            requests_per_second_at_peak=float(f"{peak:.4g}"),
            input_tokens_p95=round(self.task.input_tokens * self.inputs.facts.number("cost.p95_to_mean")),
            smallest_cacheable_tokens=smallest,
            prefix_is_cacheable=self.task.system_tokens >= smallest and may_cache(as_is),
            routes=tuple(pricing.summary(draws, self.today, self.quality) for draws in self.priced.values()),
            unpriced=tuple(self.unpriced),
            cheapest_monthly=self._cheapest(self.priced),
            cheapest_same_answers=self._cheapest(SAME_MODEL_SAME_PROMPT),
            cheapest_life_12=best_life,
            not_separable=unclear,
            break_evens=break_evens,
            curves=curves,
        )

    def _price(self, route: str) -> None:
        try:
            self.priced[route] = self._draws(route, self.inputs.scope())
        except NotPriced as reason:
            self.unpriced.append(UnpricedRoute(route=route, reason=str(reason)))

    def _draws(self, route: str, inputs: Inputs) -> pricing.Draws:
        return pricing.price(route, self.client, self.task, inputs, self.regional, self.profile)

    def _cheapest(self, among: Iterable[str]) -> str:
        """Of the priced routes among these, the one of least median monthly cost."""
        priced = [route for route in among if route in self.priced]
        return min(priced, key=lambda route: float(np.median(self.priced[route].monthly)))

    def _cheapest_life(self) -> tuple[str, tuple[str, ...]]:
        """The route of least median cost over 12 months, and those that cannot be told from it."""
        lives = {route: draws.life(12) for route, draws in self.priced.items()}
        best = min(lives, key=lambda route: float(np.median(lives[route])))
        unclear = [r for r in lives if pricing.verdict(lives[r] - lives[best]) == "cannot separate"]
        return best, tuple(unclear)

    def _over_volume(self) -> tuple[tuple[Curve, ...], tuple[BreakEven, ...]]:
        """Today, the cheapest token route, caching and capacity over volume, and their crossings."""
        volumes = grid(self.task.requests_per_day)
        inputs = self.inputs.fewer(CURVE_DRAWS)
        token = self._cheapest(r for r, d in self.priced.items() if isinstance(d.priced.plan, TokenPlan))
        unchanged = self._cheapest(SAME_MODEL_SAME_PROMPT)
        capacity = [route for route in routes.CAPACITY_ROUTES if route in self.priced]
        caching = ["prompt_caching"] if "prompt_caching" in self.priced else []
        names = dict.fromkeys(["as_is", token, unchanged, *caching, *capacity])
        shown = {name: self._costs(name, inputs, volumes) for name in names}
        today = self.priced["as_is"].request.volume[: inputs.draws]
        rivals = tuple(dict.fromkeys([unchanged, token]))
        pairs = [(a, b) for a in capacity for b in rivals] + [(route, "as_is") for route in caching]
        crossings = tuple(break_even(shown[a], shown[b], volumes, today) for a, b in pairs)
        return tuple(cost.curve(volumes) for cost in shown.values()), crossings

    def _costs(self, route: str, inputs: Inputs, volumes: Array) -> Costs:
        return costs(route, self._draws(route, inputs).priced.plan, volumes, inputs.draws)
