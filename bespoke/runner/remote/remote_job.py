"""One client run away from home: the ordinary command, in a folder of its own that goes when it has ended.

The client and what the last run left of its report come along as bytes, or are read from a shared URL right where
the work is done; the report goes back the same way.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bespoke import paths
from bespoke.errors import BespokeError, printable
from bespoke.keys import digest, package_digest
from bespoke.own.trust import TRUSTED
from bespoke.runner.cache.manifest import versions
from bespoke.runner.kernels import fork_client
from bespoke.runner.outcome import problems_of
from bespoke.runner.remote.archive import Files, pack, unpack

LOGS = (
    "engagement_log.csv",
    "engagement_log.xlsx",
)  # of the consultancy, beside the client folders: one of them
LOOK = 0.5  # seconds between two looks whether the job is still wanted
GRACE = 10  # seconds to end in order


@dataclass(frozen=True)
class RemoteJob:
    """What to run. Folders are their files, or the URL under which all clients, or all reports, lie."""

    name: str
    flags: tuple[str, ...]  # of `bespoke run`
    client: Files | str
    report: Files | str
    log: Files = field(default_factory=dict)  # the log beside the client folder, where that came as files
    version: str = ""  # as `fingerprint` gives it
    sealing: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # environment: how the report is sealed
    trusted: tuple[str, ...] = ()  # hashes of own notebooks that whoever asks has read and trusted


@dataclass(frozen=True)
class Done:
    """How it ended: every line it said, what went wrong, and the report where that did not go to a URL."""

    said: tuple[str, ...]
    problems: tuple[str, ...] = ()
    report: Files | None = None


@dataclass(frozen=True)
class Workers:
    """Where jobs are done. `hopeless` says why nobody is left to do them, as long as that is so."""

    submit: Callable[[RemoteJob], Future[Done]]
    room: Callable[[], int]
    hopeless: Callable[[], str]


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Two machines with the same one make the same reports: code, notebooks, templates, libraries, interpreter."""
    notebooks, templates = paths.notebooks().glob("*.ipynb"), (paths.templates() / "report").rglob("*")
    parts = [
        package_digest(),
        *(digest(path) for path in sorted([*notebooks, *templates]) if path.is_file()),
        repr(sorted(versions().items())),
        repr(sys.version_info[:3]),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def run_remote_job(job: RemoteJob, wanted: Callable[[], bool], workplace: str | None = None) -> Done:
    """Do it, in a new folder inside `workplace`. It is ended as soon as it is no longer wanted."""
    if job.version != fingerprint():
        return _failed(job, "a worker has another version of bespoke; install this one there")
    try:
        with tempfile.TemporaryDirectory(
            prefix="bespoke-", dir=workplace, ignore_cleanup_errors=True
        ) as place:
            return _run_in(Path(place), job, wanted)
    except BespokeError as error:
        problems = tuple(map(str, error.problems))
        return Done(problems, problems)
    except OSError as error:
        return _failed(job, f"could not run where it was sent: {error.strerror or error}")


def _run_in(place: Path, job: RemoteJob, wanted: Callable[[], bool]) -> Done:
    client_data, report = place / "client_data", place / "reports" / job.name
    client_data.mkdir()
    _bring_client(job, client_data)
    before = _bring_report(job, report)
    said, code = _command(job, place, wanted)
    if not wanted():
        return _failed(job, "called off")
    problems = problems_of(report, said) if code else ()
    if not isinstance(job.report, str):
        return Done(said, problems, pack(report))
    from bespoke.runner.remote import s3

    s3.deliver(report, s3.under(job.report, job.name), before)
    return Done(said, problems)


def _bring_client(job: RemoteJob, client_data: Path) -> None:
    if not isinstance(job.client, str):
        unpack(job.client, client_data / job.name)
        for name, data in job.log.items():
            (client_data / name).write_bytes(data)
        return
    from bespoke.runner.remote import s3

    s3.fetch(s3.under(job.client, job.name), client_data / job.name)
    for log in LOGS:
        s3.fetch_if_there(job.client, log, client_data)


def _bring_report(job: RemoteJob, report: Path) -> dict[str, str]:
    report.parent.mkdir()
    if not isinstance(job.report, str):
        unpack(job.report, report)
        return {}
    from bespoke.runner.remote import s3

    return s3.fetch(s3.under(job.report, job.name), report)


def _command(job: RemoteJob, place: Path, wanted: Callable[[], bool]) -> tuple[tuple[str, ...], int]:
    """Lines and exit code of `bespoke run`, in a process that ends with this one."""
    environment = {**os.environ, **fork_client.surroundings(), **job.sealing, TRUSTED: " ".join(job.trusted)}
    with subprocess.Popen(
        [sys.executable, "-m", "bespoke.child_command", "run", job.name, *job.flags],
        cwd=place, env=environment, text=True, encoding="utf-8", errors="replace",
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


def _failed(job: RemoteJob, why: str) -> Done:
    line = f"{job.name}: {why}"
    return Done((line,), (line,))
