"""How the intake workbook looks and what its cells take: headings, explanations, lists, values that stay values."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bespoke.intake.workbook import workbook_phrases
from bespoke.intake.workbook.workbook_content import WorkbookContent
from bespoke.intake.workbook.workbook_writing import FIRST, LONGEST, SPARE, _Lists, _put, write


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A client with one task and little else."""
    path = tmp_path_factory.mktemp("intake") / "acme.xlsx"
    task = {
        "task_id": "t",
        "name": "Sort mail",
        "kind": "classification",
        "requests_per_day": 45.5,
        "rag_done": True,
    }
    write(
        WorkbookContent({"client": "Acme", "residency": ("eu", "us")}, {"tasks": [task]}), "acme", "en", path
    )
    return load_workbook(path)


def column(sheet: Any, name: str) -> str:
    """The letter of the column that a row of keys names."""
    return next(cell.column_letter for cell in sheet[FIRST - 1] if cell.value == name)


def test_the_sheets_stand_in_order_and_lists_are_hidden_behind_them(book: Any) -> None:
    assert [sheet.title for sheet in book] == [
        "Read me", "Engagement", "Tasks", "Failures", "Cases", "Prices", "Phases", "lists"
    ]  # fmt: skip
    assert [sheet.sheet_state for sheet in book] == ["visible"] * 7 + ["hidden"]
    assert (book.properties.subject, book.properties.language) == ("acme", "en")
    start = book["Read me"]
    assert start["A1"].value == "acme"
    assert (start["A1"].font.bold, start["A1"].font.sz, start.column_dimensions["A"].width) == (True, 16, 100)
    assert all(row[0].alignment.wrap_text for row in start.iter_rows())


@pytest.mark.parametrize(
    ("sheet", "name"), [("Engagement", "engagement"), ("Tasks", "tasks"), ("Phases", "phases")]
)
def test_each_sheet_has_its_title_above_it(book: Any, sheet: str, name: str) -> None:
    cell = book[sheet]["A1"]
    assert cell.value == workbook_phrases.phrase("titles", name, "en") != ""
    assert (cell.font.bold, cell.font.sz) == (True, 13)


def test_the_engagement_is_a_row_for_each_answer_with_its_key_and_explanation(book: Any) -> None:
    sheet = book["Engagement"]
    by_key = {row[3].value: row for row in sheet.iter_rows(min_row=3)}
    assert (by_key["client"][1].value, by_key["residency"][1].value) == ("Acme", "eu; us")
    assert by_key["client"][3].font.color.rgb == "00999999"
    assert by_key["client"][2].alignment.wrap_text
    assert sheet.freeze_panes == "A3"
    # an explanation has twice the room of an answer
    assert [sheet.column_dimensions[letter].width for letter in "ABCD"] == [36, 30, 60, 34]


def test_a_table_has_words_explanations_and_keys_above_its_rows(book: Any) -> None:
    sheet = book["Tasks"]
    assert [sheet[f"{column(sheet, name)}{FIRST}"].value for name in ("task_id", "kind", "requests_per_day")] == [
        "t", "classification", 45.5
    ]  # fmt: skip
    assert sheet[f"{column(sheet, 'rag_done')}{FIRST}"].value == "yes"
    assert sheet[f"{column(sheet, 'name')}2"].value == "Task"
    assert sheet.freeze_panes == f"B{FIRST}"
    assert sheet.column_dimensions[column(sheet, "name")].width == 34
    assert sheet.column_dimensions[column(sheet, "task_id")].width == 20


@pytest.mark.parametrize(
    ("name", "kind", "formula"),
    [
        ("kind", "list", "lists!$"),
        ("rag_done", "list", "lists!$"),
        ("model", "list", "lists!$"),
        (
            "requests_per_day",
            "custom",
            'OR(ISNUMBER({first}),ISNUMBER(SEARCH("..",{first})),ISTEXT({first}))',
        ),
    ],
)
def test_cells_of_a_table_are_checked_and_so_are_the_spare_ones_below(
    book: Any, name: str, kind: str, formula: str
) -> None:
    sheet = book["Tasks"]
    letter = column(sheet, name)
    first = f"{letter}{FIRST}"
    (rule,) = (one for one in sheet.data_validations.dataValidation if first in one.sqref)
    assert str(rule.sqref) == f"{first}:{letter}{FIRST + 1 + SPARE}"
    assert (rule.type, rule.errorStyle, rule.allow_blank) == (kind, "warning", True)
    assert rule.formula1.startswith(formula.format(first=first))


def test_a_day_is_checked_to_be_one_of_this_time(book: Any) -> None:
    sheet = book["Prices"]
    letter = column(sheet, "read_on")
    (rule,) = (one for one in sheet.data_validations.dataValidation if f"{letter}{FIRST}" in one.sqref)
    assert (rule.type, rule.operator) == ("date", "greaterThan")
    assert rule.formula1 == str((datetime(2019, 12, 31) - datetime(1899, 12, 30)).days)


def test_the_same_list_stands_once() -> None:
    lists = _Lists(Workbook().create_sheet("lists"))
    assert lists.place(("yes", "no")) == "lists!$A$1:$A$2"
    assert lists.place(("a", "b", "c")) == "lists!$B$1:$B$3"
    assert lists.place(("yes", "no")) == "lists!$A$1:$A$2"
    assert [[cell.value for cell in row] for row in lists.sheet.iter_rows()] == [
        ["yes", "a"], ["no", "b"], [None, "c"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "found", "kind", "quoted"),
    [
        (None, None, "n", False),
        ("words", "words", "s", False),
        ("=1+1", "=1+1", "s", True),  # text, whatever it looks like
        ("-5", "-5", "s", True),
        ("+5", "+5", "s", True),
        ("@x", "@x", "s", True),
        (Decimal("2.50"), 2.5, "n", False),
        (Decimal("3.0"), 3, "n", False),
        (True, True, "b", False),
        ("x" * LONGEST, "x" * LONGEST, "s", False),
        ("x" * (LONGEST + 1), f"⟦{LONGEST + 1} characters, kept in the folder⟧", "s", False),
        ("a\x07b", "⟦3 characters, kept in the folder⟧", "s", False),
    ],
)
def test_a_value_is_put_as_what_it_is(value: object, found: object, kind: str, quoted: bool) -> None:
    cell = _put(Workbook().worksheets[0].cell(1, 1), value)
    assert (cell.value, cell.data_type, bool(cell.quotePrefix)) == (found, kind, quoted)
    assert type(cell.value) is type(found)


def test_a_day_is_written_as_one() -> None:
    cell = _put(Workbook().worksheets[0].cell(1, 1), datetime(2026, 11, 20).date())
    assert cell.number_format == "yyyy-mm-dd"
    assert _put(Workbook().worksheets[0].cell(1, 1), 7).number_format == "General"
