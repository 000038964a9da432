"""How good each task is today, how fast, and against what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from bespoke import show
from bespoke.chapters.task_audit import Audit, TaskAudit
from bespoke.exhibits import quantities
from bespoke.exhibits.display_names import with_ends
from bespoke.exhibits.figure_parts import beside, name_rows
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal, percent
from bespoke.show.style import EMPHASIS, INK, MUTED, QUIET
from bespoke.statistics.interval import Interval

GAP = {
    "unknown": "quality or target not known", "unmeasured": "not measured on enough cases", "met": "target met",
    "near": "within reach of the target", "far": "far from the target",
}  # fmt: skip


def gap_figure(audit: Audit) -> None:
    """Today's quality with its interval, and the target, per task."""
    tasks = [t for t in audit.tasks if t.current_quality is not None and t.target_quality is not None]
    if not tasks:
        return
    show.figure(
        _draw_gaps,
        [
            _Gap(t.name, t.gap, t.current_quality or 0.0, t.quality_interval, t.target_quality or 0.0)
            for t in tasks
        ],
        label="fig-audit-gap",
        caption=_gap_caption(tasks),
        alt="Dot plot of quality today against the target. " + " ".join(_gap_words(t) for t in tasks),
        source=_quality_source(tasks),
    )


def _quality_source(tasks: Sequence[TaskAudit]) -> str:
    """Which of the dots were measured here, and which are the client's word."""
    measured = [t.name for t in tasks if t.quality_grade == "measured"]
    stated = "as the task list states it, with Wilson's interval for the stated number of test cases"
    if not measured:
        return f"quality {stated}"
    own = f"measured in this report: {', '.join(measured)}"
    return own if len(measured) == len(tasks) else f"{own}; the others {stated}"


def quality_table(audit: Audit) -> None:
    """Quality today beside its target, with the grade of its evidence."""
    rows = [
        (t.name, t.current_quality, *with_ends(t.quality_interval)[1:], t.target_quality, t.metric,
         t.test_cases or None, t.quality_grade, GAP[t.gap])
        for t in audit.tasks
    ]  # fmt: skip
    show.table(
        rows,
        label="tbl-audit-quality",
        caption="Quality today, on how many cases, and who says so",
        columns=(
            Column(key="task", title="Task"),
            Column(key=quantities.QUALITY, title="Quality today", format="percent"),
            *columns("percent", unit="95% interval", low="Low", high="High"),
            Column(key="target", title="Target", format="percent"),
            Column(key="metric", title="Metric"),
            Column(key="cases", title="Test cases", format="integer"),
            *columns(grade="Evidence", gap="Gap"),
        ),
        source=_quality_source(audit.tasks),
    )


class _Gap(NamedTuple):
    """A task's quality today beside its target."""

    task: str
    state: str
    today: float
    interval: Interval | None
    target: float


def _draw_gaps(gaps: Sequence[_Gap]) -> Any:
    figure, axes = show.new_figure(0.8 + 0.42 * len(gaps))
    for y, gap in enumerate(reversed(gaps)):
        _gap_row(axes, y, gap)
    name_rows(axes, (gap.task for gap in gaps))
    axes.set_xlim(min(0.4, *(gap.today for gap in gaps)) - 0.05, 1.02)
    axes.xaxis.set_major_formatter(lambda x, _: percent(x) if x <= 1 else "")
    axes.set_xlabel("quality on the task's own metric: today (dot, 95% interval) and target (bar)")
    return figure


def _gap_row(axes: Any, y: int, gap: _Gap) -> None:
    """One task; what its quality lacks stands beside it, where no mark is."""
    today, target = gap.today, gap.target
    colour = EMPHASIS if gap.state == "far" else QUIET
    if gap.interval:
        axes.plot([gap.interval.low, gap.interval.high], [y, y], color=colour, lw=1.4)
    axes.plot(today, y, "o", color=colour, ms=7, zorder=3)
    axes.plot([target, target], [y - 0.28, y + 0.28], color=INK, lw=1.8, zorder=3)
    words, weight = (INK, "semibold") if gap.state == "far" else (MUTED, "normal")
    at_the_right = ("axes fraction", "data")
    beside(axes, _short_of(gap), (1, y), xycoords=at_the_right, color=words, fontweight=weight)


def _short_of(gap: _Gap) -> str:
    lacking = round(100 * (gap.target - gap.today))
    said = f"{percent(gap.today)} of {percent(gap.target)}"
    return f"{said}, {decimal(lacking)} short" if lacking > 0 else f"{said}, at target"


def _gap_words(task: TaskAudit) -> str:
    return (
        f"{task.name}: {percent(task.current_quality or 0)} today, target {percent(task.target_quality or 0)}, "
        f"{GAP[task.gap]}."
    )


def _gap_caption(tasks: list[TaskAudit]) -> str:
    far = [t.name for t in tasks if t.gap == "far"]
    if far:
        return f"The widest gaps to close: {', '.join(far)}"
    return "No measured task is far from its target"


def latency(audit: Audit) -> None:
    """The latency requirement against what was measured, or what a shared model is expected to take."""
    show.table(
        [
            (
                t.name, t.p95_latency_ms, t.p95_today_ms[0], t.p95_today_ms[1],
                "measured" if t.p95_measured else "assumed", _latency_words(t),
            )
            for t in audit.tasks
        ],
        label="tbl-audit-latency",
        caption="Latency: the requirement against what today's model takes, measured where its calls were recorded",
        columns=(
            Column(key="task", title="Task"),
            *columns("integer", unit="ms", need="Required p95", low="Low", high="High"),
            *columns(grade="Evidence", verdict="Verdict"),
        ),
        source="the task list; an assumed range is not published: measure it from the client's region",
    )  # fmt: skip


def _latency_words(task: TaskAudit) -> str:
    if task.p95_latency_ms is None:
        return "no requirement"
    words = {
        True: "within reach",
        False: "missed today" if task.p95_measured else "out of reach of a shared model",
        None: "measure before relying on it",
    }
    return words[task.latency_reachable]
