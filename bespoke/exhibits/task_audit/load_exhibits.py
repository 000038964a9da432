"""All tasks on one table, what each sends, and its bill."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.task_audit import Audit
from bespoke.exhibits import quantities
from bespoke.exhibits.display_names import count, digits_of, metric_name, place_name, with_ends
from bespoke.show import Column, columns
from bespoke.show.numbers import currency, money, percent


def finding(audit: Audit) -> None:
    """How many tasks miss their target, and what all of them cost a month."""
    behind = [task for task in audit.tasks if task.gap in ("near", "far")]
    unmeasured = [task for task in audit.tasks if task.gap in ("unmeasured", "unknown")]
    parts = [f"{_count(len(behind), len(audit.tasks))} short of target"]
    if unmeasured:
        verb = "is" if len(unmeasured) == 1 else "are"
        parts.append(f"{len(unmeasured)} {verb} not measured on enough cases")
    show.finding(
        "{parts}; all together cost {today_monthly} a month",
        parts=", ".join(parts),
        today_monthly=money(audit.today_monthly.mean),
    )


def scorecard(audit: Audit) -> None:
    """Every task in one row."""
    show.table(
        [
            (
                t.name, t.requests_per_day, t.today_monthly.mean, t.current_quality,
                *with_ends(t.quality_interval)[1:], t.target_quality,
                t.quality_grade if t.current_quality is None else f"{metric_name(t.metric)}, {t.quality_grade}",
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


def load(audit: Audit) -> None:
    """Volume, peak, tokens and spend per task."""
    show.table(
        [
            (
                t.name, t.model, place_name(t.place) + ("" if t.place_known else " (assumed)"),
                t.requests_per_day, t.peak_per_second, t.tokens_per_request,
                t.tokens_per_month / 1e6, t.today_monthly.mean,
            )
            for t in audit.tasks
        ],
        label="tbl-audit-load",
        caption="What each task sends today, and its monthly bill as it runs today",
        columns=(
            *columns(task="Task", model="Model", place="Runs on"),
            Column(key="day", title="Requests", unit="a day", format="integer"),
            Column(key="peak", title="Peak", unit="a second", format="decimal", digits=2),
            Column(key="tokens", title="Tokens", unit="a request", format="integer"),
            Column(key="month", title="Tokens", unit="million a month", format="decimal", digits=1),
            Column(key=quantities.TODAY, title="Cost a month", unit=currency(), format="money",
                   digits=digits_of(t.today_monthly.mean for t in audit.tasks)),
        ),
        source="as the task list states it; the bill is the cost chapter's, with retries and today's caching in it",
    )  # fmt: skip


def load_text(audit: Audit) -> None:
    """Which task carries the bill."""
    dear = max(audit.tasks, key=lambda t: t.today_monthly.mean)
    total = audit.today_monthly.mean
    share = dear.today_monthly.mean / total if total else 0.0
    assumed = [t for t in audit.tasks if not t.place_known]
    where = (
        " Where {assumed} run was not stated: the place is what the client's access and "
        "residency suggest, and prices follow from it."
        if assumed
        else ""
    )
    show.text(
        "Every request was priced on its own, with its own prompt length, and then multiplied "
        "([the load](#tbl-audit-load)). **{dear}** carries {share} of the {today_monthly} a month." + where,
        dear=dear.name, share=percent(share), today_monthly=money(total), 
        assumed="all tasks" if len(assumed) == len(audit.tasks) else count(len(assumed), "task"),
    )  # fmt: skip


def _count(n: int, of: int) -> str:
    if n == 0:
        return "No measured task is"
    if n == of:
        return f"All {of} tasks are" if of > 1 else "The task is"
    return f"{n} of {of} tasks {'is' if n == 1 else 'are'}"
