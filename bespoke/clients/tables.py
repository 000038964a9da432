"""CSV files: rows of typed cells, and every problem by row and column as a spreadsheet counts them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bespoke.clients.files import Source
from bespoke.clients.scalars import Unfit, parse
from bespoke.clients.schema import Row
from bespoke.clients.shapes import Shape, fields
from bespoke.clients.wording import quote, unknown_names

LONGEST_CELL = 1_000_000  # characters; the longest prompt a model takes is of this order
Numbered = tuple[int, dict[str, Any]]  # row number, typed cells by column; a cell that did not fit is absent


def read_table(source: Source, text: str, model: type[Row]) -> list[Numbered]:
    """The rows of a CSV file as fields of `model`."""
    records, broken = _records(source, text)
    if not records:
        return []
    header = _header(source, records[0], model)
    rows = []
    for number, cells in enumerate(records[1:], start=2):
        if number == broken or not any(cell.strip() for cell in cells):
            continue
        rows.append((number, _row(source, number, cells, header, fields(model))))
    if not rows and broken is None:
        source.say_empty("has a header but no rows")
    return rows


def _records(source: Source, text: str) -> tuple[list[list[str]], int | None]:
    """All records, and the row of a quoting error if there is one: that row means nothing."""
    separator = _separator(source, text)
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


def _separator(source: Source, text: str) -> str:
    first = text.split("\n", 1)[0]
    if "," in first:
        return ","
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if separator in first:
            source.say(f"cells are separated by {name}; save it with commas", 1)
            return separator
    return ","


def _quoting(reason: str) -> str:
    if "unexpected end of data" in reason:
        return 'a quote (") opened in this row is never closed; close it, and double any quote inside a cell'
    if "expected after" in reason:
        return 'text follows a closing quote ("); double every quote inside a quoted cell'
    return f"cannot be read as CSV: {reason}"


def _header(source: Source, names: list[str], model: type[Row]) -> list[str]:
    known = fields(model)
    for name, count in Counter(names).items():
        if count > 1 and name:
            source.say(f"column stands {count} times; keep one", 1, name)
    for place, name in enumerate(names, start=1):
        if not name.strip():
            source.say(f"column {place} has no name; name it or delete it", 1)
    for unknown, message in unknown_names([n for n in names if n.strip()], list(known), "column"):
        source.say(message, 1, unknown)
    for name, shape in known.items():
        if name not in names and shape.required:
            source.say(f"column is missing; it holds {shape.expects()}", 1, name)
    return names


def _row(
    source: Source, number: int, cells: list[str], header: list[str], shapes: dict[str, Shape]
) -> dict[str, Any]:
    if len(cells) != len(header):
        cell = "cell" if len(cells) == 1 else "cells"
        source.say(
            f"{len(cells)} {cell}, the header has {len(header)}; quote a cell that holds a comma", number
        )
        cells = cells[:1]  # the first is still where it should be, so that the row keeps its id
    row: dict[str, Any] = {}
    for name, text in zip(header, cells, strict=False):
        if name not in shapes or name in row:
            continue
        if len(text) > LONGEST_CELL:
            source.say(f"cell of {len(text)} characters; at most {LONGEST_CELL}", number, name)
            continue
        try:
            row |= _cell(text, shapes[name], name)
        except Unfit as unfit:
            source.say(str(unfit), number, name)
    return row


def _cell(text: str, shape: Shape, name: str) -> dict[str, Any]:
    verbatim = shape.kind == "text" and not shape.shortest  # a prompt's own spaces are part of it
    if not verbatim:
        text = text.strip()
    if text:
        return {name: parse(text, shape)}
    if shape.kind == "text" and not shape.shortest:
        return {name: text}
    if shape.required:
        raise Unfit(f"is empty; must be {shape.expects()}")
    return {}


def check_unique(source: Source, rows: list[Numbered], column: str) -> None:
    """Says of every row whose `column` repeats an earlier one which row that is."""
    first: dict[str, int] = {}
    for number, row in rows:
        value = row.get(column)
        if value is None:
            continue
        if value in first:
            source.say(
                f"{quote(value)} stands in row {first[value]} already; give each its own", number, column
            )
        first.setdefault(value, number)
