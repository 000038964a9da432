"""Results, exhibits and the workbook as an analyst finds them on an example client, and the notebook that shows it."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from bespoke import workbook
from bespoke.errors import BespokeError
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> workbook.Workbook:
    return workbook.open(
        client="harbour_legal",
        client_data=str(ROOT / "client_data"),
        reports=str(tmp_path_factory.mktemp("reports")),
    )


def test_the_workbook_has_the_tables_of_every_chapter(book: workbook.Workbook) -> None:
    found = book.frames()
    assert {name.partition(".")[0] for name in found} >= {"task_audit", "cost_model", "recommendation"}
    assert not found["task_audit.tasks"].empty
    assert repr(book).startswith("<Workbook: own notebook of harbour_legal as of 2026-11-20;")


def test_exhibits_are_listed_described_and_give_back_what_they_show(book: workbook.Workbook) -> None:
    from bespoke.exhibits import task_audit

    exhibits = book.exhibits(next(stem for stem in workbook.CHAPTERS if stem.endswith("task_audit")))
    assert "load" in dir(exhibits)
    assert all(not name.startswith("_") for name in dir(exhibits))
    assert exhibits.load.__doc__ == task_audit.load.__doc__
    assert list(inspect.signature(exhibits.load).parameters) == []
    shown = exhibits.load()
    tasks = len(book.frames()["task_audit.tasks"])
    assert len(shown.frame) == tasks
    assert repr(shown).endswith(f"{tasks} rows>")
    with pytest.raises(AttributeError, match="no exhibit 'lode'; there are"):
        exhibits.lode  # noqa: B018


def test_the_tour_of_the_interface_runs(tmp_path: Path) -> None:
    """`notebooks/api_tour.ipynb`, cell by cell, and nothing is shown twice."""
    command = [sys.executable, "-m", "papermill", "notebooks/api_tour.ipynb", str(tmp_path / "tour.ipynb")]
    done = subprocess.run(
        [*command, "-p", "client", "harbour_legal"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "BESPOKE_REPORTS": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    out = tmp_path / "tour.ipynb"
    book = nbformat.read(out, as_version=4)
    shown = [output for cell in book.cells for output in cell.get("outputs", ())]
    tables = [o for o in shown if "application/vnd.bespoke.block+json" in o.get("data", {})]
    assert [o.data["application/vnd.bespoke.block+json"]["type"] for o in tables] == ["table", "figure"]
    assert sum("text/html" in o.get("data", {}) for o in shown if o not in tables) == 4  # data frames


def test_a_folder_that_is_not_there_is_named_with_the_parameter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BESPOKE_CLIENT_DATA", raising=False)
    monkeypatch.setattr(workbook, "CHECKOUT", tmp_path)
    with pytest.raises(BespokeError) as caught:
        workbook.open(client="acme")
    assert str(tmp_path) in str(caught.value)
    assert "papermill -p client_data DIR" in str(caught.value)
