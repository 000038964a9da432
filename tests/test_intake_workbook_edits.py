"""From a workbook to the client folder: only what says something else is changed, every other byte stays."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.intake.workbook.edits import _cases, _engagement, _prices, edits
from bespoke.intake.workbook.workbook_content import WorkbookContent, as_text

CASES = "evaluation/t/cases.jsonl"


def row(name: str, **given: Any) -> dict[str, Any]:
    return {"task_id": "t", "id": name, "group": "", "input": "x", "expected": "", "tags": ()} | given


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "evaluation/t").mkdir(parents=True)
    return tmp_path


# -- cases ----------------------------------------------------------------------------------------------------------


def changed(folder: Path, text: str | None, *rows: dict[str, Any]) -> str:
    """cases.jsonl as it would be."""
    if text is not None:
        (folder / CASES).write_text(text, encoding="utf-8")
    (edit,) = _cases(folder, [*rows])
    assert (edit.name, edit.before) == (CASES, text)
    return edit.after


ODD = '{"id":"a",  "input": "x"}\n\n{"input": "Größe", "id": "b", "minutes": 3}\n'


def test_cases_that_say_the_same_keep_their_characters(folder: Path) -> None:
    assert changed(folder, ODD, row("a"), row("b", input="Größe")) == ODD


def test_another_answer_or_another_number_of_cases_is_written_and_what_no_column_holds_stays(
    folder: Path,
) -> None:
    b = {"input": "Größe", "id": "b", "minutes": 3}
    found = changed(folder, ODD, row("a", input="y"), row("b", input="Größe"))
    assert [json.loads(line) for line in found.splitlines()] == [{"id": "a", "input": "y"}, b]
    assert "Größe" in found
    assert json.loads(changed(folder, ODD, row("b", input="Größe"))) == b


def test_a_task_without_cases_gets_them(folder: Path) -> None:
    assert changed(folder, None, row("a", group="g", expected='{"total": 3}', tags=("old",))) == (
        '{"id": "a", "group": "g", "input": "x", "expected": {"total": 3}, "tags": ["old"]}\n'
    )


@pytest.mark.parametrize(
    ("expected", "value"), [("[1, 2]", [1, 2]), ("{not json", "{not json"), ("3", "3"), ("yes", "yes")]
)
def test_an_answer_is_json_where_it_is_an_object_or_a_list_and_text_else(
    folder: Path, expected: str, value: object
) -> None:
    assert json.loads(changed(folder, None, row("a", expected=expected)))["expected"] == value


def test_a_value_that_the_cell_shows_as_json_is_not_changed(folder: Path) -> None:
    text = '{"id": "a", "input": "x", "expected": 3, "tags": ["old"]}\n'
    assert changed(folder, text, row("a", expected="3", tags=("old",))) == text
    assert json.loads(changed(folder, text, row("a", expected="3", tags=("new",))))["tags"] == ["new"]


# -- prices and the engagement --------------------------------------------------------------------------------------


def price(key: str, value: str) -> dict[str, Any]:
    return {
        "key": key,
        "value": Decimal(value),
        "unit": "USD",
        "source": 'order "7"',
        "read_on": "2026-11-20",
    }


def test_prices_are_set_where_they_stand_new_ones_come_behind_and_one_that_is_gone_stays(
    folder: Path,
) -> None:
    before = "# ours\nold.input:\n  value: 3     # agreed\n  unit: USD\ngone.input:\n  value: 9"
    (folder / "prices.yaml").write_text(before)
    edit = _prices(folder, [price("old.input", "3")], [price("old.input", "2.5"), price("new.input", "1")])
    assert edit.after == before.replace("value: 3     #", "value: 2.5   #") + (
        '\nnew.input:\n  value: 1\n  unit: "USD"\n  source: "order \\"7\\""\n  read_on: "2026-11-20"\n'
    )
    assert _prices(folder, [price("old.input", "3")], [price("old.input", "3")]).after == before


@pytest.mark.parametrize(
    ("old", "new", "after"),
    [
        ({"prepared_by": "A"}, {"prepared_by": "A"}, "prepared_by: A\n"),
        ({"prepared_by": "A"}, {"prepared_by": "B"}, 'prepared_by: "B"\n'),
        ({"prepared_by": "A"}, {"prepared_by": None}, "prepared_by: A\n"),  # an empty cell takes nothing away
        ({}, {"country": None}, "prepared_by: A\n"),
        ({}, {"residency": ()}, "prepared_by: A\n"),
    ],
)
def test_an_answer_is_set_where_it_says_something_else(
    folder: Path, old: dict[str, Any], new: dict[str, Any], after: str
) -> None:
    (folder / "engagement.yaml").write_text("prepared_by: A\n")
    assert _engagement(folder, WorkbookContent(old), WorkbookContent(new)).after == after


def test_access_that_is_not_known_any_more_is_said(folder: Path) -> None:
    (folder / "engagement.yaml").write_text("access:\n  gpu_hosting: true\n")
    old, new = ({"access.gpu_hosting": value} for value in (True, None))
    after = _engagement(folder, WorkbookContent(old), WorkbookContent(new)).after
    assert "true" not in after
    assert "gpu_hosting:" in after


# -- tables ---------------------------------------------------------------------------------------------------------

PHASES = "phase,low_days,mine,high_days,likely_days\ntraining,  3,kept,9,6\nroll-out,1,also,3,2\n"


def phase(name: str, low: float, likely: float, high: float) -> dict[str, Any]:
    return {"phase": name, "low_days": low, "likely_days": likely, "high_days": high}


OLD = [phase("training", 3, 6, 9), phase("roll-out", 1, 2, 3)]


def test_rows_that_say_the_same_keep_their_characters_and_others_their_own_columns(folder: Path) -> None:
    (folder / "phases.csv").write_text(PHASES)
    new = [OLD[0], phase("roll-out", 1, 2.5, 3), phase("pilot", 1, 1, 1)]
    (edit,) = [one for one in edits_of(folder, OLD, new) if one.name == "phases.csv"]
    assert edit.after.splitlines() == [
        "phase,low_days,mine,high_days,likely_days", "training,  3,kept,9,6", "roll-out,1,also,3,2.5", "pilot,1,,1,1"
    ]  # fmt: skip


def test_a_column_that_the_file_lacks_comes_behind_the_others_for_every_row(folder: Path) -> None:
    (folder / "phases.csv").write_text("phase,low_days,high_days\ntraining,  3,9\n")
    (edit,) = [one for one in edits_of(folder, [], [OLD[0]]) if one.name == "phases.csv"]
    assert edit.after == "phase,low_days,high_days,likely_days\ntraining,3,9,6\n"
    (same,) = [one for one in edits_of(folder, OLD[:1], OLD) if one.name == "phases.csv"]
    assert same.after.splitlines()[1:] == ["training,3,9,6", "roll-out,1,3,2"]


def edits_of(folder: Path, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Any]:
    return edits(folder, WorkbookContent(tables={"phases": old}), WorkbookContent(tables={"phases": new}))


@pytest.mark.parametrize("new", [OLD, []])
def test_the_same_rows_and_an_empty_sheet_change_no_file(folder: Path, new: list[dict[str, Any]]) -> None:
    (folder / "phases.csv").write_text(PHASES)
    (folder / "engagement.yaml").write_text("client: A\n")
    assert edits_of(folder, OLD, new) == []


def test_a_table_that_stands_as_a_workbook_is_not_written_beside_it(folder: Path) -> None:
    (folder / "phases.xlsx").touch()
    with pytest.raises(BespokeError, match=r"stands as an Excel workbook; save it as phases\.csv"):
        edits_of(folder, [], OLD)


def test_what_is_not_saved_as_utf8_is_not_updated(folder: Path) -> None:
    (folder / "phases.csv").write_bytes(b"phase\n\xfc\n")
    with pytest.raises(BespokeError, match=r"phases\.csv: cannot be updated; save it as UTF-8"):
        edits_of(folder, [], OLD)


def test_what_is_no_text_stands_in_its_cell_as_json_that_one_can_read() -> None:
    assert as_text("Größe") == "Größe"
    assert as_text({"Größe": [1, None]}) == '{"Größe": [1, null]}'
