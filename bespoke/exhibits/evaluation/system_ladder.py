"""Every system of one task: how good, and what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from bespoke import show
from bespoke.evaluation.result import SystemResult, TaskEvaluation
from bespoke.exhibits.display_names import count, metric_name, slug, with_ends
from bespoke.exhibits.evaluation.evaluation_wording import F1, score, with_limits
from bespoke.exhibits.figure_parts import beside, name_rows
from bespoke.show import Column, columns
from bespoke.show.blocks import Format
from bespoke.show.numbers import decimal
from bespoke.show.style import EMPHASIS, GREY, INK, MUTED, QUIET
from bespoke.statistics.interval import Interval

_MOST = 6  # metrics of one table


class _LadderRow(NamedTuple):
    title: str
    quality: Interval
    in_use: bool
    best: bool
    said: str


def forest(task: TaskEvaluation) -> None:
    """The main score of every system with its interval."""
    rows = [
        _LadderRow(s.title, s.quality, s.in_use, s.name == task.best, score(s.quality.estimate, task.metric))
        for s in task.systems
    ]
    if not rows:
        return
    low, high = (f(rows, key=lambda r: r.quality.estimate) for f in (min, max))
    show.figure(
        _draw, rows, task.target, task.ceiling.estimate if task.ceiling else None, metric_name(task.metric),
        label=f"fig-evaluation-{slug(task.task_id)}",
        caption=f"{task.name}: from {low.title} at {low.said} to {high.title} at {high.said}"
        if len(rows) > 1
        else f"{task.name}: {rows[0].title} at {rows[0].said}",
        alt=f"Forest plot of {metric_name(task.metric)} with 95% intervals on {decimal(task.cases)} cases. "
        + "; ".join(f"{s.title}: {with_limits(s.quality, task.metric)}" for s in task.systems),
        source=f"evaluation/{task.task_id}/; dashed: target; dotted: agreement between people",
    )  # fmt: skip


def _draw(rows: Sequence[_LadderRow], target: float | None, ceiling: float | None, metric: str) -> Any:
    figure, axes = show.new_figure(0.9 + 0.32 * len(rows))
    for y, row in enumerate(reversed(rows)):
        colour = EMPHASIS if row.in_use else QUIET
        axes.plot([row.quality.low, row.quality.high], [y, y], color=colour, lw=1.6)
        axes.plot(row.quality.estimate, y, marker="s" if row.in_use else "o", color=colour, ms=5)
        axes.text(
            min(row.quality.high, 0.97) + 0.012, y + 0.1, row.said, va="center", color=INK,
            fontweight="bold" if row.best else "normal",
        )  # fmt: skip
    for value, style, words in ((target, "--", "target"), (ceiling, ":", "two annotators")):
        if value is not None:
            axes.axvline(value, color=GREY, lw=0.9, ls=style)
            side = "left" if words == "target" else "right"
            beside(axes, words, (value, len(rows) - 0.4), (0, 1), va="bottom", ha=side, color=MUTED)
    name_rows(axes, (row.title + (" (in use)" if row.in_use else "") for row in rows))
    axes.set_xlim(0, 1.08)
    axes.set_xlabel(metric)
    return figure


def ladder_table(task: TaskEvaluation) -> None:
    """Every metric of every system."""
    metrics = list(dict.fromkeys(s.metric for system in task.systems for s in system.scores))[:_MOST]
    if not metrics:
        return
    rows = [_row(system, metrics) for system in task.systems]
    repeated = [s for s in task.systems if s.spread is not None]
    words = {s.metric: s.words for system in task.systems for s in system.scores}
    spread = "; ".join(
        f"{s.title}: {decimal(s.runs)} runs, their standard deviation {decimal(100 * (s.spread or 0), 1)} points"
        for s in repeated
    )
    show.table(
        rows,
        label=f"tbl-evaluation-{slug(task.task_id)}-systems",
        caption=f"{task.name}: every system on {count(task.cases, 'case')}",
        columns=(
            Column(key="system", title="System"),
            *(column for i, name in enumerate(metrics) for column in _score_columns(name)[: 1 if i else None]),
            Column(key="accepted", title="Right as a whole", format="percent"),
        ),
        source=". ".join(
            part for part in ("; ".join(f"{_title(m)}: {words[m]}" for m in metrics[1:]), spread) if part
        ),
        emphasis=[i for i, system in enumerate(task.systems) if system.name == task.best],
    )  # fmt: skip


def _score_columns(name: str) -> tuple[Column, ...]:
    """A metric and the ends of its interval."""
    form: Format = "decimal" if name in F1 else "percent"
    own = Column(key=name, title=_title(name), format=form, digits=2 if name in F1 else 0)
    ends = {f"{name}_low": "Low", f"{name}_high": "High"}
    return (own, *columns(form, unit="95% interval", digits=own.digits, **ends))


def _row(system: SystemResult, metrics: Sequence[str]) -> tuple[str | float | None, ...]:
    found = {s.metric: s.interval for s in system.scores}
    cells: list[str | float | None] = [system.title + (" (in use)" if system.in_use else "")]
    for i, name in enumerate(metrics):
        cells += with_ends(found.get(name))[: 1 if i else None]
    return (*cells, system.accepted.estimate if system.accepted else None)


def consumption_table(task: TaskEvaluation) -> None:
    """What recorded answers took."""
    used = [(s, s.consumption) for s in task.systems if s.consumption]
    if not used:
        return
    show.table(
        [
            (
                s.title, s.model, c.input_tokens, c.cache_read_tokens, c.output_tokens,
                None if c.usd_per_case is None else 1000 * c.usd_per_case,
                None if c.usd_per_accepted is None else 1000 * c.usd_per_accepted, c.p50_ms, c.p95_ms,
            )
            for s, c in used
        ],
        label=f"tbl-evaluation-{slug(task.task_id)}-consumption",
        caption=f"{task.name}: what a case takes",
        columns=(
            *columns(system="System", model="Model"),
            *columns("integer", input="Tokens in", cached="of them cached", output="Tokens out"),
            Column(key="usd", title=f"Per {decimal(1000)} cases", format="money", unit="USD", digits=2),
            Column(key="accepted", title=f"Per {decimal(1000)} right", format="money", unit="USD", digits=2),
            *columns("integer", p50="Median ms", p95="95th percentile ms"),
        ),
        source="means over recorded answers; money at the list price of the model on the day of the report",
    )  # fmt: skip


def _title(metric: str) -> str:
    words = metric.replace("_", " ").replace("f1", "F1")
    return words[0].upper() + words[1:]
