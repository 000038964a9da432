"""`bespoke erase`: every trace that bespoke made of a client on this machine, listed and deleted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from bespoke import foreign_state, machine
from bespoke.clients import client_names
from bespoke.errors import BespokeError
from bespoke.own import trust

MADE = ("tuning", *foreign_state.JOURNALS, "evaluation/claude_*", "evaluation/predictions/claude_*",
        "evaluation/*/claude_*", "evaluation/*/predictions/claude_*", "judge.csv", "evaluation/*/judge_grades.csv",
        "evaluation/*/optimised_prompt.md", "notebooks/.ipynb_checkpoints",
        "**/.lock")  # fmt: skip
OUT_OF_REACH = (
    "out of reach: copies of the report that were handed on, shared URLs and buckets, backups, what a model's provider"
    " keeps, and blocks of the disk that nobody has written over"
)


def erase(name: str, client_data: Path, reports: Path, *, really: bool, inputs: bool) -> Iterator[str]:
    """A line for each thing that is, or with `really` was, deleted; then what cannot be reached.

    Raises BespokeError, before anything is deleted, where something of the client may still run on AWS.
    """
    client_names.check_name(name)
    client = client_data / name
    _refuse_running(client)
    found = list(_traces(name, client, reports, inputs))
    for path in found:
        if really:
            _delete(path)
        yield f"{'deleted' if really else 'would be deleted'}: {path}"
    if really:
        trust.forget(name)
        from bespoke.inspection import client_index

        if reports.is_dir() and (reports / client_index.PAGE).is_file():
            client_index.write(reports, client_data)
            yield f"written anew, without it: {reports / client_index.PAGE}"
    if not found:
        yield f"{name}: nothing of it is here"
    elif not really:
        yield "nothing was deleted: --yes does it"
    if client.is_dir() and not inputs:
        yield f"left: {client}, which the client sent (--inputs takes it too)"
    yield OUT_OF_REACH


def _traces(name: str, client: Path, reports: Path, inputs: bool) -> Iterator[Path]:
    kept = [machine.of_client(client), machine.of_client(client / "tuning" / "teacher")]
    places = [reports / name, *kept]
    if inputs:
        places.append(client)
    elif client.is_dir() and not client.is_symlink():
        places += [path for pattern in MADE for path in sorted(client.glob(pattern))]
    yield from (path for path in dict.fromkeys(places) if os.path.lexists(path))


def _refuse_running(client: Path) -> None:
    from bespoke.tuning.jobs.state import Store

    if not (client / foreign_state.STATE).is_file():
        return
    running = [run.name for run in Store.of(client).state.runs.values() if not run.retired]
    if running:
        raise BespokeError(
            f"things on AWS of {', '.join(running)} may still cost money and hold its texts;"
            " first: bespoke tune retire",
            path=f"{client.name}/{foreign_state.STATE}",
        )


def _delete(path: Path) -> None:
    """A link goes itself, and nothing that it leads to."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path)
