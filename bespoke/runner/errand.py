"""One client run away from home: the ordinary command, in a folder of its own that goes when it has ended.

The client and what the last run left of its report come along as bytes, or are read from a shared URL right where
the work is done; the report goes back the same way.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bespoke import places
from bespoke.errors import BespokeError, printable
from bespoke.keys import digest, package_digest
from bespoke.runner import nursery
from bespoke.runner.luggage import Files, pack, unpack
from bespoke.runner.manifest import versions
from bespoke.runner.outcome import problems_of

LOGS = ("engagement_log.csv", "engagement_log.xlsx")  # of the house, beside the client folders: one of them
LOOK = 0.5  # seconds between two looks whether the errand is still wanted
GRACE = 10  # seconds to end in order
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Errand:
    """What to run. Folders are their files, or the URL under which all clients, or all reports, lie."""

    name: str
    flags: tuple[str, ...]  # of `bespoke run`
    client: Files | str
    report: Files | str
    log: Files = field(
        default_factory=dict
    )  # the log beside the client folder, where the folder came as files
    version: str = ""  # as `fingerprint` gives it


@dataclass(frozen=True)
class Done:
    """How it ended: every line it said, what went wrong, and the report where that did not go to a URL."""

    said: tuple[str, ...]
    problems: tuple[str, ...] = ()
    report: Files | None = None


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Two machines with the same one make the same reports: code, notebooks, templates, libraries, interpreter."""
    notebooks, templates = places.notebooks().glob("*.ipynb"), (places.templates() / "report").rglob("*")
    parts = [
        package_digest(),
        *(digest(path) for path in sorted([*notebooks, *templates]) if path.is_file()),
        repr(sorted(versions().items())),
        repr(sys.version_info[:3]),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def run_errand(errand: Errand, wanted: Callable[[], bool], workplace: str | None = None) -> Done:
    """Do it, in a new folder inside `workplace`. It is ended as soon as it is no longer wanted."""
    if errand.version != fingerprint():
        return _failed(errand, "a worker has another version of bespoke; install this one there")
    try:
        with tempfile.TemporaryDirectory(
            prefix="bespoke-", dir=workplace, ignore_cleanup_errors=True
        ) as place:
            return _run_in(Path(place), errand, wanted)
    except BespokeError as error:
        problems = tuple(map(str, error.problems))
        return Done(problems, problems)
    except OSError as error:
        return _failed(errand, f"could not run where it was sent: {error.strerror or error}")


def _run_in(place: Path, errand: Errand, wanted: Callable[[], bool]) -> Done:
    client_data, report = place / "client_data", place / "reports" / errand.name
    client_data.mkdir()
    _bring_client(errand, client_data)
    before = _bring_report(errand, report)
    said, code = _command(errand, place, wanted)
    if not wanted():
        return _failed(errand, "called off")
    problems = problems_of(report, said) if code else ()
    if not isinstance(errand.report, str):
        return Done(said, problems, pack(report))
    from bespoke.runner import shared

    shared.deliver(report, shared.under(errand.report, errand.name), before)
    return Done(said, problems)


def _bring_client(errand: Errand, client_data: Path) -> None:
    if not isinstance(errand.client, str):
        unpack(errand.client, client_data / errand.name)
        for name, data in errand.log.items():
            (client_data / name).write_bytes(data)
        return
    from bespoke.runner import shared

    shared.fetch(shared.under(errand.client, errand.name), client_data / errand.name)
    for log in LOGS:
        shared.fetch_if_there(errand.client, log, client_data)


def _bring_report(errand: Errand, report: Path) -> dict[str, str]:
    report.parent.mkdir()
    if not isinstance(errand.report, str):
        unpack(errand.report, report)
        return {}
    from bespoke.runner import shared

    return shared.fetch(shared.under(errand.report, errand.name), report)


def _command(errand: Errand, place: Path, wanted: Callable[[], bool]) -> tuple[tuple[str, ...], int]:
    """Lines and exit code of `bespoke run`, in a process that ends with this one."""
    with subprocess.Popen(
        [sys.executable, "-m", "bespoke.runner.errand", "run", errand.name, *errand.flags],
        cwd=place, env={**os.environ, **nursery.surroundings()}, text=True, encoding="utf-8", errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as run:  # fmt: skip
        while True:
            try:
                said, _ = run.communicate(timeout=LOOK)
                return tuple(map(printable, said.splitlines())), run.returncode
            except subprocess.TimeoutExpired:
                if not wanted():
                    _end(run)


def _end(run: subprocess.Popen[str]) -> None:
    """In order where it listens: its kernels and scratch files go with it."""
    run.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        run.communicate(timeout=GRACE)
    run.kill()


def _failed(errand: Errand, why: str) -> Done:
    line = f"{errand.name}: {why}"
    return Done((line,), (line,))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # workers in the background may ignore it
    if sys.platform == "linux":  # elsewhere a run whose worker is lost goes on to its end, for nobody
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    from bespoke.cli import main

    main()
