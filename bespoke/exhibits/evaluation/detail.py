"""What a scorer shows of its own, drawn alike for every kind of task."""

from __future__ import annotations

from typing import Any

from bespoke import show
from bespoke.evaluation.details import Detail, Grid, Matrix, Value
from bespoke.evaluation.result import TaskEvaluation
from bespoke.exhibits.display_names import share_with_limits, slug
from bespoke.exhibits.figure_parts import count_map
from bespoke.show import Column
from bespoke.show.blocks import Cell, Format
from bespoke.statistics.interval import Interval

_FORMAT: dict[str, Format] = {
    "text": "text", "integer": "integer", "decimal": "decimal", "percent": "percent", "interval": "text",
}  # fmt: skip


def show_detail(task: TaskEvaluation, detail: Detail) -> None:
    if isinstance(detail, Grid):
        _grid(task, detail)
    elif isinstance(detail, Matrix):
        _matrix(task, detail)
    elif detail.tone == "text":
        show.text(detail.template, **detail.values)
    else:
        show.callout(detail.template, tone=detail.tone, **detail.values)


def _grid(task: TaskEvaluation, grid: Grid) -> None:
    show.table(
        [tuple(_cell(value) for value in row) for row in grid.rows],
        label=f"tbl-evaluation-{slug(task.task_id)}-{grid.label}",
        caption=f"{task.name}: {grid.caption}",
        columns=tuple(
            Column(key=f"c{i}", title=h.title, format=_FORMAT[h.form], digits=2 if h.form == "decimal" else 0)
            for i, h in enumerate(grid.columns)
        ),
        source=grid.source,
    )


def _cell(value: Value) -> Cell:
    if isinstance(value, Interval):
        return share_with_limits(value)
    return value


def _matrix(task: TaskEvaluation, matrix: Matrix) -> None:
    wrong = sorted(
        (
            (-n, row, column)
            for row, counts in zip(matrix.rows, matrix.counts, strict=True)
            for column, n in zip(matrix.columns, counts, strict=True)
            if n and row != column
        )
    )[:5]
    show.figure(
        _draw, matrix.rows, matrix.columns, matrix.counts,
        label=f"fig-evaluation-{slug(task.task_id)}-{matrix.label}",
        caption=f"{task.name}: {matrix.caption}",
        alt="Heat map of expected (rows) against answered (columns). Most frequent mistakes: "
        + ("; ".join(f"{row} answered as {column} {-n} times" for n, row, column in wrong) or "none"),
        source="expected in rows, answered in columns",
    )  # fmt: skip


def _draw(rows: tuple[str, ...], columns: tuple[str, ...], counts: tuple[tuple[int, ...], ...]) -> Any:
    return count_map(1.3 + 0.21 * len(rows), counts, rows, columns, rotation=40, ha="right")[0]
