"""Rows of a table under its header: a CSV or TSV file, or the first sheet of an Excel workbook."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import IO, Any, BinaryIO

from bespoke.clients.excel import BrokenCell, as_text, open_workbook, rows
from bespoke.tuning.formats.example import BOM, Fault, TrainingRow

LONGEST_CELL = 2**27  # characters; the csv module's own limit of 131,072 is too short for dialogues
NESTED = {"messages", "conversations", "conversation", "tools", "history", "chosen", "rejected", "contents"}


def csv_rows(opened: IO[bytes]) -> Iterator[TrainingRow]:
    """Every row of a table; cells of a column that holds lists are read as JSON."""
    csv.field_size_limit(LONGEST_CELL)
    head = opened.read(3)
    if head == BOM:
        yield TrainingRow(1, None, (Fault("bom", "a byte order mark stands before the header"),))
    opened.seek(0)
    with io.TextIOWrapper(opened, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        delimiter = delimiter_of(file.readline())
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        header = next(reader, [])
        line = reader.line_num + 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield TrainingRow(line, None, (Fault("invalid_json", f"not CSV: {error}"),))
                return
            yield row_of(line, header, cells)
            line = reader.line_num + 1


def excel_rows(file: BinaryIO, shown: str) -> Iterator[TrainingRow]:
    """Every row that holds something, its number as its line. Raises BespokeError for what is no workbook."""
    values, formulas = open_workbook(file, shown)
    visible = [name for name in values.sheetnames if values[name].sheet_state == "visible"]
    header: list[str] = []
    for number, cells in rows(values[visible[0]], formulas[visible[0]]):
        broken = next((cell for cell in cells if isinstance(cell, BrokenCell)), None)
        texts = ["" if isinstance(cell, BrokenCell) else as_text(cell) for cell in cells]
        if not any(texts) and broken is None:
            continue
        if not header:
            width = max(place for place, text in enumerate(texts, start=1) if text)
            header = texts[:width]
        elif broken is not None:
            yield TrainingRow(number, None, (Fault("wrong_type", broken.why),))
        else:
            yield row_of(number, header, texts[: len(header)])


def delimiter_of(header: str) -> str:
    """The delimiter that stands most often in a header: comma, semicolon or tab."""
    return max(",;\t", key=header.count)


def row_of(line: int, header: list[str], cells: list[str]) -> TrainingRow:
    """The cells under their header, with what is wrong with them."""
    if not cells:
        return TrainingRow(line, None, (Fault("blank_line", "a blank line"),))
    if any("\udc80" <= c <= "\udcff" for cell in cells for c in cell if c > "\ud7ff"):
        return TrainingRow(line, None, (Fault("encoding", "not UTF-8"),))
    faults = []
    if len(cells) > len(header):
        faults.append(
            Fault("wrong_cell_count", f"{len(cells) - len(header)} more cells than the header has columns")
        )
    short = header[len(cells) :]
    if short:
        faults.append(Fault("wrong_cell_count", f"no cell for column {', '.join(map(repr, short))}"))
    record = {key: _cell(key, cell) for key, cell in zip(header, cells, strict=False)}
    return TrainingRow(line, record, tuple(faults))


def _cell(column: str, cell: str) -> Any:
    if column not in NESTED or not cell.lstrip().startswith(("[", "{")):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell
