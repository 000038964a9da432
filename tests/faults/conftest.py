"""How much of the faults is tried: a little in every test run, all of it by `make faults`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import ROOT

FULL = os.environ.get("BESPOKE_FAULTS") == "full"
REPORTS = ("report.pdf", "report.html")
SMALLEST = "harbour_legal"  # the example that runs fastest

only_in_full = pytest.mark.skipif(not FULL, reason="make faults")

Bespoke = Callable[..., "subprocess.CompletedProcess[str]"]


def scaled(little: int, full: int) -> int:
    """A count for the everyday test run, and the one of the full trial."""
    return full if FULL else little


def bespoke(
    *arguments: str, cwd: Path, limit: float = 300, **options: object
) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bespoke", *arguments],
        cwd=cwd, capture_output=True, text=True, errors="replace", timeout=limit, check=False, **options,
    )  # type: ignore[call-overload,no-any-return]  # fmt: skip


def add_client(folder: Path, name: str = SMALLEST, source: str = SMALLEST) -> Path:
    """A copy of an example under another name, with a reports folder beside the clients."""
    (folder / "reports").mkdir(parents=True, exist_ok=True)
    return Path(shutil.copytree(ROOT / "client_data" / source, folder / "client_data" / name))


def take_last_row(path: Path) -> None:
    """A change of a file that leaves it whole."""
    rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(rows[:-1]) + "\n", encoding="utf-8")


def files_of(report: Path) -> dict[str, bytes]:
    """Everything of a client's report that must not depend on how the run went; the manifest keeps its seconds."""
    return {
        path.relative_to(report).as_posix(): path.read_bytes()
        for path in sorted(report.rglob("*"))
        if path.is_file() and path.name != "manifest.json" and not path.name.startswith(".")
    }


def processes_in(folder: Path) -> list[str]:
    """Processes whose current folder is this one or lies in it: a run, its fork server, its kernels."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.joinpath("cwd").resolve(strict=True).is_relative_to(folder.resolve()):
                found.append(process.joinpath("cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [
        command for command in found if command
    ]  # a process that has ended and is not yet waited for has none


@pytest.fixture(scope="session", autouse=True)
def _interrupts_are_heard() -> None:
    """A shell that runs the tests in the background lets them ignore Ctrl-C, and everything they start with them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        with suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def undisturbed(ran_harbour: Path) -> Path:
    """A folder in which the smallest example was run, with nothing in its way."""
    return ran_harbour


def seconds_of(undisturbed: Path) -> float:
    """How long its run took from the first notebook to the report."""
    manifest = json.loads((undisturbed / "reports" / SMALLEST / "manifest.json").read_text(encoding="utf-8"))
    return float(manifest["wall_seconds"])
