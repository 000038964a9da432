"""A client's own notebooks: run once trusted, printed among the chapters, never overwritten."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from bespoke import machine
from bespoke.errors import BespokeError
from bespoke.own.own_notebooks import own_notebooks
from bespoke.own.run_own import run_own, why
from bespoke.own.trust import is_trusted, trust
from bespoke.runner.cache.edited_notebooks import keep_edited
from bespoke.runner.cache.manifest import Manifest, NotebookRun
from bespoke.runner.kernels.execute import Seconds
from tests.conftest import ROOT

CLIENT = "harbour_legal"


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is trusted here is kept here."""
    monkeypatch.setenv(machine.HOME, str(tmp_path / "machine"))


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """A copy of an example, with a notebook of its own."""
    folder = tmp_path / "client_data" / CLIENT
    shutil.copytree(ROOT / "client_data" / CLIENT, folder)
    save(folder, "volume", "import pandas as pd\npd.read_csv('../tasks.csv')[['task_id']]")
    return folder


def save(client: Path, name: str, code: str, *, tags: tuple[str, ...] = (), kernel: str = "python") -> Path:
    cells = [
        v4.new_markdown_cell("# Volume"),
        v4.new_code_cell(f"#| caption: The tasks\n#| alt: A bar.\n{code}", metadata={"tags": list(tags)}),
    ]
    metadata = {"kernelspec": {"name": "k", "display_name": "K", "language": kernel}}
    (client / "notebooks").mkdir(exist_ok=True)
    path = client / "notebooks" / f"{name}.ipynb"
    nbformat.write(v4.new_notebook(cells=cells, metadata=metadata), path)
    return path


def test_they_follow_the_chapter_that_a_tag_names_then_their_names(client: Path) -> None:
    save(client, "b", "1", tags=("after:01_task_audit",))
    save(client, "a", "1", tags=("after:01_task_audit",))
    assert [one.stem for one in own_notebooks(client)] == ["a", "b", "volume"]
    save(client, "c", "1", tags=("after:09_nothing",))
    with pytest.raises(BespokeError, match="tag after:09_nothing: no such chapter"):
        own_notebooks(client)


def test_only_notebooks_in_python_are_run(client: Path) -> None:
    save(client, "r", "1", kernel="R")
    with pytest.raises(BespokeError, match="written in R; notebooks in Python are run"):
        own_notebooks(client)


def test_trust_holds_for_exact_cells_and_the_modules_beside_them(client: Path) -> None:
    [one] = own_notebooks(client)
    assert not is_trusted(one)
    trust([one])
    assert is_trusted(one)
    book = nbformat.read(one.path, as_version=4)
    book.cells[1].outputs = [v4.new_output("stream", text="ran in JupyterLab")]
    book.cells[1].execution_count = 7
    nbformat.write(book, one.path)
    assert is_trusted(own_notebooks(client)[0])
    (client / "notebooks" / "helper.py").write_text("x = 1")
    assert not is_trusted(own_notebooks(client)[0])
    (client / "notebooks" / "helper.py").unlink()
    book.cells[1].source += "\n2"
    nbformat.write(book, one.path)
    assert not is_trusted(own_notebooks(client)[0])


def test_a_notebook_runs_again_for_a_reason_and_else_not(client: Path, tmp_path: Path) -> None:
    [one] = own_notebooks(client)
    assert why(one, tmp_path, "key", None) == "first run"
    target = one.executed(tmp_path)
    run = NotebookRun(
        "key",
        {},
        "made",
        {"notebooks/own/volume.ipynb": hashlib.sha256(b"executed").hexdigest()},
        {},
        one.digest,
    )
    assert why(one, tmp_path, "key", run) == "its output is missing or was edited"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"executed")
    assert why(one, tmp_path, "key", run) == ""
    assert why(one, tmp_path, "another", run) == "inputs or results changed"
    assert why(one, tmp_path, "another", replace(run, source="other cells")) == "its own cells changed"
    target.write_bytes(b"edited")
    assert why(one, tmp_path, "key", run) == "its output is missing or was edited"


def test_a_run_prints_the_trusted_ones_and_keeps_what_was_edited(client: Path, tmp_path: Path) -> None:
    keys = "print('keys', [k for k in os.environ if 'KEY' in k])"
    figure = f"import os, matplotlib.pyplot as plt\nplt.plot([1, 2]); {keys}"
    save(client, "figure", figure, tags=("after:01_task_audit",))
    folder = tmp_path / "reports" / CLIENT

    def run(*arguments: str) -> list[str]:
        environment = {"XDG_DATA_HOME": str(tmp_path / "data"), "ANTHROPIC_API_KEY": "sk-secret"}
        done = subprocess.run(
            [sys.executable, "-m", "bespoke", *arguments, CLIENT],
            cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
            env={**os.environ, **environment},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()

    def own() -> list[str]:
        return sorted(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["own"])

    (tmp_path / "reports").mkdir()
    assert sum("nobody has trusted it" in line for line in run("run")) == 2
    assert own() == []
    assert not (folder / "notebooks" / "own").exists()

    assert sum("trusted" in line for line in run("trust")) == 2
    run("run")
    assert own() == ["figure", "volume"]
    page = BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")
    chapters = [section["aria-labelledby"] for section in page.select("section.chapter")]
    assert chapters.index("ch-figure") == chapters.index("ch-01_task_audit") + 1
    section = page.select_one("#ch-figure").find_parent("section")
    assert "Figure 2.1. The tasks" in section.get_text()
    assert "keys []" in section.get_text()  # no key reaches a client's code
    assert section.img["alt"] == "A bar."
    table = page.select_one("#ch-volume").find_parent("section").get_text()
    number = table.partition("Chapter ")[2][:1]
    assert [name for name in chapters if name.startswith("ch-")][-2:] == [
        "ch-volume",
        "ch-method-and-words",
    ]
    assert f"Table {number}.1. The tasks" in table
    assert all(line.endswith("unchanged") for line in run("run"))

    executed = folder / "notebooks" / "own" / "volume.ipynb"
    for path in (executed, folder / "notebooks" / "01_task_audit.ipynb"):
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    said = run("run")
    assert f"{CLIENT}: 01_task_audit: was edited; your version is kept as 01_task_audit.edited.ipynb" in said
    assert executed.with_name("volume.edited.ipynb").is_file()
    assert any("volume.ipynb: ran" in line and "edited" in line for line in said)

    save(client, "volume", "1 / 0")
    trusted = {"XDG_DATA_HOME": str(tmp_path / "data")}
    run("trust")
    failed = subprocess.run(
        [sys.executable, "-m", "bespoke", "run", CLIENT],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, **trusted},
    )  # fmt: skip
    assert failed.returncode == 1
    assert "harbour_legal/volume.ipynb: cell 3: ZeroDivisionError" in failed.stdout + failed.stderr


def test_every_edited_version_is_kept(tmp_path: Path) -> None:
    executed, said = tmp_path / "n.ipynb", list[str]()
    for number in (1, 2):
        executed.write_text(f"edit {number}")
        keep_edited(executed, "0" * 64, "n", said.append)
    assert (tmp_path / "n.edited.ipynb").read_text() == "edit 1"
    assert (tmp_path / "n.edited-2.ipynb").read_text() == "edit 2"
    assert len(said) == 2


@pytest.mark.slow
def test_a_run_done_elsewhere_runs_what_was_trusted_here_and_no_more(
    client: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As on a worker of a cluster: another machine, whose user has trusted nothing."""
    from bespoke.own.trust import trusted_here
    from bespoke.runner.remote.archive import pack
    from bespoke.runner.remote.remote_job import RemoteJob, fingerprint, run_remote_job

    trust(own_notebooks(client))
    save(client, "later", "1")
    trusted = trusted_here()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "worker"))
    job = RemoteJob(CLIENT, (), pack(client), {}, {}, fingerprint(), trusted=trusted)
    done = run_remote_job(job, lambda: True, str(tmp_path))
    assert done.problems == ()
    assert done.report is not None
    assert list(json.loads(done.report["manifest.json"])["own"]) == ["volume"]
    assert "notebooks/own/volume.ipynb" in done.report
    assert sum("later.ipynb: not run: nobody has trusted it" in line for line in done.said) == 1


def test_a_notebook_is_run_the_first_time_then_only_when_it_changed_and_an_edited_output_is_kept(
    client: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def execute(source: Path, target: Path, *rest: object, **more: object) -> Seconds:
        target.write_text("executed")
        return Seconds(kernel=1, imports=2, cells=3, save=4)

    monkeypatch.setattr("bespoke.runner.kernels.execute.execute", execute)
    trust(own_notebooks(client))
    now, said = Manifest(CLIENT, "2026-11-20"), list[str]()

    def run(**force: bool) -> list[str]:
        said.clear()
        run_own(own_notebooks(client), tmp_path, now, {}, said.append, **force)
        return [line.removeprefix(f"{CLIENT}: notebooks/volume.ipynb: ") for line in said]

    assert run() == ["ran in 10.0 s (first run)"]
    assert run() == ["unchanged"]
    assert run(force=True) == ["ran in 10.0 s (forced)"]
    output = tmp_path / "notebooks" / "own" / "volume.ipynb"
    output.write_text("edited by hand")
    assert run()[1:] == ["ran in 10.0 s (its output is missing or was edited)"]
    assert said[0].endswith("was edited; your version is kept as volume.edited.ipynb")
    assert output.with_name("volume.edited.ipynb").read_text() == "edited by hand"
    assert output.read_text() == "executed"
