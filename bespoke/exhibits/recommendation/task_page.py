"""One task at a time: the gap, how it fails, the plan, what else is open, and what would change it."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.cost_model import CostModel
from bespoke.chapters.failure_modes import FailureModes
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.chapters.task_audit import Audit
from bespoke.exhibits.display_names import listed, metric_name, place_name, slug
from bespoke.exhibits.recommendation.flip_points import change
from bespoke.exhibits.recommendation.recommendation_wording import counted, step_name, stops
from bespoke.exhibits.recommendation.steps import columns_of_steps, numbered, plan_words, what_it_takes
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal, percent
from bespoke.show.style import FAMILY_NAME

FEW = 3  # families, changes and questions; the evidence volume has them all


def task_pages(result: Recommendation, audit: Audit, failures: FailureModes | None, cost: CostModel) -> None:
    """Every task's page, in the order of the task list."""
    for task in result.tasks:
        show.text("## {name}", name=task.name)
        show.text("{where} {speed}", where=_where(task), speed=_speed(task))
        _gap(task, audit.task(task.task_id).metric)
        _failing(task, failures)
        show.text("**The plan.** {words}", words=plan_words(result, task))
        _steps(result, task)
        _alternatives(task, cost)
        _open(result, task)


def _where(task: TaskAdvice) -> str:
    s = task.situation
    place = place_name(s.place) if s.place_known else f"{place_name(s.place)} (assumed)"
    return f"{decimal(s.requests_per_day)} requests a day run on {s.model}, {place}."


def _speed(task: TaskAdvice) -> str:
    """How long 95 of 100 answers take at most, in seconds, and what is allowed."""
    low, high = (decimal(ms / 1000, digits=1) for ms in task.situation.p95_today_ms)
    takes = f"within {low} seconds" if low == high else f"within {low} to {high} seconds (assumed)"
    needed = task.situation.p95_required_ms
    allowed = "no limit is set" if needed is None else f"{decimal(needed / 1000, digits=1)} are allowed"
    return f"Of 100 answers 95 come {takes}; {allowed}."


def _gap(task: TaskAdvice, metric: str) -> None:
    """Quality today, by what and how that is known, and the target."""
    quality, target, cases = task.quality, task.situation.target, task.situation.cases
    aim = "there is no target" if target is None else f"the target is {percent(target)}"
    if quality is None:
        show.text("Nobody has measured its quality; {aim}.", aim=aim)
        return
    grade = task.situation.evidence.grade("quality")
    show.text(
        "Quality, as {metric}, is {quality_today} ({low} to {high}, {how}); {aim}.", metric=metric_name(metric),
        task=task.name, quality_today=percent(quality.estimate), low=percent(quality.low), high=percent(quality.high),
        how=f"{grade} on {counted(cases, 'case')}" if cases else grade, aim=aim,
    )  # fmt: skip


def _failing(task: TaskAdvice, failures: FailureModes | None) -> None:
    counts = {} if failures is None else failures.by_task.get(task.task_id, {})
    if failures is None or not counts:
        return
    first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:FEW]
    named = [f"{FAMILY_NAME[family].lower()} ({decimal(count)})" for family, count in first]
    show.text(
        "**How it fails.** Of {read} read: {named}.",
        read=counted(sum(counts.values()), "failing output"), named=listed(named),
    )  # fmt: skip
    sample = next((one for one in failures.samples if one.task_id == task.task_id), None)
    if sample is not None:
        show.text(
            "> One of them, {code}: {prompt}\n>\n> **Wanted:** {expected}\n>\n> **Came:** {actual}",
            code=f"“{sample.code}”" if sample.code else FAMILY_NAME[sample.family].lower(), prompt=sample.prompt,
            expected=sample.expected, actual=sample.actual,
        )  # fmt: skip


def _steps(result: Recommendation, task: TaskAdvice) -> None:
    steps = numbered(task)
    if not steps:
        return
    show.table(
        [
            (number or "now", step_name(result, step), *what_it_takes(step)) for number, step in steps
        ],
        label=f"tbl-task-{slug(task.task_id)}",
        caption=f"{task.name}: the steps in order; the plan probably ends at the one in bold",
        columns=(
            *columns(n="Step", what="What"),
            *columns_of_steps(result.currency),
            Column(key="reached", title="At target", unit="chance"),
        ),
        source=f"quality between pessimistic and optimistic effects, a dash where it does not change or nobody knows; "
        f"{stops(task.situation.aim)}",
        emphasis=[i for i, (_, step) in enumerate(steps) if step is task.plan.likely_end],
    )  # fmt: skip


def _alternatives(task: TaskAdvice, cost: CostModel) -> None:
    """The cheapest options that are open, as ranges."""
    from bespoke.exhibits.cost_model.cost_wording import called

    priced = cost.task(task.task_id)
    allowed = [
        r for r in priced.routes if not r.closed and not (priced.must_move and r.place == priced.place)
    ]
    routes = sorted(allowed, key=lambda r: r.monthly.mean)[: FEW + 1]
    if not routes:
        return
    show.table(
        [
            (called(cost, priced, r), r.monthly.p10, r.monthly.p90, r.one_off.p10, r.one_off.p90)
            for r in routes
        ],
        label=f"tbl-task-{slug(task.task_id)}-open",
        caption=f"{task.name}: the cheapest options that are open, each alone",
        columns=(
            Column(key="route", title="Option"),
            *columns("money", unit=cost.currency, m10="A month, low", m90="A month, high", o10="Once, low"),
            Column(key="o90", title="Once, high", format="money", unit=cost.currency),
        ),
        source="10th and 90th percentile; a cheap option is advised only where its quality holds",
    )


def _open(result: Recommendation, task: TaskAdvice) -> None:
    """What would change the plan, and what has to be asked."""
    changes = [change(result, task, flip) for flip in task.flips[:FEW]]
    if changes:
        first = "; ".join(changes)
        show.text("**What would change it.** {changes}.", changes=first[0].upper() + first[1:])
    if task.plan.questions:
        show.text("**To be answered.** {questions}", questions=" ".join(task.plan.questions[:FEW]))
