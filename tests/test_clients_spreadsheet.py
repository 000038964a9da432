"""CSV that we write runs no formula."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.clients.spreadsheet import inert, write_csv

# What spreadsheets compute: OWASP's list of CSV injection, and the full-width forms of its signs that Excel reads too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.mark.parametrize("start", FORMULA)
def test_text_that_begins_a_formula_is_text(start: str) -> None:
    assert inert(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_a_formula_behind_spaces_is_text_too() -> None:
    assert inert("  =1+1") == "'  =1+1"


@pytest.mark.parametrize(
    ("cell", "text"),
    [(-5, "-5"), (Decimal("-0.5"), "-0.5"), (None, ""), ("a=b", "a=b"), ("", ""), (True, "True")],
)
def test_everything_else_stays_as_it_is(cell: object, text: str) -> None:
    assert inert(cell) == text


@given(st.text())
def test_no_text_comes_out_as_a_formula(text: str) -> None:
    assert not inert(text).startswith(FORMULA)
    assert inert(text).removeprefix("'") in (text, text.removeprefix("'"))


def test_a_written_file_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(path, ["name", "cost"], [["=1+1", -3], ['say "hi", he said\n', None]])
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["name", "cost"], ["'=1+1", "-3"], ['say "hi", he said\n', ""]]
