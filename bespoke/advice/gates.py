"""Evaluates the gate table: every condition a route must meet, with what was found.

A gate that is not met closes the route, unless the table names the step that meets it (`met_by`): then the step
comes first in the plan. What nobody knows closes nothing; it becomes a question.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, Self

from pydantic import model_validator

from bespoke.advice.routes import Group, Route
from bespoke.advice.situation import CHANGING, LABELS, Situation
from bespoke.facts.reader import Facts, Sourced, rows_of
from bespoke.results import Part
from bespoke.show.filling import filled
from bespoke.show.numbers import decimal, exact, spoken

Verdict = Literal["met", "unmet", "unknown"]
CHECKABLE = ("extraction", *LABELS, "code", "sql")  # kinds whose answers a program can grade


class Gate(Sourced):
    """One condition, for the named routes or for every route of the named groups."""

    gate: str
    routes: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    input: str
    test: Literal["yes", "at_least", "open"]
    value: float | None = None
    threshold: str = ""  # a client may override the value under this name
    met_by: str = ""  # the step that meets it, where one can
    asks: str = ""  # the question to put where nobody knows, and the cheapest way to an answer
    asked_first: bool = False  # unknown, the route stands in no plan: it is a question of law, asked before
    needs: str

    @model_validator(mode="after")
    def _has_one_value(self) -> Self:
        if self.threshold and self.value is not None:
            raise ValueError(f"a value beside threshold {self.threshold} would never be read")
        return self

    def applies_to(self, route: Route) -> bool:
        return route.route in self.routes or route.group in self.groups

    def required(self, facts: Facts) -> float | None:
        """The number the input must reach: a threshold by name, which a client may override, or the gate's own."""
        return facts.threshold(self.threshold) if self.threshold else self.value


class GateOutcome(Part):
    """What one gate said about one route: the condition in words, the input it read and what it found."""

    gate: str
    verdict: Verdict
    needs: str
    input: str
    found: str
    met_by: str = ""
    asks: str = ""
    asked_first: bool = False

    @property
    def closes(self) -> bool:
        """Whether the route cannot be taken: not met, and no step of a plan would meet it."""
        return self.verdict == "unmet" and not self.met_by

    @property
    def holds_back(self) -> bool:
        """Whether the answer has to be there before the route may stand in a plan."""
        return self.verdict == "unknown" and self.asked_first


def gates() -> tuple[Gate, ...]:
    """Every condition, in table order."""
    return rows_of(Gate, "gates")


def evaluate_gates(route: Route, situation: Situation, facts: Facts) -> tuple[GateOutcome, ...]:
    """Every gate of the route, in table order; none is skipped once one has failed."""
    return tuple(_evaluate(gate, route, situation, facts) for gate in gates() if gate.applies_to(route))


def _evaluate(gate: Gate, route: Route, situation: Situation, facts: Facts) -> GateOutcome:
    required = gate.required(facts)
    verdict, found = _judge(gate, required, route, situation, facts)
    needs = _said(gate.needs, "" if required is None else exact(required))
    return GateOutcome(
        gate=gate.gate, verdict=verdict, needs=needs, input=gate.input, found=found,
        met_by=gate.met_by, asks=gate.asks, asked_first=gate.asked_first,
    )  # fmt: skip


def _said(template: str, value: str = "") -> str:
    return _said_in(spoken(), template, value)


# The search for what would change the advice asks the same gates thousands of times.
@lru_cache(maxsize=1 << 10)
def _said_in(locale: str, template: str, value: str) -> str:
    """In the locale that is spoken: it writes the numbers and dates that the template itself holds."""
    return filled(template, value=value)


def _judge(
    gate: Gate, required: float | None, route: Route, situation: Situation, facts: Facts
) -> tuple[Verdict, str]:
    if gate.test == "open":
        return _lifecycle(route)
    if gate.input == "residency":
        return _residency(route, situation)
    value = value_of(gate.input, situation, facts)
    if gate.test == "at_least":
        assert required is not None
        if value is None:
            return "unknown", "not known"
        return ("met" if value >= required else "unmet"), exact(value)
    return verdict_of(value), _found(gate.input, value)


def verdict_of(value: float | bool | None) -> Verdict:
    return "unknown" if value is None else "met" if value else "unmet"


def _found(name: str, value: float | bool | None) -> str:
    """What was found, in words, for a gate that asks for yes."""
    said = NOT_SO.get(name)
    if value is None:
        return "nobody has looked" if name == "free_of_identifiers" else "not known"
    return "yes" if value else said or "no"


NOT_SO = {
    "knowledge_is_stable": "the facts behind the answers change every week or day",
    "free_of_identifiers": "identifiers are in the data",
    "is_labels": "its answers are not labels",
    "is_checkable": "no program can grade its answers",
}


def value_of(name: str, situation: Situation, facts: Facts) -> float | bool | None:
    """An input of the gate table, read off the situation; None is unknown."""
    if name.startswith("access_"):
        return situation.access.get(name.removeprefix("access_"))
    if name == "examples":
        return None if not situation.examples_known else situation.examples
    derived = {
        "knowledge_is_stable": _knowledge_is_stable, "free_of_identifiers": _free_of_identifiers,
        "rag_tried_where_facts_fail": _rag_tried,
    }  # fmt: skip
    if name in derived:
        return derived[name](situation, facts)
    if name == "is_labels":
        return situation.kind in LABELS
    if name == "is_checkable":
        return situation.kind in CHECKABLE
    value: float | bool | None = getattr(situation, name)
    return value


def _knowledge_is_stable(situation: Situation, facts: Facts) -> bool | None:
    """Tuning does not add knowledge: where facts fail or nobody has read the failures, changing ones rule it out."""
    if situation.knowledge_changes not in CHANGING:
        return True if situation.knowledge_changes else None
    return situation.shares is not None and "facts" not in situation.matters(facts)


def _free_of_identifiers(situation: Situation, facts: Facts) -> bool | None:
    if situation.must_deidentify:
        return False
    if situation.sensitive is False or situation.deidentified or situation.identifiers == 0:
        return True
    return None


def _rag_tried(situation: Situation, facts: Facts) -> bool | None:
    """Whether retrieval was tried, where it is needed at all; unknown while the failures are."""
    if situation.shares is None:
        return True if situation.rag_done else None
    return True if "facts" not in situation.matters(facts) else situation.rag_done


def _lifecycle(route: Route) -> tuple[Verdict, str]:
    if route.state == "open":
        return "met", "open"
    if route.state == "unverified":
        return "unknown", _said(route.says)
    return "unmet", _said(route.says) or route.state.replace("_", " ")


def _residency(route: Route, situation: Situation) -> tuple[Verdict, str]:
    if not situation.residency or route.regions == ():
        return "met", "no move of data" if route.regions == () else "no restriction given"
    if route.regions is None:
        return "unknown", "regions not published"
    inside = [region for region in route.regions if region in situation.residency]
    runs, wanted = (", ".join(r.upper() for r in each) for each in (route.regions, situation.residency))
    return ("met" if inside else "unmet"), f"runs in {runs}; allowed: {wanted}"


def latency(expected_ms: tuple[float, float], situation: Situation) -> tuple[GateOutcome, ...]:
    """Whether an expected P95 (low, high) meets the requirement; () where there is none."""
    required = situation.p95_required_ms
    if required is None:
        return ()
    low, high = expected_ms
    verdict: Verdict = "unmet" if low > required else "met" if high <= required else "unknown"
    timed = f"{decimal(low)} ms measured" if low == high else f"{decimal(low)} to {decimal(high)} ms expected"
    found = f"{decimal(required)} ms required, {timed}"
    return (
        GateOutcome(
            gate="latency", verdict=verdict, needs="an answer within the latency that is required", input="latency",
            found=found, asks="Is it fast enough? The estimate straddles the requirement: time it in the test.",
        ),
    )  # fmt: skip
