"""A task's routes at volumes other than today's: cost curves, crossings, and from where caching pays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bespoke.advice.candidates import Configuration
from bespoke.chapters.cost_model import levers, route_calls
from bespoke.chapters.cost_model.billing_mode import TokenPlan
from bespoke.chapters.cost_model.break_even import Costs, break_even, costs, grid
from bespoke.chapters.cost_model.pricing import PricedDraws
from bespoke.chapters.cost_model.request import TaskRequest
from bespoke.chapters.cost_model.request_load import hit_rate
from bespoke.chapters.cost_model.result import BreakEven, Curve
from bespoke.chapters.cost_model.task_prices import TaskPrices


class OverVolume:
    """The month of any priced route at every volume of a grid, from the first of the same draws."""

    def __init__(self, prices: TaskPrices, draws: int) -> None:
        self.inputs = prices.inputs.fewer(draws)
        self.prices = TaskPrices(prices.client, prices.task, self.inputs, prices.as_it_runs)
        self.volumes = grid(prices.task.requests_per_day)
        self._costs: dict[str, Costs] = {}

    def curves(self, shown: Mapping[str, PricedDraws]) -> tuple[Curve, ...]:
        return tuple(self._of(key, draws).curve(self.volumes) for key, draws in shown.items())

    def break_even(self, key: str, route: PricedDraws, rival_key: str, rival: PricedDraws) -> BreakEven:
        """From which volume the one costs no more a month than the other."""
        today = self.prices.draws_today.request.volume
        return break_even(self._of(key, route), self._of(rival_key, rival), self.volumes, today)

    def _of(self, key: str, draws: PricedDraws) -> Costs:
        if key not in self._costs:
            own = self.prices.draws(draws.configuration)
            rate = own.own(np.ones(self.inputs.draws))
            self._costs[key] = costs(key, own.priced.plan, self.volumes, self.inputs.draws, rate)
        return self._costs[key]


def caching_pays_from(r: TaskRequest, c: Configuration) -> dict[int, float | None]:
    """Cache lifetime in minutes -> requests a day from which caching costs no more than not caching.

    A hit saves (input - read), a miss costs (write - input): it pays from the hit rate
    (write - input) / (write - read) on, and the hit rate follows from volume and day profile. None where no volume
    reaches it, or the prompt is too short.
    """
    plan = route_calls.priced(r, c).plan
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
