"""Evaluates the gate table: every condition a route must meet, with what was found."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from bespoke.advice.case import Case
from bespoke.advice.routes import Group, Route
from bespoke.facts.reader import Facts, Sourced, rows_of
from bespoke.results import Part
from bespoke.show.filling import filled
from bespoke.show.numbers import decimal, exact, spoken

Verdict = Literal["met", "unmet", "unknown"]


class Gate(Sourced):
    """One condition, for the named routes or for every route of the named groups."""

    gate: str
    routes: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    input: str
    test: Literal["yes", "at_least", "open"]
    value: float | None = None
    threshold: str = ""  # a client may override `value` under this name
    unless: Literal["", "private_arrangement"] = ""
    needs: str

    def applies_to(self, route: Route) -> bool:
        return route.route in self.routes or route.group in self.groups

    def required(self, facts: Facts) -> float | None:
        return facts.threshold(self.threshold) if self.threshold else self.value


class GateOutcome(Part):
    """What one gate said about one route: the condition in words, the input it read and what it found."""

    gate: str
    verdict: Verdict
    needs: str
    input: str
    found: str


@lru_cache(maxsize=1)
def gates() -> tuple[Gate, ...]:
    return rows_of(Gate, "gates")


def evaluate_gates(route: Route, case: Case, facts: Facts) -> tuple[GateOutcome, ...]:
    """Every gate of the route, in table order; none is skipped once one has failed."""
    return tuple(_evaluate(gate, route, case, facts) for gate in gates() if gate.applies_to(route))


def _evaluate(gate: Gate, route: Route, case: Case, facts: Facts) -> GateOutcome:
    required = gate.required(facts)
    verdict, found = _judge(gate, required, route, case)
    needs = _said(gate.needs, "" if required is None else exact(required))
    return GateOutcome(gate=gate.gate, verdict=verdict, needs=needs, input=gate.input, found=found)


def _said(template: str, value: str = "") -> str:
    return _said_in(spoken(), template, value)


# The search for what would change the advice asks the same gates thousands of times.
@lru_cache(maxsize=1 << 10)
def _said_in(locale: str, template: str, value: str) -> str:
    """In the locale that is spoken: it writes the numbers and dates that the template itself holds."""
    return filled(template, value=value)


def _judge(gate: Gate, required: float | None, route: Route, case: Case) -> tuple[Verdict, str]:
    if gate.test == "open":
        return _lifecycle(gate, route, case)
    if gate.input == "residency":
        return _residency(route, case)
    if gate.input == "waits_a_day":
        waits = case.p95_latency_ms is None
        return ("met" if waits else "unmet"), (
            "no latency requirement" if waits else f"{exact(case.p95_latency_ms or 0)} ms"
        )
    value = _value(gate.input, case)
    if gate.input == "latency_reachable":
        return _verdict(value), _latency_found(case)
    if gate.test == "at_least":
        if value is None:  # only a latency requirement can be absent, and then nothing is required
            return "met", "no requirement"
        assert required is not None
        return ("met" if value >= required else "unmet"), exact(value)
    return _verdict(value), "not known" if value is None else "yes" if value else "no"


def _verdict(value: float | bool | None) -> Verdict:
    return "unknown" if value is None else "met" if value else "unmet"


def _latency_found(case: Case) -> str:
    if case.p95_latency_ms is None:
        return "no requirement"
    if case.shared_p95_ms is None:
        return f"{decimal(case.p95_latency_ms)} ms required, expected time not known"
    low, high = case.shared_p95_ms
    return f"{decimal(case.p95_latency_ms)} ms required, {decimal(low)} to {decimal(high)} ms expected"


def _value(name: str, case: Case) -> float | bool | None:
    if name.startswith("access_"):
        return case.access.get(name.removeprefix("access_"))
    value: float | bool | None = getattr(case, name)
    return value


def _lifecycle(gate: Gate, route: Route, case: Case) -> tuple[Verdict, str]:
    if route.state == "open":
        return "met", "open"
    if route.state == "unverified":
        return "unknown", _said(route.says)
    arranged = route.route == "bedrock_haiku3_sft" and case.access.get("private_haiku_arrangement")
    if gate.unless == "private_arrangement" and arranged:
        return "met", f"private arrangement ({_said(route.says)})"
    return "unmet", _said(route.says) or route.state.replace("_", " ")


def _residency(route: Route, case: Case) -> tuple[Verdict, str]:
    wanted = ", ".join(case.residency)
    if not case.residency or route.regions == ():
        return "met", "no move of data" if route.regions == () else "no restriction given"
    if route.regions is None:
        return "unknown", "regions not published"
    inside = set(route.regions) & {region.lower() for region in case.residency}
    return ("met" if inside else "unmet"), f"runs in {', '.join(route.regions)}; allowed: {wanted}"
