"""State in a client folder that this machine did not write: told by `check`, used only once taken over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from bespoke import machine
from bespoke.errors import BespokeError, Problem
from bespoke.saving import write_atomically

STATE = "tuning/state.json"
JOURNALS = ("evaluation/journal.sqlite", "evaluation/judge_journal.sqlite")
NOT_OURS = (
    "was not written on this machine, or changed since: nothing is done on its word. Look at what it names; if it is"
    " yours, `bespoke trust {client} --state` takes it over"
)


def purpose(client: str) -> str:
    """What the seal on a client's tuning state is for."""
    return f"tuning {client}"


def is_ours(client: str, content: dict[str, Any]) -> bool:
    """Whether a tuning state, as read from its file, carries this machine's seal."""
    return machine.is_sealed(purpose(client), content)


def problems(client: Path) -> list[Problem]:
    """One warning for each file of state that is not this machine's."""
    found = []
    said = NOT_OURS.format(client=client.name)
    if (client / "tuning").is_symlink() or (client / STATE).is_symlink():
        found.append(
            _warning(client, STATE, "is reached by a link; state is never read or written through one")
        )
    elif (content := _state(client)) is not None and not is_ours(client.name, content):
        found.append(_warning(client, STATE, said))
    for name in JOURNALS:
        if (client / name).exists() or (client / name).is_symlink():
            message = (
                "is a journal, and journals lie on this machine, not in what a client sends: it is not read. If it is"
                f" yours, `bespoke trust {client.name} --state` takes it over"
            )
            found.append(_warning(client, name, message))
    return found


def take_over(client: Path) -> Iterator[str]:
    """Seals the tuning state and copies the journals, after telling what they hold: a line each.

    Raises BespokeError for a link, or where this machine has a journal of its own already.
    """
    for name in (STATE, "tuning", *JOURNALS):
        if (client / name).is_symlink():
            raise BespokeError("is a link; state is never taken through one", path=f"{client.name}/{name}")
    content = _state(client)
    if content is not None and not is_ours(client.name, content):
        for run in (content.get("runs") or {}).values():
            where = f"in account {run.get('account')}, bucket {run.get('bucket')}"
            yield f"{client.name}/{STATE}: run {run.get('name')} {where}"
        sealed = machine.sealed(purpose(client.name), content)
        text = json.dumps(sealed, indent=1, sort_keys=True, ensure_ascii=False)
        write_atomically(client / STATE, text + "\n")
    for name in JOURNALS:
        if (client / name).is_file():
            yield from _journal(client, name)


def _journal(client: Path, name: str) -> Iterator[str]:
    """Rows only, and no trigger or view of whoever made the file; what is held is counted again from them."""
    from bespoke.claude.budget.journal import Journal

    target = machine.of_client(client) / Path(name).name
    if target.exists():
        raise BespokeError(
            f"there is a journal of this machine at {target}; move one of them away",
            path=f"{client.name}/{name}",
        )
    try:
        with closing(Journal(target)) as journal:
            count, held = journal.take_over(client / name)
    except (sqlite3.Error, BespokeError) as error:
        target.unlink(missing_ok=True)
        raise BespokeError(f"cannot be taken over: {error}", path=f"{client.name}/{name}") from error
    yield f"{client.name}/{name}: {count} answers, {Decimal(held) / 10**12:.2f} USD held; it may be deleted there now"


def _state(client: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((client / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else {}


def _warning(client: Path, name: str, message: str) -> Problem:
    return Problem(f"{client.name}/{name}", None, None, message, warning=True)
