"""The plan of each task, step by step: cost, chance, stop and else."""

from __future__ import annotations

from bespoke import show
from bespoke.advice.plan import Step
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.display_names import chance, listed, place_name, slug
from bespoke.exhibits.recommendation.recommendation_wording import amount_range, counted, end_name, step_name
from bespoke.show import Column, columns
from bespoke.show.numbers import day, decimal, money, percent
from bespoke.show.style import FAMILY_NAME


def finding(result: Recommendation) -> None:
    """How many plans hold a model of their own, and what stands before it."""
    built = [t for t in result.tasks if any(s.kind == "build" for s in t.plan.steps)]
    ends = [t for t in result.tasks if t.plan.likely_end.kind == "build"]
    if not built:
        show.finding("No plan needs a model of its own: measuring and a few days of tests decide every task")
    elif not ends:
        verb = "holds" if len(built) == 1 else "hold"
        line = f"{counted(len(built), 'plan')} {verb} a model of its own, after cheaper tests"
        show.finding("{line}; none of them is where it probably ends", line=line[0].upper() + line[1:])
    else:
        verb = "ends" if len(ends) == 1 else "end"
        show.finding(
            "{names} probably {verb} at a model of its own", names=listed([t.name for t in ends]), verb=verb
        )


def plans(result: Recommendation) -> None:
    for task in result.tasks:
        _plan(result, task)


def _plan(result: Recommendation, task: TaskAdvice) -> None:
    """One task: the plan in a paragraph, then its steps."""
    show.text("**{name}.** {words}", name=task.name, words=plan_words(result, task))
    steps = numbered(task)
    if not steps:
        return
    rows = [
        (
            number or "at once", step_name(result, step), place_name(step.configuration.place),
            *what_it_takes(step), step.needs_worth,
        )
        for number, step in steps
    ]  # fmt: skip
    unit = result.currency
    show.table(
        rows,
        label=f"tbl-plan-{slug(task.task_id)}",
        caption=f"{task.name}: the steps in order, each taken only where those before it fell short",
        columns=(
            *columns(n="Step", what="What", place="Where"),
            *columns_of_steps(unit),
            Column(key="reached", title="Target reached by then"),
            Column(
                key="worth",
                title="Pays from a worth of",
                unit=f"{unit} per right output",
                format="money",
                digits=2,
            ),
        ),
        source="effects, prices and gates of the fact tables; how the order is computed stands under Methods",
        emphasis=[i for i, (_, step) in enumerate(steps) if step is task.plan.likely_end],
    )


def numbered(task: TaskAdvice) -> list[tuple[str, Step]]:
    """What a task's plan does, with the number of each step; what is switched on beside it comes first and has none."""
    beside = [("", task.plan.meanwhile)] if task.plan.meanwhile else []
    steps = (step for step in task.plan.steps if step.kind != "keep")
    return [*beside, *((decimal(n), step) for n, step in enumerate(steps, start=1))]


def columns_of_steps(currency: str) -> tuple[Column, ...]:
    """Of what a step takes and brings, but for the chance of the target."""
    return (
        *columns("money", unit=currency, cost="To find out", rollout="To go live", month="A month then"),
        *columns("percent", quality="Quality after it", low="Low", high="High"),
    )


def what_it_takes(step: Step) -> tuple[float | str | None, ...]:
    """What a step costs, the quality expected after it and between what, and the chance of the target by then; quality
    and chance only where it can change them."""
    month, after = step.monthly.expected if step.monthly else None, step.outlook
    quality = (None, None, None) if after is None else (after.likely, after.low, after.high)
    reached = chance(step.reached) if step.kind in ("test", "build") else None
    return (step.cost.expected, step.rollout.expected or None, month, *quality, reached)


def plan_words(result: Recommendation, task: TaskAdvice) -> str:
    """The plan as a paragraph: the first step and why, the likely end, money, date, and what lies beyond."""
    plan = task.plan
    if plan.first.kind == "keep":
        return _kept(task)
    end = end_name(result, task, middle=True)
    reached = f", with a chance of {chance(plan.probability)} of reaching the target"
    parts = [
        _first(result, plan.first),
        f"It probably ends at {end}{'' if plan.probability is None else reached}",
    ]
    money_words = (
        f"{money(task.money.monthly.expected)} a month ({amount_range(task.money.monthly)}) against"
        f" {money(task.money.today.expected)} today, {money(task.money.one_off.expected)} once"
    )
    date = f", live by {day(task.live_p80)} with 80% confidence" if task.live_p80 else ""
    builds = [s for s in plan.steps[plan.end + 1 :] if s.kind == "build" and s.needs_worth]
    tail = ""
    if builds:
        name = step_name(result, builds[0], middle=True)
        tail = (
            f" Beyond that, {name} is a decision of its own: it pays only where one more right output is worth"
            f" {money(builds[0].needs_worth or 0.0)} or more."
        )
    found_out = sum(step.kind in ("prepare", "test", "build") for step in plan.steps) > 1
    spend = f" The tests are expected to cost {money(plan.expected_spend)} of that." if found_out else ""
    return f"{'. '.join(parts)}: {money_words}{date}.{spend}{tail}"


def _first(result: Recommendation, step: Step) -> str:
    name = step_name(result, step, middle=True)
    why = f", because {step.why}" if step.why else ""
    families = listed([f"“{FAMILY_NAME[f].lower()}”" for f in step.speaks_to])
    speaks = f" It is aimed at the failures called {families}." if step.speaks_to else ""
    if step.route == "measure":
        return f"Measure first{why}"
    verb = {"prepare": "First", "lever": "First", "test": "Test first", "build": "Build"}[step.kind]
    return f"{verb}: {name}{why}.{speaks}".rstrip(".")


def _kept(task: TaskAdvice) -> str:
    quality, target = task.quality, task.situation.target
    if quality is not None and target is not None and quality.estimate >= target:
        return (
            f"Leave it as it is: quality is {percent(quality.estimate)} against a target of {percent(target)}, and"
            " nothing cheaper pays for the change."
        )
    return (
        f"Leave it as it is: at {money(task.money.today.expected)} a month and this volume no step pays for itself"
        " at what a right output is worth, or may cost at most."
    )
