"""The Explore section in the notebooks, and what a kernel shows of a problem."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from bespoke.chapters.registry import CHAPTERS
from bespoke.explore.picker import EXPLORERS
from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def test_every_chapter_has_an_explorer() -> None:
    assert list(EXPLORERS) == list(CHAPTERS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_ends_with_explore_which_a_report_leaves_out_by_its_tag(path: Path) -> None:
    *others, heading, code = nbformat.read(path, as_version=4).cells
    assert heading.source.startswith("## Explore\n")
    assert code.source == "book.explore()"
    assert heading.metadata.tags == code.metadata.tags == ["explore"]
    assert not any("explore" in cell.metadata.get("tags", []) for cell in others)


def test_a_real_kernel_shows_a_problem_as_its_line_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbclient import NotebookClient

    monkeypatch.setenv("BESPOKE_CLIENT_DATA", str(ROOT / "client_data"))
    monkeypatch.setenv("BESPOKE_REPORTS", str(tmp_path))
    monkeypatch.delenv("JUPYTER_DEFAULT_PROVISIONER_NAME", raising=False)
    book = nbformat.read(ROOT / "notebooks" / "01_task_audit.ipynb", as_version=4)
    parameters = next(cell for cell in book.cells if "parameters" in cell.metadata.get("tags", []))
    parameters.source = parameters.source.replace("meridian_health", "meridian_helth")
    book.cells = [cell for cell in book.cells if cell.cell_type == "code"][:2]
    NotebookClient(book, kernel_name="python3", allow_errors=True).execute(cwd=str(tmp_path))
    (error,) = [output for output in book.cells[1].outputs if output.output_type == "error"]
    assert error.traceback == ["meridian_helth: no such client in client_data; nearest: meridian_health"]
