"""What begins within the next 30 days: action, cost, dates and who does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import cast

from bespoke.advice.plan import Step
from bespoke.chapters.timeline.estimates import TEST
from bespoke.chapters.timeline.result import Action, PhaseTimeline, PlanTimeline
from bespoke.clients.schema import Role
from bespoke.facts.reader import Facts

NEXT = timedelta(days=30)
BUILDING = ("dataset", "training")  # the phases of a model of its own, before it is measured


def next_days(plan: PlanTimeline, start: date, facts: Facts, who: Callable[[str], str]) -> tuple[Action, ...]:
    """Every phase that starts within 30 days of the start at even odds and takes time or money, in order of date.

    `who` names the person who has a role.
    """
    found = [
        Action(
            action=phase.title + (" (if personal data are in the requests)" if phase.if_needed else ""),
            task_id=phase.task_id, cost=phase.cost, start=phase.start_p50, finish=phase.finish_p50,
            role=(role := role_of(phase, facts)), who=who(role),
        )
        for phase in plan.phases
        if (phase.high_days > 0 or phase.cost is not None) and phase.start_p50 < start + NEXT
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda action: (action.start, action.finish)))


def role_of(phase: PhaseTimeline, facts: Facts) -> Role:
    """Who does it, from the table; a phase of the client's own is the client's."""
    return _role("test" if phase.phase.startswith(TEST) else phase.phase, facts)


def roles_of_step(step: Step, facts: Facts) -> tuple[Role, ...]:
    """Who does the work of a step, in order; nobody where nothing is done."""
    if step.kind == "keep":
        return ()
    if step.kind == "build":
        return tuple(dict.fromkeys(_role(name, facts) for name in BUILDING))
    return (_role(step.route if step.kind == "prepare" else "test", facts),)


def days_of_step(step: Step, plan: PlanTimeline) -> float:
    """Working days of a step as the timeline has them: a model of its own waits for its examples."""
    if step.kind != "build":
        return step.days
    return sum(phase.likely_days for phase in plan.phases if phase.phase in BUILDING)


def _role(name: str, facts: Facts) -> Role:
    key = f"phase.{name}.role"
    return cast("Role", facts.fact(key).value) if facts.has(key) else "client"
