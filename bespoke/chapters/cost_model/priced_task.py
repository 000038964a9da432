"""One task while it is priced on every route, before its arrays are summed up."""

from __future__ import annotations

from collections.abc import Container, Iterable
from math import isfinite

from bespoke.advice import Step, decide, feasibility
from bespoke.advice.candidates import Configuration, Intervention, interventions
from bespoke.advice.feasibility import Placed
from bespoke.advice.situation import Situation
from bespoke.chapters.cost_model import levers, pricing, route_calls
from bespoke.chapters.cost_model.accepted_share import Quality
from bespoke.chapters.cost_model.billing_mode import AlwaysOnPlan, ImportPlan, TokenPlan
from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.chapters.cost_model.over_volume import OverVolume, caching_pays_from
from bespoke.chapters.cost_model.request import NotPriced, TaskRequest, smallest_cacheable
from bespoke.chapters.cost_model.request_load import SECONDS_PER_DAY
from bespoke.chapters.cost_model.result import BreakEven, Curve, RouteCost, TaskCost, UnpricedRoute, rounded
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.clients.schema import Client, Task
from bespoke.facts.price_book import canonical
from bespoke.show.numbers import decimal

CURVE_DRAWS = 400  # enough for a band; the curve has many points
PRICED_STEPS = ("lever", "test", "build")
KIND_OF_ANSWER = (
    "is_labels",
    "is_checkable",
)  # conditions of the task itself: they keep it from ever being built
OF_PLACE = ("residency", "agreement", "access")  # gates that say where a task may run


class PricedTask:
    """All routes of one task under all draws."""

    def __init__(
        self, client: Client, task: Task, inputs: Inputs, situation: Situation, quality: Quality
    ) -> None:
        self.client, self.task, self.inputs, self.quality = client, task, inputs, quality
        self.situation = situation
        self.prices = TaskPrices(client, task, inputs, feasibility.as_it_runs(situation))
        self.priced: dict[str, pricing.PricedDraws] = {}  # by key, as RouteCost has it
        self.closed: set[str] = set()  # keys of what something known rules out
        self.unpriced: list[UnpricedRoute] = []
        for placed in self._configurations():
            self._price(placed)

    @property
    def today(self) -> Array:
        return self.priced["as_is"].monthly

    @property
    def same_answers(self) -> Array:
        return self.priced[self._cheapest(route_calls.SAME_MODEL_SAME_PROMPT)].monthly

    def result(self) -> TaskCost:
        """Everything the chapter says of the task; its plan is asked for the value that each step needs."""
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
            place=self.situation.place,
            place_known=self.situation.place_known,
            must_move=any(
                o.gate in OF_PLACE for o in feasibility.today(self.situation, self.inputs.facts).broken
            ),
            requests_per_day=self.task.requests_per_day,
            requests_per_month=round(self.task.requests_per_day * as_is.load.days, 1),
            requests_per_second_at_peak=float(f"{peak:.4g}"),
            input_tokens_p95=round(self.task.input_tokens * self.inputs.facts.number("cost.p95_to_mean")),
            smallest_cacheable_tokens=smallest,
            prefix_is_cacheable=isinstance(plain, TokenPlan)
            and levers.caching_allowed(plain, own.configuration, as_is),
            caching_pays_from=caching_pays_from(as_is, own.configuration),
            routes=self._routes(),
            unpriced=tuple(self.unpriced),
            cheapest_monthly=self._cheapest(self._open()),
            cheapest_same_answers=self._cheapest(route_calls.SAME_MODEL_SAME_PROMPT),
            cheapest_life_12=best_life,
            not_separable=unclear,
            break_evens=break_evens,
            curves=curves,
        )

    def _routes(self) -> tuple[RouteCost, ...]:
        """Every route alone, then what the plan adds to these: a step with several remedies, or on top of another."""
        plan = decide(self.situation, self.inputs.facts, self.prices)
        numbered = [(n, step) for n, step in enumerate(plan.steps, 1) if step.kind in PRICED_STEPS]
        steps = {_identity(step.configuration): (n, step) for n, step in numbered}
        shown = dict(self.priced)
        for _, step in steps.values():
            if _identity(step.configuration) not in map(_what, shown.values()):
                shown[self._key(step.configuration, shown)] = self.prices.draws(step.configuration)
        return tuple(self._summary(key, draws, steps.get(_what(draws))) for key, draws in shown.items())

    def _summary(self, key: str, draws: pricing.PricedDraws, found: tuple[int, Step] | None) -> RouteCost:
        alone = pricing.summary(draws, self.prices.reference, self.quality, key)
        alone = alone.model_copy(update={"closed": key in self.closed})
        if found is None:
            return alone
        number, step = found
        needs = step.needs_worth if step.needs_worth is not None and isfinite(step.needs_worth) else None
        return alone.model_copy(update={"step": number, "needs_worth": needs and rounded(needs)})

    def _configurations(self) -> Iterable[Placed]:
        """As it runs today; the levers on that; then every intervention alone, where it would be placed."""
        today, facts = self.prices.as_it_runs, self.inputs.facts
        yield Placed(configuration=today, outcomes=())
        yield Placed(configuration=today.model_copy(update={"route": levers.CACHING}), outcomes=())
        for one in (*_every_prompt_remedy(), *interventions(self.situation, facts)):
            yield feasibility.place(one, today, self.situation, facts)

    def _price(self, placed: Placed) -> None:
        configuration, name = placed.configuration, placed.configuration.route
        if name in self.priced and configuration.model == self.priced[name].configuration.model:
            return
        if unfit := next((o.found for o in placed.closed if o.input in KIND_OF_ANSWER), ""):
            self.unpriced.append(UnpricedRoute(route=name, reason=unfit))
            return
        try:
            found = self.prices.draws(configuration)
        except NotPriced as reason:
            if not any(u.route == name for u in self.unpriced):
                self.unpriced.append(UnpricedRoute(route=name, reason=str(reason)))
            return
        if name == levers.CACHING:
            self._lever(found)
        elif _what(found) not in map(_what, self.priced.values()):
            key = self._key(configuration, self.priced)
            self.priced[key] = found
            if placed.closed:
                self.closed.add(key)

    @staticmethod
    def _key(c: Configuration, taken: Container[str]) -> str:
        """The shortest name that nothing else has."""
        names = (c.route, f"{c.route}:{c.model}", f"{c.route}:{c.model}:{'+'.join(c.remedies)}")
        return next((name for name in names if name not in taken), names[-1])

    def _lever(self, found: pricing.PricedDraws) -> None:
        """The levers on today's calls, each under its own name; where one does not pay, why."""
        r, on = found.request, found.configuration.levers
        for name in (levers.CACHING, levers.BATCH):
            if name in on:
                self.priced[name] = found if on[0] == name else self._only(name, found)
            else:
                self.unpriced.append(UnpricedRoute(route=name, reason=_why_not(name, found, r)))

    def _only(self, name: str, found: pricing.PricedDraws) -> pricing.PricedDraws:
        configuration = self.prices.as_it_runs.model_copy(update={"route": name, "levers": (name,)})
        return self.prices.draws(configuration)

    def _open(self) -> list[str]:
        return [key for key in self.priced if key not in self.closed]

    def _cheapest(self, among: Iterable[str]) -> str:
        """Of the priced routes among these, the one of least expected monthly cost."""
        priced = [route for route in among if route in self.priced]
        return min(priced, key=lambda route: float(self.priced[route].monthly.mean()))

    def _cheapest_life(self) -> tuple[str, tuple[str, ...]]:
        """The open route of least expected cost over 12 months, and those that cannot be told from it."""
        lives = {key: self.priced[key].life(12) for key in self._open()}
        best = min(lives, key=lambda route: float(lives[route].mean()))
        unclear = [r for r in lives if pricing.verdict(lives[r] - lives[best]) == "cannot separate"]
        return best, tuple(unclear)

    def _over_volume(self) -> tuple[tuple[Curve, ...], tuple[BreakEven, ...]]:
        """Today, the cheapest open token route and capacity over volume, and their crossings; of capacity that is
        closed to the task, only where there is none that is open."""
        plans = {key: draws.priced.plan for key, draws in self.priced.items()}
        token = self._cheapest(key for key in self._open() if isinstance(plans[key], TokenPlan))
        unchanged = self._cheapest(route_calls.SAME_MODEL_SAME_PROMPT)
        capacity = [key for key, plan in plans.items() if isinstance(plan, AlwaysOnPlan | ImportPlan)]
        capacity = [key for key in capacity if key not in self.closed] or capacity
        capacity = sorted(capacity, key=lambda key: float(self.priced[key].life(12).mean()))[:2]
        over = OverVolume(self.prices, CURVE_DRAWS)
        curves = over.curves({key: self.priced[key] for key in ("as_is", unchanged, token, *capacity)})
        rivals = tuple(dict.fromkeys([unchanged, token]))
        crossings = (over.break_even(a, self.priced[a], b, self.priced[b]) for a in capacity for b in rivals)
        return curves, tuple(crossings)


def _identity(c: Configuration) -> tuple[str, str, tuple[str, ...]]:
    """What tells one row of the chapter from another; which levers pay, and whether it was tested, follow from it."""
    return c.route, c.model, c.remedies


def _what(draws: pricing.PricedDraws) -> tuple[str, str, tuple[str, ...]]:
    return _identity(draws.configuration)


def _every_prompt_remedy() -> list[Intervention]:
    """Each remedy alone, whatever the failures say: the cost chapter shows what every one of them would cost."""
    prompt = ("prompt_engineering", "few_shot", "glossary", "structured_output", "operator_configuration")
    found = [Intervention(route=route, group="prompt", remedies=(route,)) for route in prompt]
    more = ("extended_thinking", "generator_critic")
    found += [Intervention(route=route, group="inference", remedies=(route,)) for route in more]
    return [*found, Intervention(route="rag", group="retrieval", remedies=("rag",))]


def _why_not(name: str, found: pricing.PricedDraws, r: TaskRequest) -> str:
    if name == levers.BATCH:
        return levers.why_no_batch(found.configuration, r) or "batches would save nothing here"
    smallest = smallest_cacheable(r.inputs, r.task.model)
    if r.task.system_tokens < smallest:
        return (
            f"the fixed prompt has {decimal(r.task.system_tokens)} tokens, {r.task.model} caches from "
            f"{decimal(smallest)}: it would silently not be cached"
        )
    return "at this volume the cache is cold too often: writing it would cost more than reading it saves"
