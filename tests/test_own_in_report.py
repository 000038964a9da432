"""Which of a client's own notebooks a report prints, and behind which chapters."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from bespoke.own.own_in_report import printed
from bespoke.runner.cache.manifest import Manifest, NotebookRun


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """A client folder with two notebooks that follow the audit, and one that follows the last chapter."""
    folder = tmp_path / "acme"
    (folder / "notebooks").mkdir(parents=True)
    for name, tags in (("a", ["after:01_task_audit"]), ("b", ["after:01_task_audit"]), ("volume", [])):
        book = v4.new_notebook(
            cells=[v4.new_code_cell("1", metadata={"tags": tags})],
            metadata={"kernelspec": {"name": "k", "display_name": "K", "language": "python"}},
        )
        nbformat.write(book, folder / "notebooks" / f"{name}.ipynb")
    return folder


def names(client: Path, manifest: Manifest | None) -> list[str]:
    return [one.path.stem for one in printed(client, client.parent / "reports", manifest)]


def test_only_those_that_the_last_run_ran_are_printed_each_behind_its_chapter(client: Path) -> None:
    ran = names(client, Manifest("acme", "2026-11-20", own={"b": NotebookRun("key")}))
    assert ran[:3] == ["01_task_audit", "b", "02_failure_modes"]
    assert {"a", "volume"}.isdisjoint(ran)
    assert names(client, None) == [name for name in ran if name != "b"]


def test_figures_that_nobody_described_are_let_pass_in_a_clients_own_alone(client: Path) -> None:
    found = printed(client, client.parent / "reports", Manifest("acme", "", own={"a": NotebookRun("key")}))
    assert [one.path.stem for one in found if not one.options.strict] == ["a"]
    (own,) = (one for one in found if not one.options.strict)
    assert own.options.folder == client / "notebooks"
