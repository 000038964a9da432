"""Shared places and clients for the tests."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bespoke.chapters.registry import compute_all
from bespoke.clients.schema import Client
from bespoke.results import Result
from bespoke.runner.lock import one_at_a_time

# What the tests make this machine keep is kept for them alone, by the commands they start as well.
if "bespoke-tests-" not in os.environ.get("BESPOKE_HOME", ""):  # once: this file is imported under two names
    os.environ["BESPOKE_HOME"] = tempfile.mkdtemp(prefix="bespoke-tests-")
    atexit.register(shutil.rmtree, os.environ["BESPOKE_HOME"], ignore_errors=True)

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ("meridian_health", "harbour_legal", "atlas_payments")


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test explores is remembered here, and not among what the user explores."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def examples() -> Path:
    """The tracked example clients; read only."""
    return ROOT / "client_data"


@pytest.fixture(scope="session")
def ran_examples(shared_runs: Path) -> Path:
    """`client_data`, `reports` and what was `said` (a file) of a run of the three examples: read only, who changes
    something takes a copy."""
    return ran_once(shared_runs, "--all")


@pytest.fixture(scope="session")
def ran_harbour(shared_runs: Path) -> Path:
    """The same of `harbour_legal`, with or without the others."""
    return ran_once(shared_runs, "harbour_legal")


@pytest.fixture(scope="session")
def shared_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of the tests, so that each example is run once."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "ran_examples"


def ran_once(folder: Path, what: str) -> Path:
    """`bespoke run` of one client or of all where nobody has done it yet; what has run by then is unchanged."""
    with one_at_a_time(folder, lambda: None):
        if not (folder / "reports").exists():
            shutil.copytree(ROOT / "client_data", folder / "client_data")
            (folder / "reports").mkdir()
        if not (folder / "said").exists() and not (folder / "reports" / what / "report.pdf").exists():
            command = [sys.executable, "-m", "bespoke", "run", what]
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=600, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            if what == "--all":
                (folder / "said").write_text(done.stdout, encoding="utf-8")
    return folder


@pytest.fixture
def client_data(tmp_path: Path, examples: Path) -> Path:
    """A copy of the example clients that a test may break."""
    return Path(shutil.copytree(examples, tmp_path / "client_data"))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, so that nothing is found by accident."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def all_results(client: Client, as_of: date) -> dict[str, Result]:
    """Every chapter's result that there is, computed in memory."""
    return {stem: result for stem, result in compute_all(client, as_of).items() if result is not None}
