"""One cell set in CSV text, and nothing else of it touched."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.errors import BespokeError
from bespoke.explore.csv_edit import cell, records, set_cells

TASKS = 'task_id,name,requests_per_day,note\nt1,"Notes, ""long""",9200,\n\nt2,Routing, 5400 ,"two\nlines"\n'


def test_only_the_characters_of_the_cell_change() -> None:
    after = set_cells(TASKS, "task_id", "t2", {"requests_per_day": 6000.0})
    assert after == TASKS.replace(" 5400 ", "6000")
    after = set_cells(TASKS, "task_id", "t1", {"requests_per_day": None, "note": True})
    assert after == TASKS.replace(",9200,\n", ",,true\n")


def test_line_ends_and_quotes_of_other_cells_are_kept() -> None:
    text = '"code","family"\r\n"a, b",format\r\nc,tone'
    assert set_cells(text, "code", "a, b", {"family": "facts"}) == text.replace("format", "facts")
    assert set_cells(text, "code", "c", {"family": "facts"}) == text.replace("tone", "facts")


def test_a_missing_row_is_added_with_the_columns_of_the_header() -> None:
    assert set_cells("family,code", "code", "a, b", {"family": "tone"}) == 'family,code\ntone,"a, b"\n'
    assert set_cells("code,family\r\n", "code", "c", {"family": "tone"}) == "code,family\r\nc,tone\r\n"


def test_a_missing_column_is_added_behind_the_others() -> None:
    text = 'task_id,name\nt1,"A\nB"\n\nt2,C'
    after = set_cells(text, "task_id", "t2", {"rag_done": False})
    assert after == 'task_id,name,rag_done\nt1,"A\nB",\n\nt2,C,false'


def test_a_formula_is_not_written() -> None:
    with pytest.raises(BespokeError, match="begins like a formula"):
        set_cells("code,family\n", "code", "=1+1", {"family": "tone"})


def test_numbers_are_written_as_people_write_them() -> None:
    assert [cell(v) for v in (0.715, 12000.0, 50_000_000, -3, None, "a b")] == [
        "0.715", "12000", "50000000", "-3", "", "a b",
    ]  # fmt: skip


CELLS = st.lists(st.text('ab",\n\r ', max_size=4), min_size=1, max_size=4)


@given(st.lists(CELLS, max_size=4), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_cells_are_read_as_the_csv_module_reads_them(rows: list[list[str]], end: str, quoted: bool) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows(
        rows
    )
    text = out.getvalue()
    found = records(text)
    assert [[c.value for c in row] for row in found] == list(
        csv.reader(io.StringIO(text, newline=""), strict=True)
    )
    assert all(c.end <= len(text) for row in found for c in row)
