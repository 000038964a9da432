"""Runs several clients one after the other or side by side; one that fails never stops the others."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bespoke.chapters.registry import CHAPTERS
from bespoke.echo import Echo
from bespoke.errors import BespokeError, printable
from bespoke.runner.kernels import fork_client
from bespoke.runner.outcome import PROBLEMS, Outcome, keep, outcome_of
from bespoke.runner.run_client import RunOptions, is_unchanged, run_client


@dataclass(frozen=True)
class RunRequest:
    """What `bespoke run` was asked for. `jobs` clients run at the same time; 0 stands for one per core."""

    names: tuple[str, ...]
    client_data: Path | str  # a folder, or the URL of one
    reports: Path | str
    only: str = ""
    assignments: tuple[str, ...] = ()
    as_of: str = ""
    force: bool = False
    jobs: int = 0
    cluster: str = ""  # address of a Dask scheduler


def run_all(request: RunRequest, say: Echo) -> bool:
    """True when every client ended well. Wrong parameters, dates and notebook names stop before any kernel."""
    started = time.perf_counter()
    options = _options(request)
    here = isinstance(request.client_data, Path) and isinstance(request.reports, Path)
    outcomes = {name: Outcome(name) for name in request.names if here and _settled(name, options, say)}
    rest = [name for name in request.names if name not in outcomes]
    if rest:
        run = _run if here and not request.cluster else _run_away
        outcomes |= {outcome.name: outcome for outcome in run(rest, request, options, say)}
        fork_client.FORK_SERVER.stop()
    ordered = [outcomes[name] for name in request.names]
    if len(ordered) > 1:
        _summary(ordered, time.perf_counter() - started, say)
    _list_clients(request, changed=bool(rest))
    return all(outcome.ok for outcome in ordered)


def _settled(name: str, options: RunOptions, say: Echo) -> bool:
    """Whether there is nothing to do. What is wrong with a client is said when its turn comes."""
    with suppress(BespokeError, OSError):
        return is_unchanged(name, options, say) and not (options.folder(name) / PROBLEMS).exists()
    return False


def _run(names: Sequence[str], request: RunRequest, options: RunOptions, say: Echo) -> list[Outcome]:
    jobs = min(request.jobs or cores(), len(names))
    options = replace(options, width=max(1, cores() // jobs))
    if len(names) == 1 and not fork_client.available():
        return [_one(names[0], options, say)]
    # a process for each, however many at a time: a picture that crashes the typesetter ends its own client, in one line
    from bespoke.runner.parallel.process_pool import run_in_processes

    return run_in_processes(names, options, jobs, _one, say)


def _run_away(names: Sequence[str], request: RunRequest, options: RunOptions, say: Echo) -> list[Outcome]:
    from bespoke.runner.remote.remote_run import run_remotely

    fork_client.FORK_SERVER.call_off()
    places = request.client_data, request.reports
    return run_remotely(names, *places, options.flags(), request.cluster, request.jobs or cores(), say)


def _one(name: str, options: RunOptions, say: Echo) -> Outcome:
    """Run one client; what went wrong is said, kept beside the report, and returned."""
    outcome = outcome_of(name, lambda: run_client(name, options, say))
    for problem in outcome.problems:
        say(problem)
    keep(options.folder(name), outcome.problems)
    return outcome


def _options(request: RunRequest) -> RunOptions:
    """Everything checked that can be wrong before a client is looked at."""
    parsed = {}
    if request.assignments:
        from bespoke.runner import parameters

        notebooks = [chapter.notebook() for chapter in CHAPTERS.values()]
        parsed = dict(parameters.parse(request.assignments, notebooks))
    as_of = ""
    if request.as_of:
        from bespoke.workbook import parse_day

        as_of = parse_day(request.as_of).isoformat()
    stem = _stem(request.only)
    # away from home these are the names of the folders there
    client_data = request.client_data if isinstance(request.client_data, Path) else Path("client_data")
    reports = request.reports if isinstance(request.reports, Path) else Path("reports")
    return RunOptions(client_data, reports, as_of, stem, request.force, parsed)


def _summary(outcomes: Sequence[Outcome], seconds: float, say: Echo) -> None:
    failed = [outcome for outcome in outcomes if not outcome.ok]
    tail = f"; failed: {', '.join(outcome.name for outcome in failed)}" if failed else ""
    say(printable(f"{len(outcomes) - len(failed)} of {len(outcomes)} clients done{tail}; {seconds:.1f} s"))
    for outcome in failed:
        more = f" (and {len(outcome.problems) - 1} more)" if len(outcome.problems) > 1 else ""
        say(printable(f"{outcome.name} failed: {outcome.problems[0]}{more}"))


def _list_clients(request: RunRequest, changed: bool) -> None:
    """The page of all clients; a folder that cannot be written has been complained of already."""
    from bespoke.inspection import client_index

    with suppress(BespokeError, OSError):
        if isinstance(request.reports, Path) and isinstance(request.client_data, Path):
            if changed or not (request.reports / "index.html").is_file():
                client_index.write(request.reports, request.client_data)
        else:
            from bespoke.runner.remote.remote_run import list_clients

            list_clients(request.client_data, request.reports)


def _stem(only: str) -> str:
    """A notebook by its stem, its number or its file name."""
    if not only:
        return ""
    name = only.removesuffix(".ipynb")
    found = [stem for stem in CHAPTERS if name in (stem, stem[:2], stem[3:])]
    if not found:
        raise BespokeError(f"--only {only}: no such notebook; there are {', '.join(CHAPTERS)}")
    return found[0]


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
