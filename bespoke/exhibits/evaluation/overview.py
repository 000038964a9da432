"""All tasks at once: what is measured, and what is only said."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.evaluation import Evaluation
from bespoke.evaluation.result import TaskEvaluation
from bespoke.exhibits.display_names import count, listed, metric_name, with_ends
from bespoke.exhibits.evaluation.evaluation_wording import limits, score
from bespoke.show import Column
from bespoke.show.numbers import percent


def finding(result: Evaluation) -> None:
    """How many tasks are measured, and what runs today against the target."""
    judged = [task for task in result.tasks if task.in_use and task.target is not None]
    below = [task for task in judged if task.system(task.in_use or "").quality.high < (task.target or 0)]
    reached = [task for task in judged if task.system(task.in_use or "").quality.low >= (task.target or 0)]
    total = len(result.tasks) + len(result.without)
    show.finding(
        "{n} of {total} tasks {are} measured on the client's own cases{verdict}",
        are="is" if len(result.tasks) == 1 else "are", n=len(result.tasks), total=total,
        verdict=_verdict(judged, below, reached),
    )  # fmt: skip


def _verdict(judged: list[TaskEvaluation], below: list[TaskEvaluation], reached: list[TaskEvaluation]) -> str:
    if not judged:
        return ""
    open_ones = len(judged) - len(below) - len(reached)
    parts = [
        f"{count(len(below), 'falls', 'fall')} short of the target" if below else "",
        f"{count(len(reached), 'reaches', 'reach')} it" if reached else "",
        f"{count(open_ones, 'is', 'are')} too close to call" if open_ones else "",
    ]
    return f": {listed([part for part in parts if part])}"


def overview(result: Evaluation) -> None:
    """What runs today, measured beside declared, and the best that was tried."""
    rows = []
    for task in result.tasks:
        used = task.system(task.in_use) if task.in_use else None
        best = task.system(task.best) if task.best else None
        rows.append(
            (
                task.name, task.cases, metric_name(task.metric),
                *with_ends(used.quality if used else None), task.declared_quality, task.target,
                best.title if best else "", best.quality.estimate if best else None,
            )
        )  # fmt: skip
    show.table(
        rows,
        label="tbl-evaluation-overview",
        caption="What runs today, measured on the client's own cases beside what was declared",
        columns=(
            Column(key="task", title="Task"),
            Column(key="cases", title="Cases", format="integer"), Column(key="metric", title="Main metric"),
            Column(key="today", title="Today", format="percent"),
            Column(key="low", title="Low", unit="95% interval", format="percent"),
            Column(key="high", title="High", unit="95% interval", format="percent"),
            Column(key="declared", title="Declared", format="percent"),
            Column(key="target", title="Target", format="percent"), Column(key="best", title="Best tried"),
            Column(key="best_quality", title="Its quality", format="percent"),
        ),
        source="the client's cases and its task list; intervals by groups of cases",
    )  # fmt: skip
    differ = [t for t in result.tasks if _contradicts(t)]
    for task in differ:
        used = task.system(task.in_use or "")
        show.callout(
            "**{name}**: the task list says {declared}, the cases show {measured} ({limits}). The declared figure lies "
            "outside the interval; the measured one is used from here on. The two may not be the same metric: "
            "declared is {declared_metric}, measured is {metric}.",
            tone="warning", name=task.name, declared=percent(task.declared_quality or 0),
            measured=score(used.quality.estimate, task.metric), limits=limits(used.quality, task.metric),
            declared_metric=task.declared_metric, metric=metric_name(task.metric),
        )  # fmt: skip


def _contradicts(task: TaskEvaluation) -> bool:
    if task.in_use is None or task.declared_quality is None:
        return False
    quality = task.system(task.in_use).quality
    return not quality.low <= task.declared_quality <= quality.high


def without(result: Evaluation) -> None:
    """The tasks that nobody can judge yet, in one line."""
    if not result.without:
        return
    show.callout(
        "Without cases: {names}. Their quality is what somebody says. About 100 cases with the right "
        "answer show it to within ten points.",
        tone="missing", names="; ".join(task.name for task in result.without),
    )  # fmt: skip
