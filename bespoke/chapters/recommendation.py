"""Chapter 8: per task a plan with decision points, what it costs and is worth, when it is live, what would flip it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from bespoke.advice import AdvicePlan, feasibility, worth
from bespoke.advice.flips import Flip, flip_points
from bespoke.advice.plan import MoneyRange
from bespoke.advice.routes import routes
from bespoke.advice.situation import Situation
from bespoke.chapters.cost_model.compute import DRAWS, inputs_of
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.chapters.feasibility_pack import FeasibilityPack, pack
from bespoke.chapters.plans import Advised
from bespoke.chapters.timeline.actions import days_of_step, roles_of_step
from bespoke.clients.schema import Client, Task
from bespoke.facts.reader import Facts
from bespoke.results import Part, Result
from bespoke.statistics.interval import Interval
from bespoke.statistics.seed import SEED

if TYPE_CHECKING:
    from bespoke.chapters.cost_model.inputs import Inputs
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.failure_modes import FailureModes
    from bespoke.chapters.task_audit import Audit
    from bespoke.chapters.timeline import Timeline

CONTRACT = "contract_custom_model"
YEAR = 12  # months


class PlanMoney(Part):
    """What the likely end of a plan costs and brings, in the engagement's currency."""

    today: MoneyRange  # a month as it runs
    monthly: MoneyRange  # a month at the likely end
    one_off: MoneyRange  # every step up to it, and the roll-out of what is kept
    first_year: MoneyRange  # one-off and twelve months at the likely end
    today_year: MoneyRange
    payback_months: (
        float | None
    )  # of the one-off by what it saves a month on the bill; None: it saves nothing
    needs_worth: float | None  # what one more right output must be worth for the plan to break even in a year
    gain_of_right: float | None  # what the client says it is worth
    net_year: float | None  # what more right outputs are worth, less the first year beyond today's bill


class TaskAdvice(Part):
    """The engagement's answer for one task."""

    advised: Advised
    money: PlanMoney
    live_p50: date | None  # None where nothing changes
    live_p80: date | None
    flips: tuple[Flip, ...]
    first_days: float  # working days of the first step
    who: str  # does the first step: a person with their role, or the role; empty where nothing is done

    @property
    def task_id(self) -> str:
        return self.advised.task_id

    @property
    def name(self) -> str:
        return self.situation.name

    @property
    def situation(self) -> Situation:
        return self.advised.situation

    @property
    def plan(self) -> AdvicePlan:
        return self.advised.plan

    @property
    def quality(self) -> Interval | None:
        return self.situation.quality


class Recommendation(Result):
    version: ClassVar[int] = 4

    client: str  # the folder's name
    as_of: date
    currency: str
    tasks: tuple[TaskAdvice, ...]
    total: PlanMoney  # of all tasks together
    live_p80: date | None  # of all of them: later than each one's own, as any of them may be the last
    route_names: dict[str, str]
    packs: tuple[FeasibilityPack, ...]  # for tasks whose plan asks for the contract programme

    def also_writes(self) -> dict[str, bytes]:
        """advice.json, for whoever builds on the advice."""
        from bespoke.chapters.advice_file import summary

        text = json.dumps(summary(self.client, self), indent=1, ensure_ascii=False)
        return {"advice.json": text.encode() + b"\n"}

    def task(self, task_id: str) -> TaskAdvice:
        return next(task for task in self.tasks if task.task_id == task_id)


def compute(
    client: Client,
    facts: Facts,
    *,
    audit: Audit,
    failures: FailureModes | None,
    dataset: DatasetReadiness | None,
    timeline: Timeline,
) -> Recommendation:
    """The plan of every task (as the timeline has scheduled it) beside its money, its date and its flip points."""
    found = outcome(client, facts, timeline)
    inputs = inputs_of(client, facts, DRAWS, SEED)
    tasks = tuple(t.model_copy(update={"flips": _flips(client, t, facts, inputs)}) for t in found.tasks)
    asked = {t.task_id for t in tasks if any(step.route == CONTRACT for step in t.plan.steps)}
    packs = tuple(pack(client, t, audit, failures, dataset) for t in client.tasks if t.task_id in asked)
    return found.model_copy(update={"tasks": tasks, "packs": packs, "facts_used": tuple(sorted(facts.used))})


def outcome(client: Client, facts: Facts, timeline: Timeline) -> Recommendation:
    """The same without what would flip a plan, and without packs: what takes the time, and no plan rests on."""
    tasks = tuple(_task(client, one, facts, timeline) for one in timeline.advised)
    changing = any(task.live_p80 for task in tasks)
    return Recommendation(
        client=client.name,
        as_of=facts.as_of,
        currency=client.engagement.currency,
        tasks=tasks,
        total=_total(tasks),
        live_p80=timeline.portfolio.finish.p80 if changing else None,
        route_names={route.route: route.name for route in routes(facts.as_of)},
        packs=(),
        facts_used=tuple(sorted(facts.used)),
    )


def _task(client: Client, advised: Advised, facts: Facts, timeline: Timeline) -> TaskAdvice:
    plan = advised.plan
    changes = any(step.kind != "keep" for step in plan.taken)
    finish = timeline.plan_of(plan.task_id).finish if changes else None
    return TaskAdvice(
        advised=advised,
        money=money_of(plan, advised.situation, facts),
        live_p50=finish.p50 if finish else None,
        live_p80=finish.p80 if finish else None,
        flips=(),
        who=" and ".join(client.engagement.who(role) for role in roles_of_step(plan.first, facts)),
        first_days=days_of_step(plan.first, timeline.plan_of(plan.task_id)),
    )


def _flips(client: Client, task: TaskAdvice, facts: Facts, inputs: Inputs) -> tuple[Flip, ...]:
    own: Task = client.task(task.task_id)
    prices = TaskPrices(client, own, inputs, feasibility.as_it_runs(task.situation))
    return flip_points(task.situation, facts, task.plan, prices.at_volume)


def money_of(plan: AdvicePlan, situation: Situation, facts: Facts) -> PlanMoney:
    """One-off, month, first year, payback and net value of the likely end; each quantity once, for every page."""
    saving = plan.today.expected - plan.monthly.expected
    once = plan.one_off
    gained = _gained(plan, situation, facts)
    gain = worth.gain_of_right(situation)
    beyond = once.expected - YEAR * saving
    return PlanMoney(
        today=plan.today, monthly=plan.monthly, one_off=once,
        first_year=once + plan.monthly.times(YEAR), today_year=plan.today.times(YEAR),
        payback_months=_payback(once.expected, saving),
        needs_worth=beyond / gained if gained > 0 and beyond > 0 else None,
        gain_of_right=gain,
        net_year=None if gain is None else gain * gained - beyond,
    )  # fmt: skip


def _payback(once: float, saving: float) -> float | None:
    """Months; None where nothing is saved or nothing is paid."""
    return round(once / saving, 1) if saving > 0 and once > 0 else None


def _gained(plan: AdvicePlan, situation: Situation, facts: Facts) -> float:
    """Right outputs more in a year at the likely end's likely quality."""
    outlook, today = plan.likely_end.outlook, situation.quality
    if outlook is None or today is None:
        return 0.0
    return max(0.0, outlook.likely - today.estimate) * worth.outputs(situation, facts)


def _total(tasks: tuple[TaskAdvice, ...]) -> PlanMoney:
    """The sums over all tasks. Expected values add up; the ends as if all turned out dear, or cheap, at once."""
    nothing = MoneyRange.nothing()
    sums = {
        name: sum((getattr(t.money, name) for t in tasks), nothing)
        for name in ("today", "monthly", "one_off", "first_year", "today_year")
    }
    saving, once = sums["today"].expected - sums["monthly"].expected, sums["one_off"].expected
    return PlanMoney(
        **sums, payback_months=_payback(once, saving),
        needs_worth=None, gain_of_right=None, net_year=None,
    )  # fmt: skip
