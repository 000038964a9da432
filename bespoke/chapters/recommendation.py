"""Chapter 7: per task the route to take now, the next one, the closed ones with reasons, and what would flip it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bespoke.advice import Advice, Case, Flip, build_case, decide, flip_points
from bespoke.advice.routes import routes
from bespoke.chapters.cost_model.result import Band, RouteCost
from bespoke.chapters.feasibility import FeasibilityPack, pack
from bespoke.clients.schema import Client, Task
from bespoke.facts.reader import Facts
from bespoke.results import Part, Result
from bespoke.statistics.interval import Interval

if TYPE_CHECKING:
    from bespoke.chapters.cost_model import CostModel
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.failure_modes import FailureModes
    from bespoke.chapters.task_audit import Audit, TaskAudit
    from bespoke.chapters.timeline import Timeline


class Lever(Part):
    """A cost lever that can be pulled beside the route, against today's bill."""

    route: str
    monthly: Band
    versus_today: str  # the cost model's verdict, draw by draw
    saves: Band  # USD a month; negative where it costs more


class TaskAdvice(Part):
    """The engagement's answer for one task."""

    task_id: str
    name: str
    case: Case
    advice: Advice
    monthly: Band | None  # of the route to take now; None where it cannot be priced
    monthly_today: Band | None
    one_off: Band | None
    unpublished: tuple[str, ...]  # inputs of that price nobody publishes
    live_p50: date
    live_p80: date
    quality: Interval | None
    target: float | None
    test_cases: int
    levers: tuple[Lever, ...]
    flips: tuple[Flip, ...]
    open_questions: tuple[str, ...]

    @property
    def main_flip(self) -> Flip | None:
        """The flip point nearest to today, by relative change; None when nothing in range changes the advice.

        Data that is there does not go away: fewer test cases or examples than today are left aside.
        """
        found = [flip for flip in self.flips if flip.at is not None and not _loses_data(flip)]
        return min(found, key=_distance) if found else None


class Recommendation(Result):
    as_of: date
    tasks: tuple[TaskAdvice, ...]
    route_names: dict[str, str]
    packs: tuple[FeasibilityPack, ...]  # for tasks whose first or next step is the contract programme

    def task(self, task_id: str) -> TaskAdvice:
        return next(task for task in self.tasks if task.task_id == task_id)


def cases(
    client: Client, facts: Facts, audit: Audit, failures: FailureModes | None, cost: CostModel
) -> dict[str, Case]:
    """The case of every task, from the results of the earlier chapters; keyed by task_id."""
    found = {}
    for task in client.tasks:
        volume, crosses = break_even(cost, task.task_id, facts)
        found[task.task_id] = build_case(
            client,
            task,
            family=failures.main_family(task.task_id) if failures else None,
            shared_p95_ms=audit.task(task.task_id).shared_p95_ms,
            break_even_per_day=volume,
            breaks_even=crosses,
        )
    return found


def advise(
    client: Client, facts: Facts, audit: Audit, failures: FailureModes | None, cost: CostModel
) -> dict[str, Advice]:
    """The advice for every task; the timeline asks it which phases to plan."""
    return {
        task_id: decide(case, facts, cost_of=yearly_cost(cost, task_id))
        for task_id, case in cases(client, facts, audit, failures, cost).items()
    }


def compute(
    client: Client,
    facts: Facts,
    *,
    audit: Audit,
    failures: FailureModes | None,
    dataset: DatasetReadiness | None,
    cost: CostModel,
    timeline: Timeline,
) -> Recommendation:
    """Advice, trace and flip points of every task, beside its cost and date."""
    by_task = cases(client, facts, audit, failures, cost)
    tasks = tuple(
        _task(task, by_task[task.task_id], facts, audit.task(task.task_id), cost, timeline)
        for task in client.tasks
    )
    asked = {t.task_id for t in tasks if "contract_custom_model" in (t.advice.now, t.advice.next)}
    return Recommendation(
        as_of=facts.as_of,
        tasks=tasks,
        route_names={route.route: route.name for route in routes(facts.as_of)},
        packs=tuple(
            pack(client, task, audit, failures, dataset) for task in client.tasks if task.task_id in asked
        ),
        facts_used=tuple(sorted(facts.used)),
    )


def _task(
    task: Task, case: Case, facts: Facts, audit: TaskAudit, cost: CostModel, timeline: Timeline
) -> TaskAdvice:
    yearly = yearly_cost(cost, task.task_id)
    advice = decide(case, facts, cost_of=yearly)
    chosen, today = _priced(cost, task.task_id, advice.now), _priced(cost, task.task_id, "as_is")
    finish = timeline.plan_of(task.task_id).finish
    return TaskAdvice(
        task_id=task.task_id,
        name=task.name,
        case=case,
        advice=advice,
        monthly=chosen and (chosen.monthly_cached or chosen.monthly),
        monthly_today=today and today.monthly,
        one_off=chosen and chosen.one_off,
        unpublished=chosen.unpublished if chosen else (),
        live_p50=finish.p50,
        live_p80=finish.p80,
        quality=audit.quality_interval,
        target=task.target_quality,
        test_cases=task.test_cases,
        levers=_levers(cost, task.task_id, advice),
        flips=flip_points(case, facts, cost_of=yearly),
        open_questions=_open_questions(advice),
    )


def break_even(cost: CostModel, task_id: str, facts: Facts) -> tuple[float | None, bool | None]:
    """Requests a day (P50) from which the cheapest own model costs less, and whether any volume examined does."""
    hosted = {route.route for route in routes(facts.as_of) if route.group == "hosting"}
    found = [b for b in cost.task(task_id).break_evens if b.route in hosted]
    volumes = [b.requests_per_day.p50 for b in found if b.requests_per_day is not None]
    return (min(volumes), True) if volumes else (None, False if found else None)


def yearly_cost(cost: CostModel, task_id: str) -> dict[str, float]:
    """Twelve-month cost (P50, USD) of every priced route of the task."""
    return {route.route: route.life_12.p50 for route in cost.task(task_id).routes}


def _priced(cost: CostModel, task_id: str, route: str) -> RouteCost | None:
    return cost.task(task_id).route(route)


def _levers(cost: CostModel, task_id: str, advice: Advice) -> tuple[Lever, ...]:
    """Caching, batches and a smaller model where they are priced and not closed to the task."""
    closed = {c.route for c in advice.closed}
    found = []
    for name in ("prompt_caching", "batch", "smaller_model"):
        priced = cost.task(task_id).route(name)
        if priced is None or name in closed or name == advice.now:
            continue
        gap = priced.difference
        saves = Band(p10=-gap.p90, p50=-gap.p50, p90=-gap.p10)
        found.append(Lever(route=name, monthly=priced.monthly, versus_today=priced.versus_today, saves=saves))
    return tuple(found)


def _open_questions(advice: Advice) -> tuple[str, ...]:
    """What nobody has said yet and the decision or the route depends on, in words."""
    words = {
        "prompt_engineering_done": "Was prompt engineering tried and measured?",
        "rag_done": "Was retrieval tried where facts fail?",
        "facts_fail": "Which failure family leads? No failing output of this task is mapped.",
        "pressure": "Can a shared model answer fast enough? The estimate straddles the requirement: measure it.",
    }
    inputs = advice.decision.inputs
    relevant = {name for outcome in advice.decision.outcomes for name in outcome.missing}
    if inputs["facts_fail"] == "no":
        relevant.discard("rag_done")  # retrieval is asked for only where facts fail
    asked = [text for name, text in words.items() if inputs[name] == "unknown" and name in relevant]
    told = {"latency"} if words["pressure"] in asked else set()
    return (*asked, *(f"To be confirmed: {o.needs}." for o in advice.conditions if o.gate not in told))


def _loses_data(flip: Flip) -> bool:
    counted = flip.input in ("test cases", "labelled examples")
    return counted and flip.at is not None and flip.at < (flip.today or 0)


def _distance(flip: Flip) -> float:
    """Relative change from today; an input that is absent today counts as far away."""
    if flip.today is None or flip.at is None or flip.today == 0:
        return 10.0
    return abs(flip.at - flip.today) / abs(flip.today)
