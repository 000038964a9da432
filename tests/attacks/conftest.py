"""Attacks with planted canaries: each test is one, and `make attacks` ends with a table of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from bespoke import machine
from bespoke.runner.cache.manifest import Manifest, NotebookRun
from tests.conftest import ROOT

FULL = os.environ.get("BESPOKE_ATTACKS") == "full"
CANARY = "CANARY-7f3a91"
CLIENT = "harbour_legal"


@pytest.fixture(autouse=True)
def own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each attack meets a machine of its own."""
    monkeypatch.setenv(machine.HOME, str(tmp_path / "machine"))
    return tmp_path / "machine"


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """A client folder that an attacker may write to."""
    return Path(shutil.copytree(ROOT / "client_data" / CLIENT, tmp_path / "client_data" / CLIENT))


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A report folder as a run leaves it, with small files in place of large ones."""
    import hashlib

    folder = tmp_path / "reports" / CLIENT
    names = ("notebooks/01_task_audit.ipynb", "results/01_task_audit.json", "advice.json")
    rendered = ("report.pdf", "report.html")
    for name in (*names, *rendered):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{{}} {name}")
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (*names, *rendered)}
    run = NotebookRun("key", outputs={name: found[name] for name in names})
    Manifest(
        CLIENT, "2026-11-20", notebooks={"01_task_audit": run}, report={n: found[n] for n in rendered}
    ).write(folder)
    return folder


@pytest.fixture(autouse=True)
def _told(request: pytest.FixtureRequest) -> None:
    """What the table says of the attack: the test's own sentence, and which of several it was."""
    function = getattr(request.node, "function", None)
    words = " ".join((function.__doc__ or request.node.name).split()).rstrip(".")
    which = request.node.name.partition("[")[2].rstrip("]")
    area = Path(str(request.node.fspath)).stem.removeprefix("test_")
    request.node.user_properties.append(("attack", (area, f"{words}{f' ({which})' if which else ''}")))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not FULL:
        return
    rows = []
    for outcome, word in (
        ("passed", "withstood"),
        ("failed", "FELL"),
        ("error", "ERROR"),
        ("skipped", "not tried"),
    ):
        for report in terminalreporter.stats.get(outcome, ()):
            told = (
                dict(report.user_properties).get("attack")
                if getattr(report, "when", "") != "teardown"
                else None
            )
            if told:
                rows.append((*told, word))
    terminalreporter.write_sep("=", f"{len(rows)} attacks")
    for area, words, outcome in sorted(rows):
        terminalreporter.write_line(f"{area:10} {outcome:10} {words[:130]}")
    counted = {
        word: sum(row[2] == word for row in rows) for word in ("withstood", "FELL", "ERROR", "not tried")
    }
    terminalreporter.write_line(", ".join(f"{count} {word}" for word, count in counted.items()))
