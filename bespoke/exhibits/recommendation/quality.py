"""Quality today, quality expected and the target of every task, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from bespoke import show
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.figure_parts import beside, name_rows
from bespoke.exhibits.recommendation.recommendation_wording import counted
from bespoke.show.numbers import percent
from bespoke.show.style import BLUE, INK, MUTED


class _Row(NamedTuple):
    """One task; spans are low, likely and high."""

    task: str
    today: tuple[float, float, float] | None
    then: tuple[float, float, float] | None
    target: float | None


def quality_figure(result: Recommendation) -> None:
    """Today with its interval, the likely end with its range, and the target, per task."""
    rows = [_row(task) for task in result.tasks]
    if not any(row.today or row.then for row in rows):
        return
    reach = sum(row.then is not None and row.target is not None and row.then[1] >= row.target for row in rows)
    aims = sum(row.target is not None for row in rows)
    show.figure(
        _draw,
        rows,
        label="fig-summary-quality",
        caption=f"Quality today and where the plans probably end: {_reach(reach, aims)} then likely to be at target",
        alt="Dot plot of quality per task. " + " ".join(map(_words, rows)),
        source="today with its 95% interval; then with the range of what its steps removed elsewhere",
    )


def _reach(reach: int, aims: int) -> str:
    """`one of 3 tasks is`, `none of 3 tasks is`."""
    few = counted(reach, "task").partition(" ")[0] if reach else "none"
    return f"{few} of {counted(aims, 'task')} {'is' if reach < 2 else 'are'}"


def _row(task: TaskAdvice) -> _Row:
    today, end = task.quality, task.plan.likely_end.outlook
    changes = any(step.kind in ("test", "build") for step in task.plan.taken)
    return _Row(
        task.name,
        (today.low, today.estimate, today.high) if today else None,
        (end.low, end.likely, end.high) if end and changes else None,
        task.situation.target,
    )


def _draw(rows: Sequence[_Row]) -> Any:
    figure, axes = show.new_figure(0.75 + 0.4 * len(rows))
    for y, row in enumerate(reversed(rows)):
        if row.today:
            _span(axes, y + 0.14, row.today, MUTED, "o", "today" if y == len(rows) - 1 else "")
        if row.then:
            _span(axes, y - 0.14, row.then, BLUE, "D", "then" if y == len(rows) - 1 else "")
        if row.target is not None:
            axes.plot([row.target, row.target], [y - 0.32, y + 0.32], color=INK, lw=1.8)
    ends = [value for row in rows for span in (row.today, row.then) if span for value in span]
    ends += [row.target for row in rows if row.target is not None]
    axes.set_xlim(max(0.0, min(ends) - 0.05), 1.02)
    name_rows(axes, (row.task for row in rows))
    axes.xaxis.set_major_formatter(lambda x, _: percent(x))
    axes.set_xlabel("quality: today (grey dot), then (blue diamond), target (bar)")
    return figure


def _span(axes: Any, y: float, span: tuple[float, float, float], colour: str, mark: str, name: str) -> None:
    low, likely, high = span
    axes.plot([low, high], [y, y], color=colour, lw=1.4)
    axes.plot(likely, y, mark, color=colour, ms=6)
    beside(axes, f"{percent(likely)} {name}".rstrip(), (high, y), (5, 0), color=colour)


def _words(row: _Row) -> str:
    parts = [f"{percent(row.today[1])} today" if row.today else "not measured today"]
    parts += [f"probably {percent(row.then[1])} then"] if row.then else []
    parts += [f"target {percent(row.target)}"] if row.target is not None else ["no target"]
    return f"{row.task}: {', '.join(parts)}."
