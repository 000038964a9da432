"""Every table of a report as CSV and JSON: typed values, names, and nothing a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from bespoke.errors import BespokeError
from bespoke.report import tables
from bespoke.report.model import CalloutBox, Document, DocumentTable, Section, TableColumn
from bespoke.report.table_data import from_block
from bespoke.saving import write_together
from bespoke.show import blocks

LOAD = blocks.Table(
    label="tbl-load",
    caption="What runs a day.",
    source="tasks.csv",
    columns=(
        blocks.Column(key="task", title="Task"),
        blocks.Column(key="share", title="Share", format="percent"),
        blocks.Column(key="cost", title="Cost", format="money", unit="USD", digits=2),
        blocks.Column(key="day", title="Live by", format="date"),
        blocks.Column(key="phi", title="Personal data"),
    ),
    rows=(
        ('=HYPERLINK("http://evil.example")', 0.12, -1234.5, "2026-11-20", True),
        ("Routing", None, 0.0324, None, False),
    ),
)


def document() -> Document:
    load = from_block(LOAD, "de", "01.ipynb", "cell 2")
    load.number = "Tabelle 5.1"
    bare = DocumentTable([TableColumn(""), TableColumn("")], [["@SUM(A1)", "-3.5"], ["+49 30 1", "-"]])
    return Document(
        chapters=[Section("ch-06", "5", "Chapter 5", "Costs", "Costs", [CalloutBox("note", [load])])],
        evidence=[Section("ev-50_own", "E1", "Evidence 1", "Own", "Own", [bare])],
    )


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_each_table_is_a_file_named_by_its_number_and_label_or_by_its_section():
    assert list(tables.files(document())) == [
        "tables/5.1_tbl-load.csv",
        "tables/ev-50_own_1.csv",
        "tables/tables.json",
    ]


def test_values_are_those_computed_and_not_as_the_language_of_the_report_writes_them():
    found = rows(tables.files(document())["tables/5.1_tbl-load.csv"])
    assert found[0] == ["Task", "Share", "Cost (USD)", "Live by", "Personal data"]
    assert found[1][1:] == ["0.12", "-1234.5", "2026-11-20", "true"]
    assert found[2] == ["Routing", "", "0.0324", "", "false"]


def test_a_text_that_a_spreadsheet_would_compute_is_defused_and_a_number_is_left_a_number():
    files = tables.files(document())
    assert rows(files["tables/5.1_tbl-load.csv"])[1][0] == '\'=HYPERLINK("http://evil.example")'
    assert rows(files["tables/ev-50_own_1.csv"]) == [["'@SUM(A1)", "-3.5"], ["'+49 30 1", "'-"]]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_every_beginning_of_a_formula_is_defused(first: str):
    found = tables.as_csv(DocumentTable([TableColumn(f"{first}title")], [[f"{first}cmd|' /C calc'!A0"]]))
    assert [row[0][0] for row in csv.reader(io.StringIO(found, newline=""))] == ["'", "'"]


def test_the_list_of_tables_says_what_the_report_prints_of_each_and_holds_its_types():
    listed = json.loads(tables.files(document())["tables/tables.json"])["tables"]
    assert [one["volume"] for one in listed] == ["report", "evidence"]
    load = listed[0]
    assert (load["number"], load["label"], load["file"]) == ("Tabelle 5.1", "tbl-load", "5.1_tbl-load.csv")
    assert (load["caption"], load["source"], load["section"]) == ("What runs a day.", "tasks.csv", "Costs")
    assert load["columns"][1:3] == [
        {"title": "Share", "unit": "", "format": "percent"},
        {"title": "Cost", "unit": "USD", "format": "money"},
    ]
    assert load["rows"][1] == ["Routing", None, 0.0324, None, False]


def test_what_is_no_number_is_an_empty_value():
    table = DocumentTable([TableColumn("x")], [["–"]], values=[[float("nan")], [float("inf")]])
    found = Document([Section("a", "1", "Chapter 1", "A", "A", [table])])
    files = tables.files(found)
    assert rows(files["tables/a_1.csv"]) == [["x"], [""], [""]]
    assert json.loads(files[tables.INDEX])["tables"][0]["rows"] == [[None], [None]]


def test_what_an_earlier_report_had_and_this_one_has_not_is_stale(tmp_path: Path):
    (tmp_path / "tables").mkdir()
    for name in ("5.1_tbl-load.csv", "9.9_tbl-gone.csv", "tables.json"):
        (tmp_path / "tables" / name).touch()
    found = tables.stale(tmp_path, tables.files(document()))
    assert [path.name for path in found] == ["9.9_tbl-gone.csv"]


def test_files_are_written_together_or_not_at_all(tmp_path: Path):
    (tmp_path / "report.pdf").write_text("earlier")
    (tmp_path / "tables").write_text("a file where a folder belongs")
    with pytest.raises(BespokeError, match="cannot write"):
        write_together({tmp_path / "report.pdf": "new", tmp_path / "tables" / "1.csv": "new"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.pdf", "tables"]
    assert (tmp_path / "report.pdf").read_text() == "earlier"
