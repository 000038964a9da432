"""The page of all clients: how each stands, what went wrong, what was advised and how old its facts are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from bespoke import machine
from bespoke.inspection import client_index
from bespoke.runner.cache.manifest import Manifest


@pytest.fixture(autouse=True)
def own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(machine.HOME, str(tmp_path / "machine"))


def report(tmp_path: Path, name: str, problems: str = "", files: tuple[str, ...] = (), **found: Any) -> None:
    """A report folder; with a manifest where something is known of an earlier run."""
    folder = tmp_path / "reports" / name
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).touch()
    if found:
        Manifest(name, "2026-11-20", **found).write(folder)
    if problems:
        (folder / "problems.txt").write_text(problems, encoding="utf-8")


def markup(tmp_path: Path, *clients: str) -> BeautifulSoup:
    """The page of these client folders and of the reports that were made."""
    for name in clients:
        (tmp_path / "client_data" / name).mkdir(parents=True)
    (tmp_path / "client_data").mkdir(exist_ok=True)
    client_index.write(tmp_path / "reports", tmp_path / "client_data")
    return BeautifulSoup((tmp_path / "reports" / "index.html").read_text(encoding="utf-8"), "html.parser")


def page(tmp_path: Path, *clients: str) -> tuple[str, list[list[str]]]:
    """The sum above the table, and the cells of its rows."""
    found = markup(tmp_path, *clients)
    rows = [[cell.get_text("|") for cell in row.find_all(["th", "td"])] for row in found.tbody.find_all("tr")]
    return found.p.text, rows


def test_each_client_has_a_row_by_name_and_its_state_is_counted(tmp_path: Path) -> None:
    """One that is done, one that failed, one that was never run, and one whose folder is gone."""
    report(tmp_path, "done", files=("report.pdf", "report.html"), report={"report.pdf": "0"}, advice="Keep <it>.",
           holds_until="2027-01-31")  # fmt: skip
    report(tmp_path, "broken", "tasks.csv:2: kind: unknown\n")
    report(tmp_path, "gone", files=("report.pdf",), report={"report.pdf": "0"})
    total, rows = page(tmp_path, "done", "broken", "never")
    assert total == "4 clients: 2 done, 1 failed, 1 no report yet"
    assert rows == [
        ["broken", "failed", "", "tasks.csv:2: kind: unknown", "", ""],
        ["done|Web page| |PDF", "done", "2026-11-20", "Keep <it>.", "none", "2027-01-31"],
        ["gone|PDF", "done", "2026-11-20", "", "none", ""],
        ["never", "no report yet", "", "", "", ""],
    ]


def test_a_failure_stands_before_what_an_earlier_report_says(tmp_path: Path) -> None:
    report(tmp_path, "acme", "a\x1b\nb\n", ("report.pdf",), advice="Keep it.", report={"report.pdf": "0"})
    report(tmp_path, "bare", "a\n", advice="Keep it.")  # no report is there that could say it
    total, rows = page(tmp_path)
    assert total == "2 clients: 2 failed"
    assert [row[3] for row in rows] == ["a\\x1b (and 1 more)|An earlier report says: Keep it.", "a"]


def test_a_state_has_its_colour_and_on_a_narrow_screen_each_cell_its_name(tmp_path: Path) -> None:
    report(tmp_path, "a", report={"report.pdf": "0"})
    report(tmp_path, "b", "wrong\n")
    done, failed = markup(tmp_path, "b").tbody.find_all("tr")
    assert ("done" in done.td["class"], "done" in failed.td["class"]) == (True, False)
    assert [span.text for span in failed.select(".failed")] == ["failed"]
    assert done.select(".failed") == []
    names = [cell.get("data-title") for cell in done.find_all("td")]
    assert names == ["State", "As of", None, "Facts stale on that day", "Facts hold until"]


def test_a_run_that_did_not_come_to_a_report_is_not_done(tmp_path: Path) -> None:
    report(tmp_path, "acme", advice="Keep it.")
    assert page(tmp_path)[0] == "1 client: 1 no report yet"


def test_of_no_client_there_is_nothing_to_tell(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    assert page(tmp_path) == ("0 clients: none", [])


@pytest.mark.parametrize(
    ("stale", "told"),
    [(3, "3:|a0|a1|a2"), (4, "4:|a0|a1|a2|and 1 more")],
)
def test_three_stale_facts_are_written_out_and_the_others_counted(
    tmp_path: Path, stale: int, told: str
) -> None:
    report(tmp_path, "acme", report={"report.pdf": "0"}, stale=[f"a{n}" for n in range(stale)])
    assert page(tmp_path)[1][0][4] == told
