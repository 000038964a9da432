"""Shared places and clients for the tests."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from datetime import date
from pathlib import Path

import pytest

from bespoke.chapters.registry import compute_all
from bespoke.clients.schema import Client
from bespoke.results import Result

# What the tests make this machine keep is kept for them alone, by the commands they start as well.
if "bespoke-tests-" not in os.environ.get("BESPOKE_HOME", ""):  # once: this file is imported under two names
    os.environ["BESPOKE_HOME"] = tempfile.mkdtemp(prefix="bespoke-tests-")
    atexit.register(shutil.rmtree, os.environ["BESPOKE_HOME"], ignore_errors=True)

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ("meridian_health", "harbour_legal", "atlas_payments")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def examples() -> Path:
    """The tracked example clients; read only."""
    return ROOT / "client_data"


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
