"""Runs several clients one after the other or side by side; one that fails never stops the others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bespoke import clients, places
from bespoke.chapters.registry import CHAPTERS
from bespoke.errors import BespokeError
from bespoke.runner import parameters
from bespoke.runner.run import Options, run_client
from bespoke.workbook import parse_day

Say = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What `bespoke run` was asked for."""

    names: tuple[str, ...]
    client_data: Path
    reports: Path
    only: str = ""
    assignments: tuple[str, ...] = ()
    as_of: str = ""
    force: bool = False
    jobs: int = 1


def run_all(request: Request, say: Say) -> bool:
    """True when every client ended well. Wrong parameters, dates and notebook names stop before any kernel."""
    stem = _stem(request.only)
    notebooks = [places.notebooks() / f"{name}.ipynb" for name in CHAPTERS]
    parsed = parameters.parse(request.assignments, notebooks)
    if request.as_of:
        parse_day(request.as_of)
    if request.jobs > 1 and len(request.names) > 1:
        return _side_by_side(request, say)
    options = Options(request.client_data, request.reports, request.as_of, stem, request.force, parsed)
    failed = [name for name in request.names if not _one(name, options, say)]
    _summary(request.names, failed, say)
    return not failed


def _one(name: str, options: Options, say: Say) -> bool:
    from bespoke.runner.execute import use_forked_kernels
    from bespoke.runner.fork import ZYGOTE
    try:
        if not [p for p in clients.check(options.client_data, name) if not p.warning]:
            use_forked_kernels()
        run_client(name, options, say)
    except BespokeError as error:
        for problem in error.problems:
            say(str(problem))
        return False
    except KeyboardInterrupt:
        ZYGOTE.stop()
        raise
    return True


def _side_by_side(request: Request, say: Say) -> bool:
    """A process per client, at most `jobs` at once: clients share nothing but the machine."""

    def start(name: str) -> bool:
        command = [sys.executable, "-m", "bespoke", "run", name, *_arguments(request)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        for line in (done.stdout + done.stderr).splitlines():
            say(line)
        return done.returncode == 0

    with ThreadPoolExecutor(request.jobs) as pool:
        results = dict(zip(request.names, pool.map(start, request.names), strict=True))
    failed = [name for name, ok in results.items() if not ok]
    _summary(request.names, failed, say)
    return not failed


def _arguments(request: Request) -> list[str]:
    flags = ["--client-data", str(request.client_data), "--reports", str(request.reports)]
    flags += [f"--only={request.only}"] if request.only else []
    flags += [f"--as-of={request.as_of}"] if request.as_of else []
    flags += ["--force"] if request.force else []
    for assignment in request.assignments:
        flags += ["-p", assignment]
    return flags


def _summary(names: Sequence[str], failed: Sequence[str], say: Say) -> None:
    if len(names) > 1:
        tail = f"; failed: {', '.join(failed)}" if failed else ""
        say(f"{len(names) - len(failed)} of {len(names)} clients done{tail}")


def _stem(only: str) -> str:
    """A notebook by its stem, its number or its file name."""
    if not only:
        return ""
    name = only.removesuffix(".ipynb")
    found = [stem for stem in CHAPTERS if name in (stem, stem[:2], stem[3:])]
    if not found:
        raise BespokeError(f"--only {only}: no such notebook; there are {', '.join(CHAPTERS)}")
    return found[0]
