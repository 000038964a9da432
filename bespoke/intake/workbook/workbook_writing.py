"""A content as an Excel workbook: headings, explanations, lists and checked cells in the client's language."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bespoke.clients import known
from bespoke.clients.field_rules import FieldRule, fields
from bespoke.clients.schema import Engagement, Row
from bespoke.intake.workbook import workbook_phrases
from bespoke.intake.workbook.workbook_content import SHEETS, Sheet, WorkbookContent, shown
from bespoke.saving import write_atomically

LISTS = "lists"  # the hidden sheet of drop-down lists
KEPT = "⟦"  # begins a cell that stands for a text the folder keeps
LONGEST = 32_767  # characters of a cell in Excel
FIRST = 5  # row of the first answer in a table
SPARE = 200  # rows below the last one that are checked as well
_HEAD = PatternFill("solid", fgColor="1F4E79")
_HELP = PatternFill("solid", fgColor="EAF0F6")
_WIDE = {
    "name": 34, "prompt": 60, "expected": 45, "actual": 45, "note": 40, "input": 60, "source": 34, "key": 34,
}  # fmt: skip


def write(content: WorkbookContent, client: str, language: str, path: Path) -> None:
    """Writes the workbook, the whole of it or nothing. Raises BespokeError."""
    book = Workbook()
    book.properties.subject, book.properties.language = client, language
    lists = _Lists(book.create_sheet(LISTS))
    start = book.worksheets[0]
    start.title = workbook_phrases.phrase("sheets", "start", language)
    for number, sentence in enumerate([client, *workbook_phrases.start(language)], start=1):
        _put(start.cell(number, 1), sentence).alignment = Alignment(wrap_text=True)
    start.cell(1, 1).font = Font(bold=True, size=16)
    start.column_dimensions["A"].width = 100
    _engagement(
        book.create_sheet(workbook_phrases.phrase("sheets", "engagement", language)), content, language, lists
    )
    for sheet in SHEETS:
        rows = content.tables.get(sheet.name, [])
        _table(
            book.create_sheet(workbook_phrases.phrase("sheets", sheet.name, language)),
            sheet,
            rows,
            language,
            lists,
        )
    lists.sheet.sheet_state = "hidden"
    book.move_sheet(LISTS, len(book.sheetnames))
    out = io.BytesIO()
    book.save(out)
    write_atomically(path, out.getvalue())


class _Lists:
    """Drop-down lists, each a column of the hidden sheet."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self._places: dict[tuple[str, ...], str] = {}

    def place(self, entries: tuple[str, ...]) -> str:
        """Where the list stands, as a formula has it."""
        if entries not in self._places:
            column = len(self._places) + 1
            for row, entry in enumerate(entries, start=1):
                _put(self.sheet.cell(row, column), entry)
            letter = get_column_letter(column)
            self._places[entries] = f"{LISTS}!${letter}$1:${letter}${len(entries)}"
        return self._places[entries]


def _engagement(sheet: Worksheet, content: WorkbookContent, language: str, lists: _Lists) -> None:
    _title(sheet, workbook_phrases.phrase("titles", "engagement", language))
    for column, (name, width) in enumerate((("label", 36), ("value", 30), ("help", 60), ("id", 34)), start=1):
        _heading(sheet.cell(2, column), workbook_phrases.phrase("headings", name, language))
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, key in enumerate(workbook_phrases.columns("engagement"), start=3):
        label, help_text = workbook_phrases.column("engagement", key, language)
        _put(sheet.cell(row, 1), label)
        value = content.engagement.get(key)
        shape = _shape(key)
        _put(
            sheet.cell(row, 2),
            _in_words("; ".join(value) if isinstance(value, tuple) else value, shape, language),
        )
        _explained(sheet.cell(row, 3), help_text)
        _put(sheet.cell(row, 4), key).font = Font(color="999999")
        _check(sheet, f"B{row}", key, shape, lists, language, known_only=False)
    sheet.freeze_panes = "A3"


def _shape(key: str) -> FieldRule:
    model: type[Row] = Engagement
    *outer, last = key.split(".")
    for part in outer:
        record = fields(model)[part].record
        assert record is not None
        model = record
    return fields(model)[last]


def _table(sheet: Worksheet, about: Sheet, rows: list[dict[str, Any]], language: str, lists: _Lists) -> None:
    shapes = fields(about.model)
    _title(sheet, workbook_phrases.phrase("titles", about.name, language))
    for column, name in enumerate(shapes, start=1):
        label, help_text = workbook_phrases.column(about.name, name, language)
        letter = get_column_letter(column)
        _heading(sheet.cell(2, column), label)
        _explained(sheet.cell(3, column), help_text)
        _put(sheet.cell(4, column), name).font = Font(color="999999", size=8)
        sheet.column_dimensions[letter].width = _WIDE.get(name, 20)
        for row, values in enumerate(rows, start=FIRST):
            _put(sheet.cell(row, column), _in_words(shown(values, name), shapes[name], language))
        cells = f"{letter}{FIRST}:{letter}{FIRST + len(rows) + SPARE}"
        known_only = name not in about.model.may_be_unknown
        _check(sheet, cells, name, shapes[name], lists, language, known_only=known_only)
    sheet.row_dimensions[3].height = 60
    sheet.freeze_panes = f"B{FIRST}"


def _title(sheet: Worksheet, text: str) -> None:
    _put(sheet.cell(1, 1), text).font = Font(bold=True, size=13)


def _heading(cell: Any, text: str) -> None:
    _put(cell, text).font = Font(bold=True, color="FFFFFF")
    cell.fill = _HEAD


def _explained(cell: Any, text: str) -> None:
    _put(cell, text).alignment = Alignment(wrap_text=True, vertical="top")
    cell.fill = _HELP


def _in_words(value: object, shape: FieldRule, language: str) -> Any:
    if isinstance(value, bool):
        return workbook_phrases.choice("yes" if value else "no", language)
    if shape.kind == "choice" and isinstance(value, str):
        return workbook_phrases.choice(value, language)
    return value


def _put(cell: Any, value: Any) -> Any:
    """The value as a typed cell; text is never a formula, and what Excel cannot hold is kept by the folder."""
    if value is None:
        return cell
    if isinstance(value, Decimal):
        value = float(value) if value != value.to_integral_value() else int(value)
    if isinstance(value, str):
        if len(value) > LONGEST or ILLEGAL_CHARACTERS_RE.search(value):
            value = f"{KEPT}{len(value)} characters, kept in the folder⟧"
        cell.value, cell.data_type = value, "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
        return cell
    cell.value = value
    if not isinstance(value, (bool, int, float)):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _check(
    sheet: Worksheet,
    cells: str,
    name: str,
    shape: FieldRule,
    lists: _Lists,
    language: str,
    *,
    known_only: bool,
) -> None:
    """A drop-down list or a rule for the cells; Excel warns and lets through what the reader has words for."""
    entries: tuple[str, ...] = ()
    if shape.kind == "choice":
        entries = tuple(workbook_phrases.choice(word, language) for word in shape.choices)
    elif shape.kind == "yes or no":
        entries = (workbook_phrases.choice("yes", language), workbook_phrases.choice("no", language))
    elif name == "model":
        entries = known.models()
    first = cells.partition(":")[0]
    if entries:
        rule = DataValidation(type="list", formula1=lists.place(entries), allow_blank=True)
    elif shape.numeric:
        others = "" if known_only else f',ISNUMBER(SEARCH("..",{first})),ISTEXT({first})'
        rule = DataValidation(type="custom", formula1=f"OR(ISNUMBER({first}){others})", allow_blank=True)
    elif shape.kind == "day":
        rule = DataValidation(type="date", operator="greaterThan", formula1="43830", allow_blank=True)  # 2020
    else:
        return
    rule.errorStyle, rule.showErrorMessage = "warning", True
    sheet.add_data_validation(rule)
    rule.add(cells)
