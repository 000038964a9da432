"""Whoever else has an account on the machine, and what is left behind on it."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bespoke import clients, confirmations, machine
from bespoke.claude.budget.journal import Journal, journal_of
from bespoke.cli import bespoke
from bespoke.inspection import client_index
from bespoke.own.own_notebooks import own_notebooks
from bespoke.own.trust import is_trusted, trust
from bespoke.saving import share, write_atomically
from tests.attacks.conftest import CANARY, CLIENT

posix = pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_what_we_write_is_for_this_user_alone(tmp_path: Path) -> None:
    """Another user of the machine reads results, manifests and reports."""
    write_atomically(tmp_path / "reports" / "acme" / "report.pdf", CANARY)
    assert mode(tmp_path / "reports" / "acme" / "report.pdf") == 0o600
    assert mode(tmp_path / "reports" / "acme") == mode(tmp_path / "reports") == 0o700


@posix
def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """Not an attack: a shared folder of the house stays shared."""
    tmp_path.chmod(0o755)
    write_atomically(tmp_path / "x", "")
    assert mode(tmp_path) == 0o755


@posix
def test_sharing_opens_what_was_rendered_and_nothing_else(sealed: Path) -> None:
    """Sharing a report shows others the notebooks and results as well."""
    for path in (sealed, *sealed.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    share(sealed, ["report.pdf", "report.html", "missing.pdf"])
    opened = {path.name for path in sealed.rglob("*") if path.is_file() and mode(path) & 0o044}
    assert opened == {"report.pdf", "report.html"}
    assert mode(sealed / "notebooks") == 0o700


@posix
def test_a_new_client_folder_is_for_this_user_alone(tmp_path: Path) -> None:
    """Another user of the machine reads a client folder that `bespoke new` made."""
    folder = clients.create(tmp_path / "client_data", "acme")
    assert {mode(path) & 0o077 for path in (folder, *folder.rglob("*"))} == {0}


@posix
def test_journals_and_confirmations_are_for_this_user_alone(client: Path, own_machine: Path) -> None:
    """Another user of the machine reads the journal, which holds answers."""
    Journal(journal_of(client, "journal.sqlite")).close()
    confirmations.confirm(clients.load(client.parent, CLIENT))
    assert {mode(path) & 0o077 for path in own_machine.rglob("*")} == {0}


@posix
def test_the_users_umask_is_honoured(tmp_path: Path) -> None:
    """Not an attack: what is shared is shared as far as the umask allows."""
    source = (
        "import os; os.umask(0o027); from bespoke.saving import be_private, share, write_atomically; be_private();"
        "from pathlib import Path; write_atomically(Path('r/report.pdf'), ''); share(Path('r'), ['report.pdf'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", source], cwd=tmp_path, check=True, env=environment)
    assert (mode(tmp_path / "r"), mode(tmp_path / "r" / "report.pdf")) == (0o750, 0o640)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_outputs_cannot_be_committed_by_accident(tmp_path: Path) -> None:
    """`git add .` in a folder of one's own takes reports along."""
    from bespoke.saving import keep_out_of_git

    write_atomically(tmp_path / "reports" / "acme" / "report.pdf", CANARY)
    keep_out_of_git(tmp_path / "reports" / "acme")
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    done = subprocess.run(["git", "ls-files"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout == ""


# --- notebooks that are code -------------------------------------------------------------------------


def notebook(client: Path, code: str) -> Path:
    path = client / "notebooks" / "own.ipynb"
    path.parent.mkdir(exist_ok=True)
    cell = {"cell_type": "code", "source": code, "metadata": {}, "outputs": [], "execution_count": None}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.mark.parametrize("change", ["a cell", "a module beside it", "another folder's file of trust"])
def test_trust_holds_for_exact_content(client: Path, change: str) -> None:
    """A notebook is changed after it was trusted, or brings its own trust."""
    notebook(client, "1 + 1")
    assert not any(map(is_trusted, own_notebooks(client)))
    if change.startswith("another"):
        (client / "trusted_notebooks.json").write_text(json.dumps({own_notebooks(client)[0].digest: "x"}))
    else:
        trust(own_notebooks(client))
        assert all(map(is_trusted, own_notebooks(client)))
        if change == "a cell":
            notebook(client, "1 + 2")
        else:
            (client / "notebooks" / "helper.py").write_text(CANARY)
    assert not any(map(is_trusted, own_notebooks(client)))


# --- erasing -----------------------------------------------------------------------------------------


def erase(client: Path, *options: str) -> list[str]:
    places = ("--client-data", str(client.parent), "--reports", str(client.parent.parent / "reports"))
    done = CliRunner().invoke(bespoke, ["erase", client.name, *options, *places])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def litter(client: Path) -> None:
    """Traces of a client in every place where they can be."""
    write_atomically(journal_of(client, "journal.sqlite"), CANARY)
    confirmations.confirm(clients.load(client.parent, CLIENT))
    notebook(client, "1")
    trust(own_notebooks(client))
    for name in (
        "tuning/train.jsonl",
        "tuning/.lock",  # named by two patterns: gone with the folder before its turn comes
        "evaluation/claude_x.summary.json",
        "evaluation/risk_memo/predictions/claude_y.jsonl",
    ):
        write_atomically(client / name, CANARY)


def test_erasing_leaves_no_trace_that_we_made(client: Path, sealed: Path, own_machine: Path) -> None:
    """After a client has asked for it, texts of theirs are still on the machine."""
    litter(client)
    (sealed / "results" / "x.json").write_text(CANARY)
    page = sealed.parent / "index.html"
    client_index.write(sealed.parent, client.parent)
    assert f"{CLIENT}/report." in page.read_text(encoding="utf-8")
    before = erase(client)
    assert before[-3] == "nothing was deleted: --yes does it"
    assert sealed.is_dir()
    assert f"{CLIENT}/report." in page.read_text(encoding="utf-8")
    said = erase(client, "--yes")
    assert f"written anew, without it: {page}" in said
    assert f"{CLIENT}/report." not in page.read_text(encoding="utf-8")
    assert f"left: {client}, which the client sent (--inputs takes it too)" in said
    assert said[-1].startswith("out of reach: ")
    root = client.parent.parent
    assert [p for p in root.rglob("*") if p.is_file() and CANARY in p.read_text(errors="replace")] == []
    assert not machine.of_client(client).exists()
    assert CLIENT not in "".join(p.read_text(errors="replace") for p in own_machine.rglob("*.json"))
    assert (client / "tasks.csv").is_file()


def test_erasing_with_inputs_takes_the_folder_too(client: Path) -> None:
    """Not an attack: the client folder goes where it is asked for."""
    erase(client, "--yes", "--inputs")
    assert not client.exists()


def test_erasing_follows_no_link(client: Path, tmp_path: Path) -> None:
    """The report folder, or a folder in it, is a link to something precious."""
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "keep.txt").write_text("keep")
    (tmp_path / "reports").mkdir(exist_ok=True)
    (tmp_path / "reports" / CLIENT).symlink_to(precious)
    (client / "tuning").symlink_to(precious)
    erase(client, "--yes")
    assert (precious / "keep.txt").read_text() == "keep"
    assert not (tmp_path / "reports" / CLIENT).is_symlink()


def test_erasing_waits_for_what_runs_on_aws(client: Path) -> None:
    """A client is erased while a model of its texts is still served."""
    (client / "tuning").mkdir()
    (client / "tuning" / "state.json").write_text('{"version": 1, "runs": {}}')
    places = ("--client-data", str(client.parent), "--reports", str(client.parent.parent / "reports"))
    done = CliRunner().invoke(bespoke, ["erase", CLIENT, "--yes", *places])
    assert done.exit_code == 1
    assert "nothing is done on its word" in str(done.exception)


# --- a process of its own for every client -----------------------------------------------------------

LETTERS = "".join(f'<g id="a{n + 1}">{f"<use xlink:href=_#a{n}_/>" * 10}</g>' for n in range(2)).replace(
    "_", '"'
)
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><defs>'
    f'<g id="a0"><text>{"a" * 1_000}</text></g>{LETTERS}</defs><use xlink:href="#a2"/></svg>'
)  # a few KB that are drawn as 100,000 letters: 100 MB


THREE_RUNS = """
import json, os
from datetime import date
from pathlib import Path
from bespoke.report import limits, memory, typesetting
from bespoke.report.report_cover import Cover
from bespoke.runner.cache.run_plan import RunOptions
from bespoke.runner.outcome import Outcome
from bespoke.runner.parallel.process_pool import run_in_processes

def run(name, options, say):
    if name == "crashes":
        os.abort()
    if name == "takes all":
        logo = Path("logo.svg").read_text()
        limits.check_svg(logo.encode(), logo=True)  # it is a drawing that may be drawn
        assert options.bounded
        memory.limit()
        image = f'#image(bytes({typesetting._literal(json.dumps(logo))}), format: "svg", alt: "x")'
        source = {typesetting.MAIN: f'#set document(title: "x"); {image}'}
        typesetting.pdf(source, Cover("", date(2026, 11, 20)))
    return Outcome(name)

options = RunOptions(Path("client_data"), Path("reports"))
found = run_in_processes(["crashes", "takes all", "good"], options, 1, run, print)
print([one.ok for one in found])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
def test_what_a_picture_does_to_the_typesetter_is_one_line(tmp_path: Path) -> None:
    """A picture ends the typesetter, by a crash or by all memory, and the run of all clients with it."""
    (tmp_path / "logo.svg").write_text(LOGO)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "BESPOKE_TYPESETTING_MB": "30"}
    done = subprocess.run(
        [sys.executable, "-c", THREE_RUNS], cwd=tmp_path, capture_output=True, text=True, env=environment,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "crashes: its process was ended by signal 6; run it again to go on",
        "[1/3] crashes: failed",
        "takes all: typesetting its report takes more than 30 MB of memory; a picture or a table is too much for it"
        " (BESPOKE_TYPESETTING_MB allows more)",
        "[2/3] takes all: failed",
        "[3/3] good: done",
        "[False, False, True]",
    ]


def test_what_the_client_sent_is_said_to_be_left_only_where_it_is(client: Path) -> None:
    def left(*options: str) -> list[str]:
        return [line for line in erase(client, *options) if line.startswith("left: ")]

    assert left("--inputs") == []  # not yet deleted, but it would not be left
    assert left() == [f"left: {client}, which the client sent (--inputs takes it too)"]
    shutil.rmtree(client)
    assert left() == []
