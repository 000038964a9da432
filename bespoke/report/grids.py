"""HTML and Markdown tables -> the report's, every cell in its place of the grid (HTML standard, "forming a table")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from bespoke.report.model import Cell, DocumentTable, TableColumn, plain
from bespoke.show import numbers

if TYPE_CHECKING:
    from bespoke.report.tree import InlineContext

WIDEST, TALLEST = 1000, 65534  # spans beyond these are not taken, as in browsers
LONG = 200  # rows: pandoc takes a second for 500, so a long body of plain cells is read here
ROWS = "bespoke-rows"  # class of a row that stands for many, read without pandoc

_BODY = re.compile(r"(<tbody[^>]*>)(.*?)(</tbody>)", re.DOTALL | re.IGNORECASE)
_ROW = re.compile(r"\s*<tr[^>]*>((?:\s*<t[hd](?:\s[^<>]*)?>[^<]*</t[hd]>)+)\s*</tr>\s*", re.IGNORECASE)
_CELL = re.compile(r"<t([hd])((?:\s[^<>]*)?)>([^<]*)</t[hd]>", re.IGNORECASE)
_SPAN = re.compile(r"\b(row|col)span\s*=\s*[\"']?(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class GridCell:
    """A cell as written: its content and how many rows and columns it takes."""

    content: Cell
    rows: int = 1
    columns: int = 1


Grid = list[list[GridCell]]


def long_bodies(html: str) -> tuple[str, dict[int, Grid]]:
    """The HTML with one marked row in place of each long table body of plain cells, and those bodies."""
    found: dict[int, Grid] = {}
    if html.count("<tr") < LONG:
        return html, found

    def replaced(body: re.Match[str]) -> str:
        grid = _plain_rows(body[2]) if body[2].count("<tr") >= LONG else None
        if grid is None:
            return body[0]
        found[len(found)] = grid
        return f'{body[1]}<tr class="{ROWS}"><td>{len(found) - 1}</td></tr>{body[3]}'

    return _BODY.sub(replaced, html), found


def _plain_rows(html: str) -> Grid | None:
    """The rows of a body in which no cell holds a tag; None where one does."""
    rows: Grid = []
    at = 0
    while row := _ROW.match(html, at):
        rows.append([_slot(attributes, text) for _, attributes, text in _CELL.findall(row[1])])
        at = row.end()
    return rows if at == len(html) else None


def _slot(attributes: str, text: str) -> GridCell:
    words = " ".join(unescape(text).split()) if "&" in text or "\n" in text else text.strip()
    if "span" not in attributes:
        return GridCell(words)
    spans = {kind.lower(): int(count) for kind, count in _SPAN.findall(attributes)}
    return GridCell(words, max(1, spans.get("row", 1)), max(1, spans.get("col", 1)))


def table(node: Any, reading: InlineContext) -> DocumentTable:
    """One table of pandoc's tree: titles of merged heads joined, merged cells of the body kept merged."""
    _, caption, specs, head, bodies, foot = node["c"]
    heads = [_slots(row, reading) for row in head[1]]
    rows: Grid = []
    for body in bodies:
        for row in [*body[2], *body[3]]:
            rows += _expanded(row, reading)
    rows += [_slots(row, reading) for row in foot[1]]
    titles, over = placed(heads, repeat=True)
    cells, spans = placed(rows)
    begun = _begun([*titles, *cells], over | {(len(titles) + n, c): span for (n, c), span in spans.items()})
    titles, cells = _only(titles, begun), _only(cells, begun)
    spans = {
        (row, begun.index(at)): (down, sum(at <= c < at + across for c in begun))
        for (row, at), (down, across) in spans.items()
    }
    spans = {place: span for place, span in spans.items() if span != (1, 1)}
    width = len(begun)
    titles, cells = _padded(titles, width), _padded(cells, width)
    right = [spec[0]["t"] == "AlignRight" for spec in specs] + [False] * width
    columns = [
        TableColumn(
            _title(row[i] for row in titles), numeric=right[i] or numeric([plain(row[i]) for row in cells])
        )
        for i in range(width)
    ]
    words = reading.caption(caption[1])
    return DocumentTable(columns, cells, caption=words, spans=spans, index=_index(bodies, rows, width))


def shortened(table: DocumentTable, most: int, words: str) -> int:
    """Leaves out the middle of a table with more rows than `most` (0: none), and says so in a row there.

    `words` are that row's, with {n} for how many rows are missing, which is returned.
    """
    missing = len(table.rows) - most
    if not most or missing <= 0:
        return 0
    head, tail = most - most // 2, most // 2
    first = head + missing  # of the rows that follow
    spans = {(head, 0): (1, len(table.columns))} if len(table.columns) > 1 else {}
    for (row, column), (down, across) in table.spans.items():
        if row < head:
            spans[row, column] = (min(down, head - row), across)
        elif row + down > first:
            at = max(row, first)
            spans[at - missing + 1, column] = (row + down - at, across)
            table.rows[at][column] = table.rows[row][column]
    note: list[Cell] = [words.format(n=f"{missing:,}"), *[""] * (len(table.columns) - 1)]
    table.rows = [*table.rows[:head], note, *(table.rows[first:] if tail else [])]
    table.spans = {place: span for place, span in spans.items() if span != (1, 1)}
    return missing


def _index(bodies: Any, rows: Grid, width: int) -> int:
    """How many columns name a row: those of `th` cells, one where the table does not say."""
    named = max((int(body[1]) for body in bodies), default=0)
    return min(max(1, named), max(1, width - 1)) if rows else 1


def _expanded(row: Any, reading: InlineContext) -> Grid:
    """One row, or the many that its mark stands for."""
    if ROWS in row[0][1]:
        number = str(_slots(row, reading)[0].content)
        found = reading.rows.get(int(number)) if number.isdecimal() else None
        return found or []
    return [_slots(row, reading)]


def _slots(row: Any, reading: InlineContext) -> list[GridCell]:
    return [
        GridCell(reading.cell(blocks), max(1, rows), max(1, columns))
        for _, _, rows, columns, blocks in row[1]
    ]


def placed(
    rows: Sequence[Sequence[GridCell]], *, repeat: bool = False
) -> tuple[list[list[Cell]], dict[Any, Any]]:
    """Every cell in its column, and the spans of those that take more than one place.

    Places that a merged cell covers are empty, or with `repeat` hold its content too.
    """
    grid: list[list[Cell]] = []
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    hanging: dict[int, tuple[int, Cell]] = {}  # column -> rows still covered from above, and by what
    for n, row in enumerate(rows):
        line: dict[int, Cell] = {c: content for c, (left, content) in hanging.items() if left}
        below = {c: (left - 1, content) for c, (left, content) in hanging.items() if left > 1}
        at = 0
        for slot in row:
            while at in line:
                at += 1
            down = min(slot.rows, len(rows) - n, TALLEST)
            across = 1
            while across < min(slot.columns, WIDEST) and at + across not in line:
                across += 1
            if down > 1 or across > 1:
                spans[n, at] = (down, across)
            for c in range(at, at + across):
                line[c] = slot.content if repeat or c == at else ""
                if down > 1:
                    below[c] = (down - 1, slot.content if repeat else "")
            at += across
        hanging = below
        grid.append([line.get(c, "") for c in range(max(line, default=-1) + 1)])
    return grid, spans


def _begun(rows: Sequence[Sequence[Cell]], spans: dict[Any, Any]) -> list[int]:
    """The columns to show: one that cells reach into, and in which none begins that holds anything, is none.

    A title over three columns may say `colspan=99`; pandoc fills the rows below with empty cells.
    """
    reached = {
        (n, c)
        for (row, at), (down, across) in spans.items()
        for n in range(row, row + down)
        for c in range(at + 1, at + across)
    }
    within = {c for _, c in reached}
    shown = {
        c
        for n, row in enumerate(rows)
        for c, cell in enumerate(row)
        if c not in within or ((n, c) not in reached and cell)
    }
    return sorted(shown)


def _only(rows: list[list[Cell]], columns: Sequence[int]) -> list[list[Cell]]:
    return [[row[c] for c in columns if c < len(row)] for row in rows]


def _padded(rows: list[list[Cell]], width: int) -> list[list[Cell]]:
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _title(cells: Iterable[Cell]) -> str:
    """The titles over one column, each once, from the top down."""
    return " · ".join(dict.fromkeys(filter(None, (" ".join(plain(cell).split()) for cell in cells))))


def numeric(values: Sequence[str]) -> bool:
    """Whether a column holds figures and gaps only."""
    filled = [
        v for v in values if v.strip() not in ("", "NaN", "NaT", "None", "<NA>", "nan", numbers.NOTHING)
    ]
    return bool(filled) and all(map(_is_number, filled))


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "").replace("%", "").replace("−", "-").strip().lstrip("$€£ "))
    except ValueError:
        return False
    return True
