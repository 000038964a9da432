"""How the picker says in what state a client folder and its report are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bespoke.errors import Problem
from bespoke.explore import picker


def problem(message: str, *, warning: bool = False) -> Problem:
    return Problem("acme/tasks.csv", None, None, message, warning)


@pytest.mark.parametrize(
    ("errors", "warnings", "words"),
    [
        (0, 0, "in order"), (1, 0, "1 problem"), (2, 0, "2 problems"), (0, 1, "1 warning"),
        (1, 3, "1 problem, 3 warnings"),
    ],
)  # fmt: skip
def test_problems_and_warnings_are_counted(errors: int, warnings: int, words: str) -> None:
    found = [problem("is wrong")] * errors + [problem("is odd", warning=True)] * warnings
    assert picker._state(found) == words


@pytest.mark.parametrize(
    ("written", "words"), [(99, "older than the folder"), (100, "up to date"), (101, "up to date")]
)
def test_a_report_is_up_to_date_where_no_file_of_the_folder_is_newer(
    tmp_path: Path, written: int, words: str
) -> None:
    (tmp_path / "acme" / "dataset").mkdir(parents=True)
    for name, changed in (("tasks.csv", 50), ("dataset/a.jsonl", 100)):
        (tmp_path / "acme" / name).write_text("x")
        os.utime(tmp_path / "acme" / name, (changed, changed))
    report = tmp_path / "report.pdf"
    assert picker._report(tmp_path / "acme", report) == "none yet"
    report.write_bytes(b"%PDF")
    os.utime(report, (written, written))
    assert picker._report(tmp_path / "acme", report) == words


def test_every_folder_has_a_row_and_those_with_problems_stand_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems = {
        "acme": [],
        "borealis": [problem("is wrong"), problem("is bad")],
        "corvus": [problem("is odd", warning=True)],
    }
    for name in problems:
        (tmp_path / "clients" / name).mkdir(parents=True)
    monkeypatch.setattr(picker.clients, "check", lambda _, name: problems[name])
    found = picker.overview(tmp_path / "clients", tmp_path / "reports")
    assert found.rows == (
        ("acme", "in order", "none yet", ""),
        ("borealis", "2 problems", "none yet", "acme/tasks.csv: is wrong"),
        ("corvus", "1 warning", "none yet", "acme/tasks.csv: is odd (warning)"),
    )
    assert found.emphasis == (1,)
    assert found.caption == "Clients in clients"
