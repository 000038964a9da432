"""All tasks on one table: volume, bill, quality, speed, and how well each is known."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.task_audit import Audit, TaskAudit
from bespoke.exhibits import quantities
from bespoke.exhibits.display_names import digits_of, metric_name
from bespoke.show import Column
from bespoke.show.numbers import currency


def scorecard(audit: Audit) -> None:
    """Every task in one row."""
    show.table(
        [
            (
                t.name, t.requests_per_day, t.today_monthly.mean, t.current_quality, *_limits(t), t.target_quality,
                _known(t), *_seconds(t),
            )
            for t in audit.tasks
        ],
        label="tbl-audit-scorecard",
        caption="The tasks at a glance",
        columns=(
            Column(key="task", title="Task"),
            Column(key="day", title="Requests", unit="a day", format="integer"),
            Column(key=quantities.TODAY, title="A month today", unit=currency(), format="money",
                   digits=digits_of(t.today_monthly.mean for t in audit.tasks)),
            Column(key=quantities.QUALITY, title="Quality today", format="percent"),
            Column(key="low", title="Low", unit="95%", format="percent"),
            Column(key="high", title="High", unit="95%", format="percent"),
            Column(key="target", title="Target", format="percent"),
            Column(key="known", title="By what, how known"),
            Column(key="needed", title="Answer in", unit="seconds", format="decimal", digits=1),
            Column(key="fast", title="Today, low", unit="seconds", format="decimal", digits=1),
            Column(key="slow", title="Today, high", unit="seconds", format="decimal", digits=1),
        ),
        source="answer times: 95th percentile, measured where both are the same, else assumed",
    )  # fmt: skip


def _known(task: TaskAudit) -> str:
    return (
        task.quality_grade
        if task.current_quality is None
        else f"{metric_name(task.metric)}, {task.quality_grade}"
    )


def _limits(task: TaskAudit) -> tuple[float | None, float | None]:
    interval = task.quality_interval
    return (interval.low, interval.high) if interval else (None, None)


def _seconds(task: TaskAudit) -> tuple[float | None, float, float]:
    """What is needed, and between what an answer takes, or is expected to take."""
    low, high = (ms / 1000 for ms in task.p95_today_ms)
    return None if task.p95_latency_ms is None else task.p95_latency_ms / 1000, low, high
