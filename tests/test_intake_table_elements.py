"""The rows of a table one at a time, whatever wrote it: separators, encodings, long rows, workbooks, damaged ones."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bespoke.errors import BespokeError
from bespoke.intake.table_elements import csv_dialect, csv_elements, excel_elements


def rows(content: bytes) -> list[tuple[int, Any]]:
    return [*csv_elements(lambda: io.BytesIO(content), content[:1000], "log.csv")]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b\n1,2\n3,4\n", [(2, {"a": "1", "b": "2"}), (3, {"a": "3", "b": "4"})]),
        (b"a;b\n1;2\n", [(2, {"a": "1", "b": "2"})]),
        (b"a\tb\r\n1\t2\r\n", [(2, {"a": "1", "b": "2"})]),
        (b"a,b\n1\n", [(2, {"a": "1", "b": None})]),  # a cell that is not there
        (b"a,b\n1,2,3\n", [(2, None)]),  # longer than the header
        (b"a,b\n1,2,\n", [(2, {"a": "1", "b": "2"})]),  # nothing stands in what is longer
        (b"a,,b\n1,x,2\n", [(2, {"a": "1", "b": "2"})]),  # a column without a name
        (b'a,b\n"1\n2",3\n', [(2, {"a": "1\n2", "b": "3"})]),
        (b"sep=;\r\na;b\r\n1;2\r\n", [(3, {"a": "1", "b": "2"})]),
        (b'"sep=|"\na|b\n1|2\n', [(3, {"a": "1", "b": "2"})]),
        ("a,b\nü,2\n".encode("cp1252"), [(2, {"a": "ü", "b": "2"})]),
        ("a,b\nü,2\n".encode(), [(2, {"a": "ü", "b": "2"})]),
    ],
)
def test_every_row_has_its_line_and_its_cells_by_name(content: bytes, found: list[tuple[int, Any]]) -> None:
    assert rows(content) == found


@pytest.mark.parametrize(
    ("head", "separator", "windows", "sep_line"),
    [
        (b"a,b;c,d\n", ",", False, False),
        (b"a;b;c,d\n1,2,3,4\n", ";", False, False),  # the first line decides
        (b"SEP=;\na,b\n", ";", False, True),
        (b"a\n" + "ü".encode()[:1], ",", False, False),  # a letter that the head cuts does not count
        (b"a,\xfc\n", ",", True, False),
    ],
)
def test_separator_and_encoding_are_told_from_the_head(
    head: bytes, separator: str, windows: bool, sep_line: bool
) -> None:
    found = csv_dialect(head)
    assert (found.separator, found.encoding == "Windows-1252", found.sep_line) == (
        separator,
        windows,
        sep_line,
    )


def test_what_is_no_csv_is_one_line_with_the_file() -> None:
    with pytest.raises(BespokeError, match=r"^log\.csv: cannot be read as CSV: "):
        rows(b'a,b\n"1"x,2\n')


def book(path: Path, *lines: list[Any], hidden: bool = False) -> Path:
    made = Workbook()
    sheet = made.worksheets[0]
    for line in lines:
        sheet.append(line)
    if hidden:
        sheet.sheet_state = "hidden"
        made.create_sheet().append(["shown"])
        made.worksheets[1].append([7])
    made.save(path)
    return path


def test_a_workbooks_first_sheet_that_is_shown_has_its_rows(tmp_path: Path) -> None:
    moment = datetime(2026, 10, 5, 8, 30)
    path = book(
        tmp_path / "log.xlsx", [], [" time ", "n", None, 5], [moment, 3, "no name", 6], [None], ["later", 4]
    )
    assert [*excel_elements(path)] == [
        (3, {"time": "2026-10-05 08:30:00", "n": 3, "5": 6}), (5, {"time": "later", "n": 4})
    ]  # fmt: skip
    other = book(tmp_path / "hidden.xlsx", ["secret"], [1], hidden=True)
    assert [*excel_elements(other)] == [(2, {"shown": 7})]


@pytest.mark.parametrize("kind", ["no zip", "another zip"])
def test_what_is_no_workbook_is_told_to_be_unpacked(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log.xlsx"
    path.write_bytes(b"words")
    if kind == "another zip":
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("log.json", "{}")
    with pytest.raises(
        BespokeError, match=r"^log\.xlsx: is a zip file and no Excel workbook; unpack it first"
    ):
        [*excel_elements(path)]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b'a,b\n"1"x,2\n'])
def test_the_length_that_others_allow_a_cell_is_as_it_was(content: bytes) -> None:
    before = csv.field_size_limit(1234)
    try:
        with suppress(BespokeError):
            rows(content)
        assert csv.field_size_limit() == 1234
    finally:
        csv.field_size_limit(before)


def test_a_formula_is_the_value_that_was_saved_with_it(tmp_path: Path) -> None:
    """One that no spreadsheet has computed yet has none."""
    path = book(tmp_path / "log.xlsx", ["n", "m"], ["=1+1", 2])
    assert [*excel_elements(path)] == [(2, {"n": None, "m": 2})]
    with zipfile.ZipFile(path) as made:
        parts = {info.filename: made.read(info) for info in made.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b"<v" in parts[sheet]
    parts[sheet] = re.sub(rb"(<f>1\+1</f>)<v ?/?>(</v>)?", rb"\1<v>2</v>", parts[sheet])
    with zipfile.ZipFile(path, "w") as again:
        for name, content in parts.items():
            again.writestr(name, content)
    assert [*excel_elements(path)] == [(2, {"n": 2, "m": 2})]
