"""What the cost chapter hands on. Money is in the engagement's currency; a month has 30.4 days."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

import numpy as np

from bespoke.advice.candidates import Configuration
from bespoke.chapters.cost_model.inputs import Array
from bespoke.results import Part, Result

Verdict = Literal["same", "cheaper", "dearer", "cannot separate"]


class Band(Part):
    """The 10th, 50th and 90th percentile over the draws, and their mean: what is expected.

    Money prints the mean, since means add up and medians do not; a volume prints the median.
    """

    p10: float
    p50: float
    p90: float
    mean: float

    @classmethod
    def of(cls, draws: Array) -> Band:
        return cls.of_each(draws[:, None])[0]

    @classmethod
    def of_each(cls, draws: Array) -> tuple[Band, ...]:
        """One band for every column of draws by columns, all at once: a percentile is mostly getting ready."""
        found = np.vstack([np.percentile(draws, [10, 50, 90], axis=0), draws.mean(axis=0)]).T
        return tuple(
            cls(p10=rounded(p10), p50=rounded(p50), p90=rounded(p90), mean=rounded(mean))
            for p10, p50, p90, mean in found.tolist()
        )


class Component(Part):
    """One part of a route's cost; the parts are means over the draws, so that they add up."""

    name: str
    monthly: float
    one_off: float


class Driver(Part):
    """How far one uncertain input moves the 12-month cost when all others stay at their median."""

    closed: bool = False  # something known rules it out for the task today
    key: str  # of the fact
    at_p10: float  # over 12 months with the input at its 10th percentile
    at_p90: float

    @property
    def swing(self) -> float:
        return abs(self.at_p90 - self.at_p10)


class RouteCost(Part):
    """One intervention alone, priced as it would run: at the place with least in its way, with the levers that pay.

    Intervals are over the stated uncertainty of the inputs. `added` compares it with today's model and prompt under
    the levers that pay for these, so that what caching or batches save is credited to no other route.
    """

    closed: bool = False  # something known rules it out for the task today
    key: str  # the route, with its model and what it stands on where another row has the same route
    configuration: Configuration
    monthly: Band
    without_levers: Band
    test: Band  # until it is measured on the client's cases
    rollout: Band  # what is then left to go live
    one_off: Band  # both
    life_12: Band
    life_36: Band
    per_request: Band
    per_accepted: Band | None  # None where no quality is known for this route
    accepted_basis: str  # where the quality came from
    versus_today: Verdict  # monthly, draw by draw against as_is
    difference: Band  # monthly cost minus today's
    added: Band  # monthly cost minus that of today's model and prompt with every lever that pays
    versus_levered: Verdict  # the same, draw by draw
    payback_months: float | None  # one-off over what it saves a month; None where it saves nothing
    step: int | None = None  # of the task's plan, from 1
    needs_worth: float | None = (
        None  # of one more right output, for it to break even; None: pays anyway, or never
    )
    test_days: float
    rollout_days: float
    cache_hit_rate: Band | None = None
    cache_ttl_minutes: int | None = None
    units: Band | None = None  # GPUs, copies or model units at peak
    build_up: tuple[Component, ...]
    drivers: tuple[Driver, ...]
    forced_retirements_36: float  # mean number of base models retired within 36 months
    assumptions: tuple[str, ...]  # keys of the facts it rests on
    unpublished: tuple[str, ...]  # of these, the ones nobody publishes: asked from the client
    notes: tuple[str, ...] = ()

    @property
    def route(self) -> str:
        return self.configuration.route

    @property
    def model(self) -> str:
        return self.configuration.model

    @property
    def place(self) -> str:
        return self.configuration.place

    @property
    def levers(self) -> tuple[str, ...]:
        return self.configuration.levers


class UnpricedRoute(Part):
    route: str
    reason: str


class Curve(Part):
    """Monthly cost of a route over volume."""

    route: str
    requests_per_day: tuple[float, ...]
    monthly: tuple[Band, ...]


class BreakEven(Part):
    """The volume from which a route costs no more per month than another."""

    route: str
    against: str
    requests_per_day: Band | None  # None where fewer than half of the draws ever cross
    share_crossing: float  # of the draws, within the range of volumes examined
    reached_share: float  # of the draws in which today's volume is already beyond it


class TaskCost(Part):
    task_id: str
    name: str
    model: str
    place: str  # where it runs today
    place_known: bool  # False: nobody has said, and it is what the client's access suggests
    must_move: bool  # it may not go on running there: residency, agreement or access
    requests_per_day: float
    requests_per_month: float
    requests_per_second_at_peak: float
    input_tokens_p95: float
    smallest_cacheable_tokens: int
    prefix_is_cacheable: bool
    caching_pays_from: dict[int, float | None]  # lifetime in minutes -> requests a day; None: at no volume
    routes: tuple[RouteCost, ...]  # as_is first
    unpriced: tuple[UnpricedRoute, ...]
    cheapest_monthly: str  # key; of the routes that nothing known rules out, as the next but one
    cheapest_same_answers: str  # of those that keep model and prompt: only the bill changes
    cheapest_life_12: str
    not_separable: tuple[str, ...]  # routes that cannot be told from the cheapest over 12 months
    break_evens: tuple[BreakEven, ...]
    curves: tuple[Curve, ...]

    def route(self, key: str) -> RouteCost | None:
        return next((route for route in self.routes if route.key == key), None)

    @property
    def today(self) -> RouteCost:
        return self.routes[0]


class CostModel(Result):
    version: ClassVar[int] = 4

    tasks: tuple[TaskCost, ...]
    as_of: date
    currency: str  # of every amount
    usd_per_unit: Band  # of that currency: vendors are paid in USD
    rate_read_on: date
    rate_source: str
    today_monthly: Band  # all tasks as they run today
    today_monthly_usd: Band
    today_yearly: Band
    same_answers_monthly: Band  # all tasks, each on its cheapest route that keeps model and prompt
    unpublished: tuple[str, ...]  # every unpublished input some total depends on
    own_prices: tuple[str, ...]  # keys of the client's prices that were used
    draws: int
    seed: int

    def task(self, task_id: str) -> TaskCost:
        return next(task for task in self.tasks if task.task_id == task_id)


def rounded(value: float) -> float:
    """Six significant digits: what a float can honestly carry into a saved result."""
    return float(f"{value:.6g}")
