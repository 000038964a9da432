"""The seven notebooks as files: stripped, one parameter cell, thin, and run by the ordinary tools."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

from bespoke.chapters.registry import CHAPTERS
from bespoke.runner.parameters import SET_BY_THE_RUN, parameters_of
from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_is_one_notebook_per_chapter() -> None:
    assert [path.stem for path in NOTEBOOKS] == list(CHAPTERS)


@each
def test_outputs_are_stripped_and_the_kernel_is_named(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert book.metadata.kernelspec.name == "python3"
    for cell in book.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@each
def test_one_parameter_cell_with_annotated_defaults_and_a_comment_each(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    cells = [cell for cell in book.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(cells) == 1
    for line in cells[0].source.splitlines():
        statement = ast.parse(line).body[0]
        assert isinstance(statement, ast.AnnAssign), line
        assert "#" in line, line
    assert [p.name for p in parameters_of(path)][: len(SET_BY_THE_RUN)] == list(SET_BY_THE_RUN)


@each
def test_papermill_reads_the_same_parameters(path: Path) -> None:
    import papermill

    seen = papermill.inspect_notebook(str(path))
    assert list(seen) == [p.name for p in parameters_of(path)]
    assert all(entry["help"] for entry in seen.values())


@each
def test_cells_only_import_call_and_show(path: Path) -> None:
    """No logic in a notebook that a test could not reach: no function, class, loop, branch or try."""
    logic = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Try, ast.With, ast.Lambda)
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, logic)]
