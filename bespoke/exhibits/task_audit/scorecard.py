"""All tasks on one table: volume, bill, quality, speed, and how well each is known."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.task_audit import Audit, TaskAudit
from bespoke.exhibits import quantities
from bespoke.exhibits.display_names import digits_of
from bespoke.show import Column
from bespoke.show.numbers import currency, decimal, percent


def scorecard(audit: Audit) -> None:
    """Every task in one row."""
    show.table(
        [
            (
                t.name, t.requests_per_day, t.today_monthly.mean, t.current_quality, t.target_quality, _known(t),
                _seconds(t), t.ready,
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
            Column(key="target", title="Target", format="percent"),
            Column(key="known", title="What that is, and how it is known"),
            Column(key="latency", title="Answer time", unit="seconds, needed / today"),
            Column(key="ready", title="Ready", unit="of 5", format="integer"),
        ),
        source="answer time: 95th percentile. Ready: how many of five questions before customising are answered",
    )  # fmt: skip


def _known(task: TaskAudit) -> str:
    interval = task.quality_interval
    limits = f", {percent(interval.low)} to {percent(interval.high)}" if interval else ""
    return (
        f"{task.metric}, {task.quality_grade}{limits}"
        if task.current_quality is not None
        else task.quality_grade
    )


def _seconds(task: TaskAudit) -> str:
    """What is needed, and what it takes or is expected to take."""
    low, high = (decimal(ms / 1000, 1) for ms in task.p95_today_ms)
    today = low if low == high else f"{low} to {high}"
    needed = "none" if task.p95_latency_ms is None else decimal(task.p95_latency_ms / 1000, 1)
    return f"{needed} / {today}{'' if task.p95_measured else ' (assumed)'}"
