"""All tasks on one table: volume, bill, quality, and how well it is known."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.task_audit import Audit, TaskAudit
from bespoke.exhibits import quantities
from bespoke.exhibits.display_names import digits_of, metric_name
from bespoke.show import Column, columns
from bespoke.show.numbers import currency


def scorecard(audit: Audit) -> None:
    """Every task in one row."""
    show.table(
        [
            (
                t.name, t.requests_per_day, t.today_monthly.mean, t.current_quality, *_limits(t), t.target_quality,
                _known(t),
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
            *columns("percent", unit="95%", low="Low", high="High"),
            Column(key="target", title="Target", format="percent"),
            Column(key="known", title="By what, how known"),
        ),
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
