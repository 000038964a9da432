"""Flip points: the smallest change of one input that changes the first step or the likely end, all else equal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bespoke.advice.decide import decide
from bespoke.advice.plan import AdvicePlan, Prices
from bespoke.advice.situation import Situation
from bespoke.facts.reader import Facts
from bespoke.results import Part
from bespoke.statistics.interval import Interval

FACTORS = (1.5, 3.0, 10.0, 100.0)  # how far from today an amount is tried, either way
POINTS = (0.02, 0.05, 0.1, 0.2)  # how far a quality is
SLOWEST_MS = 30_000.0  # a requirement that nothing here fails: where none is stated the search starts there
HALVINGS = 5  # of the step in which the advice changes

PricesAt = Callable[[float], Prices]  # prices at a multiple of today's volume


class Flip(Part):
    """Where one input would change the plan, and to what."""

    input: str
    unit: str
    today: float | None
    at: float
    first: str  # route ids under the changed input
    end: str
    model: str  # at the likely end then
    place: str


Setter = Callable[[Situation, float], Situation]
Varied = tuple[str, str, float | None, float, Setter, list[float]]  # input, unit, today, where to start, ...


def flip_points(situation: Situation, facts: Facts, base: AdvicePlan, prices: PricesAt) -> tuple[Flip, ...]:
    """One row per input that changes the first step or the likely end somewhere in its range; an input that leads to
    the same action everywhere has none. Volume is priced at every point tried, other inputs leave prices as they are.
    """
    found = (_nearest(varied, situation, facts, base, prices) for varied in _inputs(situation))
    return tuple(flip for flip in found if flip is not None)


def _inputs(s: Situation) -> Iterator[Varied]:
    hand = s.worth.person_hour / 6  # ten minutes: what a right output may cost while nobody has said more
    worth = s.worth.right or hand
    latency = s.p95_required_ms or SLOWEST_MS
    if s.quality is not None:
        today = s.quality.estimate
        yield "quality today", "of 1", today, today, _quality, _around(today)
    if s.target is not None:
        yield "target", "of 1", s.target, s.target, lambda one, v: one.at(target=v), _around(s.target)
    n, there = s.requests_per_day, s.examples
    more = [float(v) for v in (32, 200, 500, 1000, 10_000) if v > there]  # what is there does not go away
    yield "requests a day", "requests", n, n, lambda one, v: one.at(requests_per_day=v), _times(n)
    yield "worth of a right output", "money", s.worth.right, worth, _worth, _times(worth)
    yield "labelled examples", "examples", there, there, lambda one, v: one.at(examples=int(v)), more
    yield "latency requirement", "ms", s.p95_required_ms, latency, _latency, _times(latency)


def _quality(s: Situation, value: float) -> Situation:
    assert s.quality is not None
    half = s.quality.half_width
    return s.at(quality=Interval(estimate=value, low=max(0.0, value - half), high=min(1.0, value + half)))


def _latency(s: Situation, value: float) -> Situation:
    return s.at(p95_required_ms=value)


def _worth(s: Situation, value: float) -> Situation:
    return s.at(worth=s.worth.model_copy(update={"right": value}))


def _around(value: float) -> list[float]:
    tried = [value + sign * step for step in POINTS for sign in (1, -1)]
    return [v for v in tried if 0 < v < 1]


def _times(value: float) -> list[float]:
    return [value * factor for step in FACTORS for factor in (step, 1 / step)]


def _nearest(varied: Varied, s: Situation, facts: Facts, base: AdvicePlan, prices: PricesAt) -> Flip | None:
    name, unit, today, start, set_to, values = varied
    plain = prices(1.0)

    def plan_at(value: float) -> AdvicePlan:
        at = set_to(s, value)
        there = prices(value / s.requests_per_day) if name == "requests a day" else plain
        return decide(at, facts, there, steps_only=True)

    for value in sorted(values, key=lambda v: max(v / start, start / v) if start else v):
        changed = plan_at(value)
        if not same(changed, base):
            at, plan = _halved(start, value, changed, plan_at, base)
            ends = plan.likely_end.configuration
            return Flip(
                input=name, unit=unit, today=today, at=at, first=plan.first.route, end=plan.end_route,
                model=ends.model, place=ends.place,
            )  # fmt: skip
    return None


def _halved(
    inside: float, outside: float, plan: AdvicePlan, plan_at: Callable[[float], AdvicePlan], base: AdvicePlan
) -> tuple[float, AdvicePlan]:
    """The change found closer to today, by halving the step between the last value that changes nothing and the first
    that does, which leads to `plan`."""
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        tried = plan_at(middle)
        if same(tried, base):
            inside = middle
        else:
            outside, plan = middle, tried
    return float(f"{outside:.3g}"), plan


def same(one: AdvicePlan, other: AdvicePlan) -> bool:
    """Whether two plans lead to the same first step and the same likely end, model and place included."""
    return _actions(one) == _actions(other)


def _actions(plan: AdvicePlan) -> tuple[str, ...]:
    first, end = plan.first.configuration, plan.likely_end.configuration
    return plan.first.route, first.model, first.place, plan.end_route, end.model, end.place
