"""Flip points: the smallest change of one input that would change the advice, all else equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bespoke.advice.case import Case
from bespoke.advice.decide import Advice, decide
from bespoke.advice.gates import gates
from bespoke.facts.reader import Facts
from bespoke.results import Part


class Flip(Part):
    """Where one input would change the advice. `at` is None when no value in its range does."""

    input: str
    unit: str
    today: float | None
    at: float | None
    stage: str | None = None
    route: str | None = None


def flip_points(case: Case, facts: Facts, *, cost_of: Mapping[str, float] | None = None) -> tuple[Flip, ...]:
    """One row per numeric input.

    Advice is piecewise constant: it can only change where an input crosses a number some rule compares it
    with. So each such number, and the value just below it, is tried, nearest to today's value first.
    """
    base = decide(case, facts, cost_of=cost_of)
    return tuple(
        _nearest(name, unit, today, set_to, values, case, base, facts, cost_of)
        for name, unit, today, set_to, values in _inputs(case, facts)
    )


Setter = Callable[[Case, float], Case]
Input = tuple[str, str, float | None, Setter, list[float]]


def _inputs(case: Case, facts: Facts) -> list[Input]:
    return [
        ("quality today", "of 1", case.current_quality, _set("current_quality"), _quality_edges(case, facts)),
        ("test cases", "cases", case.test_cases, _set("test_cases", int), _edges("test_cases", facts)),
        ("labelled examples", "examples", case.labelled_examples, _set("labelled_examples", int),
         _edges("labelled_examples", facts)),
        ("latency requirement", "ms", case.p95_latency_ms, _set("p95_latency_ms"),
         _latency_edges(case, facts)),
        ("requests a day", "requests", case.requests_per_day, _set("requests_per_day"),
         _around(case.break_even_per_day)),
        ("tokens a request", "times today's", 1.0, _scale_price, _around(_price_edge(case))),
        ("token price", "times today's", 1.0, _scale_price, _around(_price_edge(case))),
    ]  # fmt: skip


def _set(field: str, kind: Callable[[float], float] = float) -> Setter:
    return lambda case, value: case.model_copy(update={field: kind(value)})


def _scale_price(case: Case, factor: float) -> Case:
    """Dearer or longer requests lower the break-even volume of an own model in proportion.

    For longer ones this holds while the own model's capacity does not have to grow with them.
    """
    if case.break_even_per_day is None:
        return case
    return case.model_copy(update={"break_even_per_day": case.break_even_per_day / factor})


def _price_edge(case: Case) -> float | None:
    return None if case.break_even_per_day is None else case.break_even_per_day / case.requests_per_day


def _quality_edges(case: Case, facts: Facts) -> list[float]:
    if case.target_quality is None:
        return []
    band = case.target_quality * (1 - facts.threshold("keep_optimising_within"))
    return [
        value for edge in (band, case.target_quality) for value in (edge - 0.001, edge) if 0 <= value <= 1
    ]


def _edges(input_name: str, facts: Facts) -> list[float]:
    required = {gate.required(facts) for gate in gates() if gate.input == input_name}
    return [value for edge in sorted(e for e in required if e is not None) for value in (edge - 1, edge)]


def _latency_edges(case: Case, facts: Facts) -> list[float]:
    shared = [value for edge in case.shared_p95_ms or () for value in (edge - 1, edge)]
    return [value for value in (*_edges("p95_latency_ms", facts), *shared) if value > 0]


def _around(edge: float | None) -> list[float]:
    return [] if edge is None or edge <= 0 else [edge * 0.999, edge * 1.001]


def _nearest(
    name: str, unit: str, today: float | None, set_to: Setter, values: Iterable[float],
    case: Case, base: Advice, facts: Facts, cost_of: Mapping[str, float] | None,
) -> Flip:  # fmt: skip
    start = today if today is not None else 0.0
    for value in sorted(values, key=lambda v: abs(v - start)):
        changed = decide(set_to(case, value), facts, cost_of=cost_of)
        if (changed.now, changed.stage) != (base.now, base.stage):
            return Flip(input=name, unit=unit, today=today, at=value, stage=changed.stage, route=changed.now)
    return Flip(input=name, unit=unit, today=today, at=None)
