"""The executive summary: what is decided now, what it comes to, and what has to happen before money is spent."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke import show
from bespoke.advice.gates import GateOutcome
from bespoke.advice.plan import Step
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.display_names import listed
from bespoke.exhibits.quantities import QUALITY
from bespoke.exhibits.recommendation.recommendation_wording import (
    chance,
    counted,
    days,
    end_name,
    step_name,
    who,
)
from bespoke.show import Column
from bespoke.show.numbers import day, money, percent

FIRST = {  # how a task begins, by kind of step, or by what is prepared
    "keep": ("is left as it is", "are left as they are"),
    "measure": ("is measured first", "are measured first"),
    "deidentify": ("has its data de-identified first", "have their data de-identified first"),
    "lever": (
        "gets a cheaper bill with the same answers first",
        "get a cheaper bill with the same answers first",
    ),
    "test": ("starts with a test of a few days", "start with tests of a few days"),
    "build": ("starts with a model of its own", "start with models of their own"),
}
ALL = "All tasks"
ORDER = ("build", "lever", "test", "deidentify", "measure", "keep")
ASSUMED = {
    "kind": "kind of task", "requests_per_day": "requests a day", "peak_to_mean": "busiest hour",
    "system_tokens": "tokens of the fixed prompt", "input_tokens": "input tokens", "output_tokens": "output tokens",
    "model": "model", "metric": "metric",
}  # fmt: skip
MOST = 4  # contradictions on the first pages; the audit has them all


def summary_finding(result: Recommendation) -> None:
    """The whole advice in one sentence: how the tasks begin, and what it all comes to."""
    kinds = [_begins(task.plan.first) for task in result.tasks]
    parts = []
    for kind in (k for k in ORDER if k in kinds):
        n = kinds.count(kind)
        parts.append(f"{counted(n, 'task')} {FIRST[kind][0 if n == 1 else 1]}")
    line = listed(parts)
    show.finding(
        "{line}: {plan_one_off} once in all, and {today_monthly} a month becomes {plan_monthly}",
        line=line[0].upper() + line[1:],
        plan_one_off=money(result.total.one_off.expected),
        today_monthly=money(result.total.today.expected),
        plan_monthly=money(result.total.monthly.expected),
    )


def _begins(step: Step) -> str:
    return step.route if step.kind == "prepare" else step.kind


def summary_text(result: Recommendation) -> None:
    """The sums, and what they rest on."""
    total = result.total
    show.text(
        "Taken together, the plans lead to **{plan_monthly} a month** against {today_monthly} today, after "
        "**{plan_one_off}** once. The first year comes to **{plan_first_year}**, beside {today_yearly} for going on as "
        "today. {payback} {live} To be committed now are the first steps alone: **{first_steps}**.",
        plan_monthly=money(total.monthly.expected), today_monthly=money(total.today.expected),
        plan_one_off=money(total.one_off.expected), plan_first_year=money(total.first_year.expected),
        today_yearly=money(total.today_year.expected), payback=_payback(total.payback_months), live=_live(result),
        first_steps=money(sum(task.plan.first.cost.expected for task in result.tasks)),
    )  # fmt: skip


def _live(result: Recommendation) -> str:
    return (
        ""
        if result.live_p80 is None
        else f"All of it can be live by {day(result.live_p80)} with 80% confidence."
    )


def _payback(months: float | None) -> str:
    if months is None:
        return "The bill alone does not pay it back: what is bought is quality."
    if months > 36:
        years = counted(round(months / 12), "year")
        return f"The bill alone would take {years} to pay it back: what is bought is quality."
    return f"The bill alone pays it back in {counted(max(1, round(months)), 'month')}."


def decisions(result: Recommendation) -> None:
    """What to decide now, task by task: the first step, its cost, who does it, and where the plan probably ends."""
    show.table(
        [
            (
                task.name, step_name(result, task.plan.first), task.plan.first.cost.expected,
                days(task.plan.first.days), who(task.plan.first), end_name(result, task),
            )
            for task in result.tasks
        ],
        label="tbl-summary-decisions",
        caption="What to decide now: the first step of each task, and where its plan probably ends",
        columns=(
            Column(key="task", title="Task"),
            Column(key="first", title="First step"),
            Column(key="cost", title="Cost", unit=result.currency, format="money", digits=0),
            Column(key="days", title="Takes"),
            Column(key="who", title="Who"),
            Column(key="end", title="Probably ends at"),
        ),
        source="the plans of the recommendation; expected cost of the step alone, people included",
    )  # fmt: skip


def at_once(result: Recommendation) -> None:
    """Caching and batches that are switched on beside the plans: the same answers for less, from the first week."""
    found = [(task, task.plan.meanwhile) for task in result.tasks if task.plan.meanwhile is not None]
    for task, lever in found:
        assert lever.monthly is not None
        show.text(
            "**At once, beside the plan: {lever} for {task}.** The same answers cost {less} a month instead of "
            "{today_monthly}, after {once} once; it needs no test of quality.",
            lever=step_name(result, lever, middle=True), task=task.name, less=money(lever.monthly.expected),
            today_monthly=money(task.money.today.expected), once=money(lever.cost.expected + lever.rollout.expected),
        )  # fmt: skip


def outcome(result: Recommendation) -> None:
    """What each plan comes to: quality, month, once, first year, date, chance of the target."""
    rows = [
        (
            task.name, _quality(task), chance(task.plan.probability), task.money.today.expected,
            task.money.monthly.expected, task.money.one_off.expected, task.money.first_year.expected,
            task.live_p80.isoformat() if task.live_p80 else None,
        )
        for task in result.tasks
    ]  # fmt: skip
    total = result.total
    last = result.live_p80.isoformat() if result.live_p80 else None
    rows.append(
        (
            ALL, "", "", total.today.expected, total.monthly.expected, total.one_off.expected,
            total.first_year.expected, last,
        )
    )  # fmt: skip
    unit = result.currency
    show.table(
        rows,
        label="tbl-summary",
        caption="What it comes to: quality, bill and date where each plan probably ends",
        columns=(
            Column(key="task", title="Task"),
            Column(key=QUALITY, title="Quality today, then"),
            Column(key="chance", title="Target reached"),
            Column(key="today_monthly", title="A month today", unit=unit, format="money", digits=0),
            Column(key="plan_monthly", title="A month then", unit=unit, format="money", digits=0),
            Column(key="plan_one_off", title="Once", unit=unit, format="money", digits=0),
            Column(key="plan_first_year", title="First year", unit=unit, format="money", digits=0),
            Column(key="live", title="Live by", unit="P80", format="date"),
        ),
        source="expected values, which add up; ranges stand in the recommendation",
        emphasis=[len(rows) - 1],
    )


def _quality(task: TaskAdvice) -> str:
    today, target, end = task.quality, task.situation.target, task.plan.likely_end.outlook
    left = "not measured" if today is None else percent(today.estimate)
    then = "not known" if end is None else percent(end.likely)
    return f"{left}, {then}" + ("" if target is None else f" of {percent(target)}")


def _out_of_reach(task: TaskAdvice) -> bool:
    """Less than one chance in ten at the likely end, and something is done all the same."""
    reached = task.plan.probability
    return (
        reached is not None
        and reached < 0.1
        and any(step.kind in ("test", "build") for step in task.plan.steps)
    )


def _by_task(said: Sequence[tuple[str, str]], tasks: int, between: str = "; ", after: str = ". ") -> str:
    """`A, B: what is said; C: something else`: every sentence once, with the tasks it is about."""
    about: dict[str, list[str]] = {}
    for name, what in said:
        about.setdefault(what, []).append(name)
    merged: dict[str, list[str]] = {}
    for what, names in about.items():
        merged.setdefault(ALL if len(names) == tasks > 1 else listed(names), []).append(what)
    return after.join(f"{names}: {between.join(whats)}" for names, whats in merged.items())


def _broken(task: TaskAdvice, outcome: GateOutcome) -> str:
    """What was found; of a place that nobody has named, that it is assumed."""
    assumed = outcome.gate in ("residency", "agreement", "access") and not task.situation.place_known
    return f"{outcome.found} (where it runs is assumed)" if assumed else outcome.found


def before_text(result: Recommendation) -> None:
    """What has to be true before money is spent, and what could make the advice wrong."""
    wrong = [(task.name, c.says) for task in result.tasks for c in task.situation.evidence.contradictions]
    against = [(task.name, _broken(task, o)) for task in result.tasks for o in task.plan.today_conditions]
    assumed = [(task.name, listed([ASSUMED[c] for c in task.situation.assumed])) for task in result.tasks]
    asked = [(task.name, q) for task in result.tasks for q in task.plan.questions]
    if against:
        show.text(
            "**What runs today breaks a condition.** {said}.", said=_by_task(against, len(result.tasks))
        )
    if wrong:
        more = len(wrong) - MOST
        show.text(
            "**What does not fit together.** {said}. {more}",
            said=_by_task(wrong[:MOST], len(result.tasks)),
            more=f"{more} more stand{'s' if more == 1 else ''} in the task audit." if more > 0 else "",
        )
    if any(what for _, what in assumed):
        show.text(
            "**What nobody knows yet**, and stands here within wide limits. {said}.",
            said=_by_task([(name, what) for name, what in assumed if what], len(result.tasks)),
        )
    far = [task.name for task in result.tasks if _out_of_reach(task)]
    if far:
        show.text(
            "**A target that is probably out of reach.** {names}: what is open today raises quality and hardly reaches"
            " the target. Decide whether the gain is worth its price without it.",
            names=listed(far),
        )
    if asked:
        every = [question for _, question in asked]
        most = sorted(dict.fromkeys(every), key=lambda q: (-every.count(q), every.index(q)))[:3]
        about = [(name, q) for q in most for name, question in asked if question == q]
        show.text("**To be answered first.** {asked}", asked=_by_task(about, len(result.tasks), " ", " "))
