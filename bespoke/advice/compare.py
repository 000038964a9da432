"""What changed in the advice about a task between two situations, and which change caused it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bespoke.advice.case import Case
from bespoke.advice.decide import Advice, decide
from bespoke.advice.routes import routes
from bespoke.facts.reader import Facts


@dataclass(frozen=True)
class Situation:
    """Everything the advice about one task follows from."""

    as_of: date
    case: Case
    cost_of: Mapping[str, float]  # twelve-month cost (P50, USD) per priced route
    thresholds: Mapping[str, float]

    def advice(self) -> Advice:
        return decide(self.case, Facts(self.as_of, dict(self.thresholds)), cost_of=self.cost_of)


@dataclass(frozen=True)
class Change:
    """One task's advice in both situations: what differs, and the smallest set of causes found."""

    task_id: str
    differences: tuple[str, ...]
    causes: tuple[str, ...]  # each alone leads from the old advice to the new one
    together: tuple[str, ...]  # every change, where none of them does it alone


def compare(old: Situation, new: Situation) -> Change:
    """Applies each change alone to the old situation and keeps those that give the new advice."""
    before, after = old.advice(), new.advice()
    differences = _differences(before, after)
    if not differences:
        return Change(new.case.task_id, (), (), ())
    steps = _steps(old, new)
    causes = tuple(words for words, step in steps if not _differences(step.advice(), after))
    return Change(new.case.task_id, differences, causes, () if causes else tuple(words for words, _ in steps))


def _differences(before: Advice, after: Advice) -> tuple[str, ...]:
    found = []
    for name in ("stage", "now", "next"):
        was, becomes = getattr(before, name), getattr(after, name)
        if was != becomes:
            found.append(f"{name}: {was or 'nothing'} -> {becomes or 'nothing'}")
    was_closed, is_closed = ({c.route for c in advice.closed} for advice in (before, after))
    for route in sorted(is_closed - was_closed):
        found.append(f"closed: {route}, which needs {'; '.join(after.closed_because(route))}")
    found += [f"open again: {route}" for route in sorted(was_closed - is_closed)]
    return tuple(found)


def _steps(old: Situation, new: Situation) -> list[tuple[str, Situation]]:
    """Every single change, in words, with the old situation in which only it was made."""
    steps = []
    if old.as_of != new.as_of:
        moved = _moved(old.as_of, new.as_of)
        words = f"the date, {old.as_of} -> {new.as_of}" + (f" ({moved})" if moved else "")
        steps.append((words, Situation(new.as_of, old.case, old.cost_of, old.thresholds)))
    for name in type(old.case).model_fields:
        was, becomes = getattr(old.case, name), getattr(new.case, name)
        if was != becomes:
            case = old.case.model_copy(update={name: becomes})
            steps.append(
                (f"{name}, {was} -> {becomes}", Situation(old.as_of, case, old.cost_of, old.thresholds))
            )
    if dict(old.cost_of) != dict(new.cost_of):
        steps.append(("prices and costs", Situation(old.as_of, old.case, new.cost_of, old.thresholds)))
    if dict(old.thresholds) != dict(new.thresholds):
        steps.append(("thresholds", Situation(old.as_of, old.case, old.cost_of, new.thresholds)))
    return steps


def _moved(old: date, new: date) -> str:
    """The routes whose state is another on the new day."""
    states = {route.route: route.state for route in routes(old)}
    return "; ".join(
        f"{route.route} is {route.state.replace('_', ' ')} since {route.since}"
        for route in routes(new)
        if states.get(route.route) != route.state
    )
