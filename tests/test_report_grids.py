"""Merged cells in their places, columns that are none, and a long table without its middle."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke.report.grids import GridCell, _begun, _index, _slot, placed, shortened
from bespoke.report.model import DocumentTable, TableColumn


def cell(text: str, rows: int = 1, columns: int = 1) -> GridCell:
    return GridCell(text, rows, columns)


def test_cells_stand_in_their_columns_and_merged_ones_cover_others() -> None:
    grid, spans = placed([[cell("a", rows=2), cell("b", columns=2)], [cell("c"), cell("d")], [cell("e")]])
    assert grid == [["a", "b", ""], ["", "c", "d"], ["e"]]
    assert spans == {(0, 0): (2, 1), (0, 1): (1, 2)}
    grid, _ = placed([[cell("a", rows=2), cell("b", columns=2)], [cell("c"), cell("d")]], repeat=True)
    assert grid == [["a", "b", "b"], ["a", "c", "d"]]


def test_a_cell_over_three_rows_hangs_until_its_last() -> None:
    grid, spans = placed(
        [[cell("a", rows=3), cell("b")], [cell("c")], [cell("d")], [cell("e"), cell("f")]], repeat=True
    )
    assert grid == [["a", "b"], ["a", "c"], ["a", "d"], ["e", "f"]]
    assert spans == {(0, 0): (3, 1)}


def test_a_cell_reaches_no_farther_than_the_table_nor_into_another() -> None:
    grid, spans = placed([[cell("a", rows=9), cell("b")], [cell("c", columns=5)]])
    assert spans[0, 0] == (2, 1)
    assert grid[1] == ["", "c", "", "", "", ""]
    grid, spans = placed([[cell("a"), cell("b", rows=2)], [cell("c", columns=3)]])
    assert (grid, spans) == ([["a", "b"], ["c", ""]], {(0, 1): (2, 1)})
    _, spans = placed([[cell("a", columns=2000)]])
    assert spans == {(0, 0): (1, 1000)}


def test_a_column_that_only_merged_cells_reach_is_none() -> None:
    grid, spans = placed([[cell("title", columns=4)], [cell("a"), cell("b")]])
    assert _begun(grid, spans) == [0, 1]
    grid, spans = placed([[cell("title", columns=2)], [cell("a"), cell("")]])
    assert 0 in _begun(grid, spans)


@pytest.mark.parametrize(
    ("attributes", "text", "found"),
    [
        ("", " a ", cell("a")), (' class="x"', "a &amp; b\n c", cell("a & b c")),
        (' rowspan="2" COLSPAN=3', "a", cell("a", 2, 3)), (' colspan="0"', "a", cell("a")),
    ],
)  # fmt: skip
def test_a_cell_is_read_with_its_spans(attributes: str, text: str, found: GridCell) -> None:
    assert _slot(attributes, text) == found


def test_as_many_columns_name_a_row_as_the_table_says_and_never_all() -> None:
    rows: Any = [[cell("a")]]
    bodies = [(None, 2), (None, 1)]
    assert [_index(bodies, rows, width) for width in (5, 3, 2, 1)] == [2, 2, 1, 1]
    assert (_index([], rows, 5), _index([(None, 0)], rows, 5), _index(bodies, [], 5)) == (1, 1, 1)


def table(n: int, spans: dict[Any, Any] | None = None, columns: int = 2) -> DocumentTable:
    rows: Any = [[f"r{i}", *[f"v{i}"] * (columns - 1)] for i in range(n)]
    return DocumentTable([TableColumn(str(i)) for i in range(columns)], rows, spans=spans or {})


@pytest.mark.parametrize(("n", "most"), [(5, 0), (5, 5), (5, 6)])
def test_a_table_that_is_short_enough_stays(n: int, most: int) -> None:
    whole = table(n)
    assert shortened(whole, most, "{n} left out") == 0
    assert len(whole.rows) == n


def test_the_middle_of_a_long_table_is_a_row_that_counts_it() -> None:
    long = table(2000)
    assert shortened(long, 5, "{n} left out") == 1995
    assert [row[0] for row in long.rows] == ["r0", "r1", "r2", "1,995 left out", "r1998", "r1999"]
    assert long.rows[3] == ["1,995 left out", ""]
    assert long.spans == {(3, 0): (1, 2)}
    one = table(4, columns=1)
    assert shortened(one, 1, "{n} left out") == 3
    assert (one.rows, one.spans) == ([["r0"], ["3 left out"]], {})


def test_a_merged_cell_keeps_what_is_left_of_it() -> None:
    """Of ten rows the first two and the last two stay: rows 2 to 7 go."""
    merged = {(0, 0): (2, 1), (1, 1): (3, 1), (3, 0): (2, 1), (5, 1): (4, 1), (8, 0): (2, 1), (9, 1): (1, 1)}
    long = table(10, merged)
    shortened(long, 4, "{n}")
    assert [row[0] for row in long.rows] == ["r0", "r1", "6", "r8", "r9"]
    assert long.spans == {(2, 0): (1, 2), (0, 0): (2, 1), (3, 0): (2, 1)}
    assert long.rows[3][1] == "v5", "what reaches down from the middle keeps its words"
