"""CSV and Excel files as people save them: read as they were meant, said in one line, or asked about."""

# ruff: noqa: E501  (the expected lines stand as they are printed)

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bespoke.clients import check, load
from bespoke.clients.numerals import Numerals, numerals
from bespoke.clients.scalars import InvalidValue
from bespoke.paths import templates
from tests.client_folder import tasks_alone

PLAIN = [
    row.split(",")
    for row in (templates() / "client" / "tasks.csv")
    .read_text(encoding="utf-8")
    .replace("EXAMPLE: ", "")
    .splitlines()
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A client folder with nothing wrong in it, and with tasks alone."""
    return tasks_alone(tmp_path)


def lines(root: Path) -> list[str]:
    return [str(problem) for problem in check(root.parent, root.name)]


def table(separator: str = ",", line: str = "\n", **cells: str) -> str:
    """The template's tasks; `cells` replaces those of the first task by column."""
    rows = [list(row) for row in PLAIN]
    for name, cell in cells.items():
        rows[1][rows[0].index(name)] = cell
    return line.join(separator.join(row) for row in rows) + line


GERMAN = table(
    ";", "\r\n", name="Anfragen größerer Häuser", requests_per_day="180.000", peak_to_mean="2,5",
    current_quality="0,82", target_quality="0,92", prompt_engineering_done="WAHR", contains_phi="FALSCH",
).replace(";3;1200", ";3,0;1200").replace("0.64;0.9", "0,64;0,9")  # fmt: skip


UNSETTLED = table(
    ";", requests_per_day="180.000", peak_to_mean="3", current_quality="1", target_quality="1"
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GERMAN.encode("cp1252"), 'Windows-1252 ("größerer"), cells separated by semicolons, decimal comma'),
        (GERMAN.encode("utf-8"), "cells separated by semicolons, decimal comma"),
        (
            GERMAN.encode("utf-8-sig"),
            "UTF-8 with a byte order mark (BOM), cells separated by semicolons, decimal comma",
        ),
        (
            GERMAN.replace(";", "\t").encode("utf-16"),  # Excel's "Unicode text"
            "UTF-16, cells separated by tabs, decimal comma",
        ),
        (("sep=;\r\n" + GERMAN).encode("cp1252"), None),
    ],
)
def test_a_german_sheet_is_read_as_its_owner_sees_it(root: Path, content: bytes, words: str | None) -> None:
    (root / "tasks.csv").write_bytes(content)
    words = words or (
        'Windows-1252 ("größerer"), cells separated by semicolons, decimal comma, without its line "sep=;"'
    )
    assert lines(root) == [
        f"acme/tasks.csv:1: read as {words} (warning)",
        'acme/tasks.csv:2: requests_per_day: "180.000" is read as 180000, since the decimals of this file have a'
        " comma; write 180 if that is meant (warning)",
    ]
    task = load(root.parent, "acme").tasks[0]
    assert (task.name, task.requests_per_day, task.peak_to_mean) == ("Anfragen größerer Häuser", 180_000, 2.5)
    assert (task.current_quality, task.prompt_engineering_done, task.contains_phi) == (0.82, True, False)


def test_one_dot_and_three_digits_is_asked_about_where_nothing_settles_it(root: Path) -> None:
    text = UNSETTLED.replace("0.64;0.9", ";")
    (root / "tasks.csv").write_text(text, encoding="utf-8")
    assert lines(root) == [
        "acme/tasks.csv:1: read as cells separated by semicolons (warning)",
        'acme/tasks.csv:2: requests_per_day: "180.000" may be 180000 or 180; write the one that is meant',
        "acme/tasks.csv:2: target_quality: 1 is a target that no system reaches on every case; which share of wrong "
        "outputs is tolerable? (warning)",
    ]


def test_the_owner_may_say_how_the_files_were_saved(root: Path) -> None:
    (root / "tasks.csv").write_text(UNSETTLED.replace("0.64;0.9", ";"), encoding="utf-8")
    path = root / "engagement.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("decimal: null  ", 'decimal: ","  '), encoding="utf-8")
    assert load(root.parent, "acme").tasks[0].requests_per_day == 180_000


def test_a_point_before_three_digits_among_decimal_points_is_read_and_told(root: Path) -> None:
    (root / "tasks.csv").write_text(table(requests_per_day="1.500"), encoding="utf-8")
    assert lines(root) == [
        'acme/tasks.csv:2: requests_per_day: "1.500" is read as 1.5, since the decimals of this file have a point;'
        " write 1500 if that is meant (warning)"
    ]
    (root / "tasks.csv").write_text(table(system_tokens="1.500"), encoding="utf-8")  # half a token is nothing
    assert lines(root) == [
        'acme/tasks.csv:2: system_tokens: "1.500" may be 1500 or 1.5; write the one that is meant'
    ]


def test_points_and_commas_in_one_file_are_not_settled_by_either(root: Path) -> None:
    (root / "tasks.csv").write_text(
        table(";", requests_per_day="1.500", peak_to_mean="2,5"), encoding="utf-8"
    )
    assert lines(root)[1:] == [
        'acme/tasks.csv:2: requests_per_day: "1.500" may be 1500 or 1.5; write the one that is meant',
        'acme/tasks.csv:2: peak_to_mean: "2,5" has a decimal comma; write 2.5',
    ]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["1500", "180.000"], Numerals(comma=False, settled=False)),
        (["0.82", "180.000"], Numerals(comma=False, settled=True)),
        (["0,82", "180.000"], Numerals(comma=True, settled=True)),
        (["0.125"], Numerals(comma=False, settled=True)),  # no thousand begins with nought
        (["1234.567"], Numerals(comma=False, settled=True)),  # nor has four digits before its mark
        (["1.234.567"], Numerals(comma=True, settled=True)),
        (["1,234.5"], Numerals(comma=False, settled=True)),
        (["1.234,5", "0.5", "0,7"], Numerals(comma=True, settled=False)),
    ],
)
def test_the_whole_file_decides(texts: list[str], found: Numerals) -> None:
    assert numerals(texts) == found


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("0,82", "0.82"),
        ("1.234,5", "1234.5"),
        ("180.000", "180000"),
        ("2,125", "2.125"),
        ("1.234.567", "1234567"),
        ("1 500,5", "1500.5"),
        ("180\u202f000", "180000"),
        ("82,5 %", "82.5%"),
    ],
)
def test_numbers_with_commas(text: str, plain: str) -> None:
    assert Numerals(comma=True, settled=True).plain(text)[0] == plain


def test_a_small_meaning_is_shown_so_that_it_cannot_be_taken_for_thousands() -> None:
    with pytest.raises(InvalidValue, match=r"may be 2125 or 2\.1250; write"):
        Numerals().plain("2.125")


def test_columns_without_name_and_cell_are_left_out(root: Path) -> None:
    text = "".join(f"{line},,\n" for line in table().splitlines())
    (root / "tasks.csv").write_text(text, encoding="utf-8")
    assert lines(root) == ["acme/tasks.csv:1: 2 empty columns without a name left out (warning)"]
    (root / "tasks.csv").write_text(text.replace(",,,\n", ",,,x\n"), encoding="utf-8")
    assert "acme/tasks.csv:1: column 29 has no name; name it or delete it" in lines(root)


def test_somebodys_own_columns_are_kept_aside_and_a_misspelt_one_is_not(root: Path) -> None:
    rows = table().splitlines()
    text = "\n".join([rows[0] + ",Kommentar,Owner", *(f"{row},x,y" for row in rows[1:])]) + "\n"
    (root / "tasks.csv").write_text(text, encoding="utf-8")
    assert lines(root) == [
        'acme/tasks.csv:1: columns that are not of this table kept aside: "Kommentar", "Owner" (warning)'
    ]
    (root / "tasks.csv").write_text(text.replace("target_quality", "target_qualty"), encoding="utf-8")
    assert "acme/tasks.csv:1: target_qualty: unknown column; nearest: target_quality" in lines(root)


def test_names_of_columns_and_ids_are_compared_as_people_mean_them(root: Path) -> None:
    text = table(task_id=" café\u00a0").replace("requests_per_day", " Requests per day ")
    (root / "tasks.csv").write_text(text, encoding="utf-8")
    (root / "failures.csv").write_text(
        "failure_id,task_id,prompt,expected,actual\nF1,cafe\u0301,p,e,a\n", encoding="utf-8"
    )
    assert lines(root) == []
    client = load(root.parent, "acme")
    assert client.failures is not None
    assert client.failures[0].task_id == client.tasks[0].task_id == "café"


def test_a_title_above_the_header_is_no_header(root: Path) -> None:
    (root / "tasks.csv").write_text("Aufgaben der ACME" + "," * 19 + "\n\n" + table(), encoding="utf-8")
    assert lines(root) == ["acme/tasks.csv:3: read without the row above the header (warning)"]


@pytest.mark.parametrize("word", ["WAHR", "VERDADERO", "VRAI", "TRUE", "Wahr"])
def test_true_in_the_spreadsheets_language(root: Path, word: str) -> None:
    (root / "tasks.csv").write_text(table(prompt_engineering_done=word), encoding="utf-8")
    assert load(root.parent, "acme").tasks[0].prompt_engineering_done is True


def sheet(path: Path, rows: list[list[Any]], title: str = "Sheet") -> None:
    book = Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_a_workbook_takes_the_place_of_a_csv(root: Path) -> None:
    rows: list[list[Any]] = [list(PLAIN[0]), *([_typed(cell) for cell in row] for row in PLAIN[1:])]
    rows[1][3] = 2000.125  # a typed number has no separator to ask about
    sheet(root / "tasks.xlsx", rows)
    (root / "tasks.csv").unlink()
    assert lines(root) == []
    first, second = load(root.parent, "acme").tasks
    assert (first.requests_per_day, first.system_tokens, first.current_quality) == (2000.125, 1500, 0.82)
    assert (second.prompt_engineering_done, second.p95_latency_ms) == (False, None)


def _typed(cell: str) -> Any:
    if cell in ("true", "false"):
        return cell == "true"
    try:
        return float(cell) if "." in cell else int(cell)
    except ValueError:
        return cell or None


def test_cells_of_a_workbook_that_hold_no_value_are_named(root: Path) -> None:
    rows: list[list[Any]] = [list(PLAIN[0]), *([_typed(cell) for cell in row] for row in PLAIN[1:])]
    rows[1][3], rows[1][4], rows[1][5], rows[1][6] = "=1000*2", date(2026, 5, 2), "#DIV/0!", "1.500"
    sheet(root / "tasks.xlsx", rows)
    (root / "tasks.csv").unlink()
    assert lines(root) == [
        "acme/tasks.xlsx:2: requests_per_day: holds a formula without a stored value; open the file in Excel and save it",
        "acme/tasks.xlsx:2: peak_to_mean: is the date 2026-05-02; a spreadsheet makes one of what looks like it, so type the number again",
        "acme/tasks.xlsx:2: system_tokens: holds the spreadsheet's error #DIV/0!",
        'acme/tasks.xlsx:2: input_tokens: "1.500" may be 1500 or 1.5; write the one that is meant',
    ]


def test_what_is_no_workbook_is_said_so(root: Path) -> None:
    (root / "tasks.csv").rename(root / "tasks.xlsx")
    assert lines(root) == ["acme/tasks.xlsx: is no Excel workbook (.xlsx)"]
    (root / "tasks.xlsx").write_bytes(b"\xd0\xcf\x11\xe0 old")
    assert lines(root) == [
        "acme/tasks.xlsx: is no Excel workbook (.xlsx); an .xls or protected file has to be saved as .xlsx first"
    ]


def test_every_table_may_be_a_workbook(root: Path) -> None:
    sheet(root / "tasks.xlsx", [PLAIN[0], *([_typed(c) for c in row] for row in PLAIN[1:])])
    (root / "tasks.csv").unlink()
    sheet(
        root / "failures.xlsx",
        [
            ["failure_id", "task_id", "prompt", "expected", "actual", "code"],
            [1, "ticket_routing", "=p", "e", "a", "c"],
        ],
    )
    sheet(root / "codes.xlsx", [["code", "family"], ["c", "facts"]])
    sheet(
        root / "phases.xlsx",
        [["phase", "low_days", "likely_days", "high_days", "after"], ["audit", 1, 2, 3.5, None]],
    )
    found = lines(root)
    assert found == [
        "acme/failures.xlsx:2: prompt: holds a formula without a stored value; open the file in Excel and save it"
    ]
    sheet(
        root / "failures.xlsx",
        [
            ["failure_id", "task_id", "prompt", "expected", "actual", "code"],
            [1, "ticket_routing", "p", 2, "a", "c"],
        ],
    )
    client = load(root.parent, "acme")
    assert client.failures is not None
    assert (client.failures[0].failure_id, client.failures[0].expected) == ("1", "2")
    assert client.phases is not None
    assert client.phases[0].high_days == 3.5


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_quoted_separators_do_not_count(root: Path, separator: str) -> None:
    rows = [list(row) for row in PLAIN]
    rows[1][1] = "one; two, three\tfour | five"
    with (root / "tasks.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    assert load(root.parent, "acme").tasks[0].name == "one; two, three\tfour | five"


# --- a workbook in place of any table ------------------------------------------------------------------


def as_workbooks(folder: Path) -> int:
    """Turns every CSV file below into a workbook of the same name; numbers become cells that hold numbers."""
    made = 0
    for path in [p for p in folder.rglob("*.csv") if "exports" not in p.parts]:
        book = Workbook()
        sheet = book.create_sheet("table", 0)
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")):
            sheet.append(
                [float(cell) if re.fullmatch(r"\d+(\.\d+)?", cell) else cell or None for cell in row]
            )
        book.save(path.with_suffix(".xlsx"))
        path.unlink()
        made += 1
    return made


@pytest.mark.parametrize("name", ["atlas_payments", "harbour_legal", "meridian_health"])
def test_a_workbook_stands_for_any_table_of_the_folder(client_data: Path, name: str) -> None:
    log = "engagement,phase,planned_days,actual_days\nE1,evaluation_set,10,14\n"
    (client_data / "engagement_log.csv").write_text(log, encoding="utf-8")
    before = load(client_data, name)
    assert as_workbooks(client_data) >= 3
    after = load(client_data, name)
    assert after.log == before.log
    assert after.log is not None
    assert (after.tasks, after.failures, after.codes) == (before.tasks, before.failures, before.codes)
    assert [task.grades for task in after.evaluated] == [task.grades for task in before.evaluated]
    assert [p for p in check(client_data, name) if "is not read" in p.message] == []
