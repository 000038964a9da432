"""Tables of the client folder: rows of typed cells, every problem by row and column as a spreadsheet counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from bespoke.clients import cell_answers, spreadsheet
from bespoke.clients.excel import BrokenCell, Cell, as_text
from bespoke.clients.field_rules import FieldRule, fields
from bespoke.clients.files import ClientFile
from bespoke.clients.grid import CellGrid, grid
from bespoke.clients.numerals import Numerals, numerals
from bespoke.clients.scalars import InvalidValue, check_number, parse
from bespoke.clients.schema import Row, SavedAs
from bespoke.clients.wording import MANY, bare, did_you_mean, first_few, nearest, quote

LONGEST_CELL = 1_000_000  # characters; the longest prompt a model takes is of this order
MISSPELT = 0.75  # likeness from which a stranger's name is taken for that of a missing column
Numbered = tuple[int, dict[str, Any]]  # row number, typed cells by column; a cell that did not fit is absent


def read_table(source: ClientFile, model: type[Row], saved: SavedAs | None = None) -> list[Numbered] | None:
    """The rows of a CSV file or an Excel sheet as fields of `model`; None when there is nothing to go on with.

    How a CSV was saved is found from the whole file and said in one line, unless `saved` gives it.
    """
    found = grid(source, list(fields(model)), saved or SavedAs())
    return None if found is None else read_grid(source, found, model, saved)


def read_grid(
    source: ClientFile, found: CellGrid, model: type[Row], saved: SavedAs | None = None
) -> list[Numbered]:
    """The rows of a table whose cells are there already."""
    shapes = fields(model)
    header = _header(source, found, model)
    written = _numerals(found, header, shapes, saved)
    found.dialect.decimal_comma = written.comma
    if not found.dialect.plain:
        source.say(found.dialect.words(), found.header, warning=True)
    rows = [
        (number, _row(source, number, cells, header, model, written))
        for number, cells in found.rows
        if any(not isinstance(cell, str) or cell.strip() for cell in cells)
    ]
    if not rows and not found.broken:
        source.say_empty("has a header but no rows")
    return rows


def _header(source: ClientFile, found: CellGrid, model: type[Row]) -> list[str]:
    """The model's name of each column; a column that is none of the model's keeps the name it has."""
    known = {bare(name): name for name in fields(model)}
    names = [known.get(bare(name), name.strip()) for name in found.names]
    for name, count in Counter(names).items():
        if count > 1 and name:
            source.say(f"column stands {count} times; keep one", found.header, name)
    empty = found.trailing
    for place, name in enumerate(names):
        if not name and any(place < len(cells) and cells[place] != "" for _, cells in found.rows):
            source.say(f"column {place + 1} has no name; name it or delete it", found.header)
        empty += not name
    if empty:
        columns = "an empty column" if empty == 1 else f"{empty} empty columns"
        source.say(f"{columns} without a name left out", found.header, warning=True)
    missing = [name for name in known.values() if name not in names]
    _name_strangers(source, [n for n in names if n and n not in known.values()], missing, found.header)
    silent = [name for name in missing if name in model.may_be_unknown and fields(model)[name].required]
    if silent:
        columns = "column is" if len(silent) == 1 else "columns are"
        source.say(
            f"{columns} missing and taken as not known: {', '.join(silent)}", found.header, warning=True
        )
    for name in missing:
        if fields(model)[name].required and name not in silent:
            expects = fields(model)[name].expects()
            source.say(f"column is missing; it holds {expects}", found.header, name)
    return names


def _name_strangers(source: ClientFile, strangers: list[str], missing: list[str], row: int) -> None:
    """A name much like that of a missing column is a slip; any other column is somebody's own."""
    strangers = list(dict.fromkeys(strangers))
    slips = [name for name in strangers if nearest(name, missing, MISSPELT)]
    if len(slips) > MANY:
        source.say(f"{len(slips)} unknown columns: {first_few(map(quote, slips))}", row)
    else:
        for name in slips:
            source.say("unknown column" + did_you_mean(name, missing), row, name)
    own = [name for name in strangers if name not in slips]
    if own:
        columns = "column that is" if len(own) == 1 else "columns that are"
        source.say(f"{columns} not of this table kept aside: {first_few(map(quote, own))}", row, warning=True)


def _numerals(
    found: CellGrid, header: list[str], shapes: dict[str, FieldRule], saved: SavedAs | None
) -> Numerals:
    """From the number columns of the whole table; what the owner says goes before."""
    if saved is not None and saved.decimal is not None:
        return Numerals(comma=saved.decimal == ",", settled=True)
    numeric = [k for k, name in enumerate(header) if name in shapes and shapes[name].numeric]
    return numerals(part for _, cells in found.rows for part in _number_texts(cells, numeric))


def _number_texts(cells: list[Cell | BrokenCell], numeric: list[int]) -> Iterable[str]:
    for place in numeric:
        cell = cells[place] if place < len(cells) else ""
        if isinstance(cell, str):
            yield from (part.strip() for part in cell.split(cell_answers.TO))


def _row(
    source: ClientFile,
    number: int,
    cells: list[Cell | BrokenCell],
    header: list[str],
    model: type[Row],
    written: Numerals,
) -> dict[str, Any]:
    if len(cells) != len(header):
        cell = "cell" if len(cells) == 1 else "cells"
        source.say(
            f"{len(cells)} {cell}, the header has {len(header)}; quote a cell that holds a comma", number
        )
        cells = cells[:1]  # the first is still where it should be, so that the row keeps its id
    shapes = fields(model)
    row: dict[str, Any] = {}
    wrong: set[str] = set() if len(cells) == len(header) else set(header)
    for name, value in zip(header, cells, strict=False):
        if name not in shapes or name in row:
            continue
        try:
            found, warning = _cell(value, shapes[name], name, model, written)
        except InvalidValue as unfit:
            source.say(str(unfit), number, name)
            wrong.add(name)
            continue
        cell_answers.add(row, found)
        if warning:
            source.say(warning, number, name, warning=True)
    return cell_answers.completed(row, model, wrong)


def _cell(
    value: Cell | BrokenCell, shape: FieldRule, name: str, model: type[Row], written: Numerals
) -> tuple[dict[str, Any], str]:
    """What one cell says, by field, and a warning or nothing. Raises Unfit."""
    if isinstance(value, BrokenCell):
        raise InvalidValue(value.why)
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        raise InvalidValue(f"cell of {len(value)} characters; at most {LONGEST_CELL}")
    if isinstance(value, Decimal) and shape.numeric:
        return {name: check_number(value, shape)}, ""
    if isinstance(value, date) and shape.numeric:
        raise InvalidValue(
            f"is the date {value}; a spreadsheet makes one of what looks like it, so type the number again"
        )
    text = spreadsheet.bare(as_text(value))
    verbatim = shape.kind == "text" and not shape.shortest  # a prompt's own spaces are part of it
    if not verbatim:
        text = text.strip()
    if name in model.may_be_unknown:
        answer = cell_answers.read(text, name, shape, model, written)
        if answer is not None:
            return answer
    if text and shape.numeric:
        plain, warning = written.plain(text, whole=shape.kind == "whole number")
        return {name: parse(plain, shape)}, warning
    if text or verbatim:
        return {name: parse(text, shape) if text else text}, ""
    if shape.required:
        raise InvalidValue(f"is empty; must be {shape.expects()}")
    return {}, ""


def check_unique(source: ClientFile, rows: list[Numbered], column: str) -> None:
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


def check_references(
    source: ClientFile, rows: list[Numbered], column: str, known: Iterable[str], why: str, *, warning: bool = False
) -> None:  # fmt: skip
    """Says of every row whose `column` is none of the known names that it dangles, with the nearest of them."""
    names = dict.fromkeys(known)
    for number, row in rows:
        name = row.get(column)
        if name is not None and name not in names:
            source.say(f"{quote(name)} {why}{source.near(name, names)}", number, column, warning=warning)
