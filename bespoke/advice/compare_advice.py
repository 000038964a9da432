"""What changed in the advice about a task between two reports or days, and which change caused it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bespoke.advice.decide import decide
from bespoke.advice.flips import PricesAt
from bespoke.advice.plan import AdvicePlan, Step
from bespoke.advice.routes import routes
from bespoke.advice.situation import Situation
from bespoke.facts.reader import Facts
from bespoke.show.numbers import day, money

INPUTS = {  # fields of a situation in the words of a report
    "kind": "the kind of task", "model": "the model today", "place": "where it runs", "place_known": "where it runs",
    "requests_per_day": "the requests a day", "output_tokens": "the length of the answers",
    "quality": "the quality today", "target": "the target", "cases": "the test cases",
    "ceiling": "what people agree on", "families": "the failing outputs read", "unmapped": "the failing outputs read",
    "examples": "the training examples", "examples_known": "the training examples",
    "p95_required_ms": "the response time required", "p95_today_ms": "the response time today",
    "p95_measured": "the response time today", "waits": "how long an answer may take",
    "knowledge_changes": "how often the knowledge changes", "prompt_engineering_done": "what was tried with the prompt",
    "rag_done": "what was tried with retrieval", "contains_phi": "the data in the requests",
    "personal_data": "the data in the requests", "identifiers": "the identifiers found",
    "deidentified": "whether identifiers are removed", "access": "what the client may use",
    "agreements": "the agreements signed", "residency": "where data may be processed",
    "tested": "what was measured", "worth": "what an output is worth", "prompt_cached": "whether the prompt is cached",
    "assumed": "what nobody knows yet",
}  # fmt: skip
PLAIN = ("task_id", "name", "evidence")  # fields of a situation that decide nothing


@dataclass(frozen=True)
class Standpoint:
    """Everything the plan of one task follows from, and the day on which it is live."""

    as_of: date
    situation: Situation
    prices: PricesAt
    thresholds: Mapping[str, float]
    live_p80: date | None = None

    def plan(self) -> AdvicePlan:
        return decide(self.situation, Facts(self.as_of, dict(self.thresholds)), self.prices(1.0))


@dataclass(frozen=True)
class AdviceDifference:
    """One task's advice from both standpoints: what differs, and the smallest set of causes found."""

    task_id: str
    differences: tuple[str, ...]
    causes: tuple[str, ...]  # each alone leads from the old advice to the new one
    together: tuple[str, ...]  # every change, where none of them does it alone
    because: tuple[str, ...] = ()  # the causes, or all that lead there together, in the words of a report


def compare(old: Standpoint, new: Standpoint) -> AdviceDifference:
    """Applies each change alone to the old standpoint and keeps those that give the new plan."""
    before, after = old.plan(), new.plan()
    differences = [*_steps(before, after), *_money(before, after), *_dates(old, new), *_closed(before, after)]
    if not differences:
        return AdviceDifference(new.situation.task_id, (), (), ())
    changes = _changes(old, new)
    alone = [change for change in changes if _same(change.applied.plan(), after)]
    causes = tuple(change.words for change in alone)
    together = () if causes else tuple(change.words for change in changes)
    because = tuple(dict.fromkeys(change.plain for change in alone or changes))
    return AdviceDifference(new.situation.task_id, tuple(differences), causes, together, because)


def _same(one: AdvicePlan, other: AdvicePlan) -> bool:
    return not (_steps(one, other) or _money(one, other))


def _steps(before: AdvicePlan, after: AdvicePlan) -> list[str]:
    found = []
    for name, was, becomes in (
        ("first step", before.first, after.first),
        ("likely end", before.likely_end, after.likely_end),
    ):
        if _action(was) != _action(becomes):
            found.append(f"{name}: {_action(was)} -> {_action(becomes)}")
    return found


def _action(step: Step) -> str:
    return f"{step.route} on {step.configuration.model} at {step.configuration.place}"


def _money(before: AdvicePlan, after: AdvicePlan) -> list[str]:
    pairs = (
        ("a month today", before.today.expected, after.today.expected),
        ("a month at the likely end", before.monthly.expected, after.monthly.expected),
        ("once", before.one_off.expected, after.one_off.expected),
    )
    return [f"{name}: {money(a)} -> {money(b)}" for name, a, b in pairs if money(a) != money(b)]


def _dates(old: Standpoint, new: Standpoint) -> list[str]:
    if old.live_p80 == new.live_p80 or old.live_p80 is None or new.live_p80 is None:
        return []
    return [f"live by: {day(old.live_p80)} -> {day(new.live_p80)}"]


def _closed(before: AdvicePlan, after: AdvicePlan) -> list[str]:
    was, now = ({c.route: c for c in plan.closed} for plan in (before, after))
    found = [
        f"closed: {route}, which needs {'; '.join(f'{o.needs} ({o.found})' for o in now[route].outcomes)}"
        for route in sorted(now.keys() - was.keys())
    ]
    return found + [f"open again: {route}" for route in sorted(was.keys() - now.keys())]


@dataclass(frozen=True)
class _Change:
    """One change: in words, in those of a report, and the old standpoint in which only it was made."""

    words: str
    plain: str
    applied: Standpoint


def _changes(old: Standpoint, new: Standpoint) -> list[_Change]:
    changes = []
    if old.as_of != new.as_of:
        moved = _moved(old.as_of, new.as_of)
        words = f"the date, {old.as_of} -> {new.as_of}" + (f" ({moved})" if moved else "")
        changes.append(_Change(words, "the date", replace(old, as_of=new.as_of, prices=new.prices)))
    for name in type(old.situation).model_fields:
        was, becomes = getattr(old.situation, name), getattr(new.situation, name)
        if name not in PLAIN and was != becomes:
            situation = old.situation.at(**{name: becomes})
            words = f"{name}, {was} -> {becomes}"
            changes.append(_Change(words, INPUTS[name], replace(old, situation=situation)))
    # Prices are those at a volume: where that moved, they tell of it.
    more = old.situation.requests_per_day != new.situation.requests_per_day
    plain = "the requests a day, and what they cost" if more else "prices and costs"
    changes.append(_Change("prices and costs", plain, replace(old, prices=new.prices)))
    if dict(old.thresholds) != dict(new.thresholds):
        changes.append(_Change("thresholds", "the thresholds", replace(old, thresholds=new.thresholds)))
    return changes


def _moved(old: date, new: date) -> str:
    """The routes whose state is another on the new day."""
    states = {route.route: route.state for route in routes(old)}
    return "; ".join(
        f"{route.route} is {route.state.replace('_', ' ')} since {route.since}"
        for route in routes(new)
        if states.get(route.route) != route.state
    )
