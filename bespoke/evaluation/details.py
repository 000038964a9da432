"""What a scorer shows of its own: tables, matrices and curves as data, drawn alike for every scorer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bespoke.results import Part
from bespoke.statistics.interval import Interval

Form = Literal["text", "integer", "decimal", "percent", "interval"]
Value = str | int | float | Interval | None


class Head(Part):
    title: str
    form: Form = "text"


class Grid(Part):
    """A table. `label` ends its name on the page (`errors` of task memo: `tbl-evaluation-memo-errors`)."""

    kind: Literal["grid"] = "grid"
    label: str
    caption: str  # the message
    columns: tuple[Head, ...]
    rows: tuple[tuple[Value, ...], ...]
    source: str = ""


class Matrix(Part):
    """Counts of pairs: what was expected (rows) against what was answered (columns)."""

    kind: Literal["matrix"] = "matrix"
    label: str
    caption: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Remark(Part):
    """A sentence of the scorer's, with client text in `values` only: it is escaped where it is shown."""

    kind: Literal["remark"] = "remark"
    template: str
    values: Mapping[str, str | int | float] = {}
    tone: Literal["text", "note", "warning", "missing"] = "text"


Detail = Grid | Matrix | Remark
