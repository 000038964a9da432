"""From a file of a table to its cells, whatever it was saved as."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bespoke.clients.dialect import Dialect, decode, separate
from bespoke.clients.excel import BrokenCell, Cell, open_workbook
from bespoke.clients.excel import rows as sheet_rows
from bespoke.clients.files import LARGEST, ClientFile, is_there, read_bytes
from bespoke.clients.schema import SavedAs
from bespoke.clients.wording import bare, quote
from bespoke.errors import BespokeError

EXCEL = ".xlsx"
_HEAD = 10  # rows in which the header is looked for
Cells = list[Cell | BrokenCell]


@dataclass
class CellGrid:
    """The cells of a table by row, and how the file was saved."""

    names: list[str]  # of the header
    header: int  # its row
    rows: list[tuple[int, Cells]]
    dialect: Dialect = field(default_factory=Dialect)
    broken: int | None = None  # a row whose quoting is wrong, and which means nothing
    trailing: int = 0  # columns at the end without a name or a cell, left out


def in_place(path: Path) -> Path:
    """The workbook that stands in the place of a CSV file, or the file's own path."""
    workbook = path.with_suffix(EXCEL)
    return workbook if path.suffix == ".csv" and is_there(workbook) else path


def table_name(name: str) -> str:
    """The CSV file that a file stands for."""
    return f"{name.removesuffix(EXCEL)}.csv" if name.endswith(EXCEL) else name


def grid(source: ClientFile, columns: list[str], saved: SavedAs) -> CellGrid | None:
    """The table in a CSV file or in the first sheet of a workbook, below its header; None when there is none."""
    if source.path.suffix.lower() == EXCEL:
        return _from_excel(source, columns)
    data = read_bytes(source, LARGEST)
    if data is None:
        return None
    dialect = Dialect()
    if saved.encoding is None:
        text = decode(source, data, dialect)
    else:
        text = data.decode(saved.encoding, errors="replace").removeprefix("\ufeff")
        dialect.encoding = saved.encoding
    if not text.strip():
        source.say_empty()
        return None
    text = separate(text, columns, dialect)
    if saved.separator is not None:
        dialect.separator = saved.separator
    records, broken = _records(source, text, dialect.separator)
    rows: list[tuple[int, Cells]] = [(n, [*cells]) for n, cells in enumerate(records, start=1) if n != broken]
    return _below_header(rows, columns, dialect, broken)


def _from_excel(source: ClientFile, columns: list[str]) -> CellGrid | None:
    content = read_bytes(source)
    if content is None:
        return None
    try:
        values, formulas = open_workbook(io.BytesIO(content), source.shown)
    except BespokeError as error:
        source.say(error.problems[0].message)
        return None
    visible = [name for name in values.sheetnames if values[name].sheet_state == "visible"]
    named = [name for name in visible if bare(name) == bare(source.path.stem)]
    name = (named or visible or values.sheetnames)[0]
    if len(visible) > 1 and not named:
        source.say(f"has {len(visible)} sheets; the first, {quote(name)}, is read", warning=True)
    found = of_sheet(values[name], formulas[name], columns)
    if found is None:
        source.say_empty()
    return found


def of_sheet(values: object, formulas: object, columns: list[str]) -> CellGrid | None:
    """The table of one sheet; `values` and `formulas` are the sheet read twice. None when it is empty."""
    found = _below_header(list(sheet_rows(values, formulas)), columns, Dialect(), None)
    if found is not None:
        found.trailing = 0  # a sheet has columns without end: one that was once touched is no news
    return found


def _below_header(
    rows: list[tuple[int, Cells]], columns: list[str], dialect: Dialect, broken: int | None
) -> CellGrid | None:
    """The header is the one of the first rows that names most columns; what stands above it is a title."""
    filled = [k for k, (_, cells) in enumerate(rows[:_HEAD]) if any(cell != "" for cell in cells)]
    if not filled:
        return None
    known = {bare(name) for name in columns}
    at = max(filled, key=lambda k: (sum(_name(cell) in known for cell in rows[k][1]), -k))
    dialect.above = sum(k < at for k in filled)
    number, cells = rows[at]
    names = ["" if isinstance(cell, BrokenCell) else str(cell) for cell in cells]
    below = rows[at + 1 :]
    trailing = _trailing(names, below)
    kept = len(names) - trailing
    if trailing:
        names, below = names[:kept], [(n, c[:kept]) for n, c in below]
    return CellGrid(names, number, below, dialect, broken, trailing)


def _trailing(names: list[str], rows: list[tuple[int, Cells]]) -> int:
    """How many columns at the end have neither a name nor a cell, in rows that are no longer than the header."""
    named = max((place for place, name in enumerate(names, start=1) if name.strip()), default=0)
    rest = (len(cells) <= len(names) and all(cell == "" for cell in cells[named:]) for _, cells in rows)
    return len(names) - named if all(rest) else 0


def _name(cell: Cell | BrokenCell) -> str:
    return bare(cell) if isinstance(cell, str) else ""


def _records(source: ClientFile, text: str, separator: str) -> tuple[list[list[str]], int | None]:
    """All records, and the row of a quoting error if there is one: that row means nothing."""
    strict: list[list[str]] = []
    try:
        for cells in _parse(text, separator, strict=True):
            strict.append(cells)
        return strict, None
    except csv.Error as error:
        row = len(strict) + 1
        source.say(_quoting(str(error)), row)
    try:
        return list(_parse(text, separator, strict=False)), row
    except csv.Error:
        return strict, row


def _parse(text: str, separator: str, *, strict: bool) -> Iterator[list[str]]:
    before = csv.field_size_limit(max(len(text), 1))  # long cells are reported by row and column instead
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    finally:
        csv.field_size_limit(before)


def _quoting(reason: str) -> str:
    if "unexpected end of data" in reason:
        return 'a quote (") opened in this row is never closed; close it, and double any quote inside a cell'
    if "expected after" in reason:
        return 'text follows a closing quote ("); double every quote inside a quoted cell'
    return f"cannot be read as CSV: {reason}"
