"""`bespoke trust` remembers the notebooks as they are now; with --list it only says what it would."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from nbformat import v4, write

from bespoke import machine
from bespoke.own.trust_command import trust


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A client with a notebook of its own, and nothing remembered."""
    monkeypatch.setenv(machine.HOME, str(tmp_path / "machine"))
    (tmp_path / "acme/notebooks").mkdir(parents=True)
    write(v4.new_notebook(cells=[v4.new_code_cell("1 + 1")]), tmp_path / "acme/notebooks/volume.ipynb")
    return tmp_path


def said(folder: Path, *options: str) -> str:
    done = CliRunner().invoke(trust, ["acme", *options, "--client-data", str(folder)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output.splitlines()[0]


def test_a_notebook_is_trusted_from_then_on_and_until_it_changes(folder: Path) -> None:
    assert said(folder, "--list").startswith("acme/notebooks/volume.ipynb: not trusted (after ")
    assert said(folder).startswith("acme/notebooks/volume.ipynb: trusted (after ")
    assert said(folder, "--list").startswith("acme/notebooks/volume.ipynb: trusted (after ")
    write(v4.new_notebook(cells=[v4.new_code_cell("2 + 2")]), folder / "acme/notebooks/volume.ipynb")
    assert said(folder, "--list").startswith("acme/notebooks/volume.ipynb: not trusted (after ")


def test_a_folder_that_cannot_be_read_confirms_nothing(folder: Path) -> None:
    done = CliRunner().invoke(trust, ["acme", "--client-data", str(folder)], catch_exceptions=False)
    assert done.output.splitlines()[1].endswith("; nothing is confirmed")
