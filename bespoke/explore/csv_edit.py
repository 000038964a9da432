"""Sets one cell of CSV text where it stands: quoting, line ends and every other byte stay as they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from bespoke.clients.changes import Value
from bespoke.clients.spreadsheet import FORMULA
from bespoke.errors import BespokeError
from bespoke.explore.yaml_edit import plain


@dataclass(frozen=True)
class Cell:
    """A cell of the text: where its characters begin and end, quotes included, and what they say."""

    start: int
    end: int
    value: str


def set_cells(text: str, key: str, row: str, values: Mapping[str, Value]) -> str:
    """The text with these columns of the row whose `key` column says `row`; a missing row is added at the end,
    a missing column behind the others. Raises BespokeError for text a spreadsheet would take for a formula."""
    written = {column: cell(value) for column, value in values.items()}
    for column in written:
        text = _with_column(text, column)
    header = [c.value.strip() for c in records(text)[0]]
    found = _row(text, header.index(key), row)
    if found is None:
        return _with_row(text, [{**written, key: cell(row)}.get(name, "") for name in header])
    for place in sorted((header.index(column) for column in written), reverse=True):
        own = found[place]
        text = text[: own.start] + written[header[place]] + text[own.end :]
    return text


def cell(value: Value) -> str:
    """A value as the client's tables write it, quoted where it must be."""
    if value is None:
        return ""
    if not isinstance(value, str | tuple):
        return plain(value)
    if isinstance(value, str) and value.lstrip().startswith(FORMULA):
        raise BespokeError(f"{value!r} begins like a formula; write this row into the table by hand")
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([value])
    return out.getvalue()


def records(text: str) -> list[list[Cell]]:
    """Every record's cells; a blank line is a record without any. The text must be well-formed CSV."""
    found: list[list[Cell]] = []
    row: list[Cell] = []
    at = 0
    while at < len(text):
        own = _cell_at(text, at)
        after = text[own.end : own.end + 1]
        blank = not row and own.start == own.end and after != ","
        row += [] if blank else [own]
        at = own.end + 1
        if after != ",":
            found.append(row)
            row = []
            at += after == "\r" and text[at : at + 1] == "\n"
        elif at == len(text):  # a comma ends the file: one more empty cell
            row.append(Cell(at, at, ""))
    return [*found, row] if row else found


def _cell_at(text: str, start: int) -> Cell:
    end = start
    if text.startswith('"', start):
        end += 1
        while (quote := text.index('"', end)) and text.startswith('""', quote):
            end = quote + 2
        end = quote + 1
    while end < len(text) and text[end] not in ",\r\n":
        end += 1
    raw = text[start:end]
    return Cell(start, end, raw[1:-1].replace('""', '"') if raw.startswith('"') else raw)


def _row(text: str, place: int, name: str) -> list[Cell] | None:
    rows = (row for row in records(text)[1:] if len(row) > place)
    return next((row for row in rows if row[place].value.strip() == name), None)


def _with_row(text: str, cells: list[str]) -> str:
    line = "\r\n" if "\r\n" in text else "\n"
    gap = "" if text.endswith(("\n", "\r")) else line
    return f"{text}{gap}{','.join(cells)}{line}"


def _with_column(text: str, column: str) -> str:
    rows = records(text)
    if column in [c.value.strip() for c in rows[0]]:
        return text
    for number, row in reversed(list(enumerate(rows))):
        if row:
            end = row[-1].end
            text = f"{text[:end]},{'' if number else column}{text[end:]}"
    return text
