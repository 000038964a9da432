"""Predictions of other evaluation tools become recorded predictions of a client, and never by halves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from bespoke.claude.importers.gateway_formats import from_either, record
from bespoke.clients.schema import Client, Prediction
from bespoke.clients.wording import first_few, quote
from bespoke.errors import BespokeError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_RESERVED = "claude_"  # what `bespoke evaluate` records

Systems = Mapping[str, tuple[Prediction, ...]]


def import_predictions(
    client: Client,
    source: Path,
    say: Callable[[str], None],
    *,
    system: str = "",
    note_id: str = "id",
    known_only: bool = False,
    replace: bool = False,
) -> list[Path]:
    """Writes `evaluation/predictions/<system>.jsonl` for each system of an Inspect AI log or promptfoo result.

    `system` renames the one system of the file; `note_id` is promptfoo's variable with the note's id;
    `known_only` leaves out answers to notes that are not the client's. Raises BespokeError, before anything is
    written, for a file that is neither, for unknown notes, and for a file that is there already unless
    `replace` says so.
    """
    if not client.notes:
        raise BespokeError("evaluation/notes.jsonl is missing or empty: there is nothing to score against")
    systems = _renamed(from_either(source, note_id), system, source)
    known = {note.id for note in client.notes}
    unknown = sorted({p.id for rows in systems.values() for p in rows} - known)
    if unknown and not known_only:
        message = (
            f"answers {len(unknown)} notes that notes.jsonl does not have ({first_few(unknown)}); nothing was"
            " written; --known-only leaves them out"
        )
        raise BespokeError(message, path=source.name)
    kept = {name: tuple(p for p in rows if p.id in known) for name, rows in systems.items()}
    empty = next((name for name, rows in kept.items() if not rows), None)
    if empty is not None:
        raise BespokeError(f"holds no answer of {quote(empty)} to a note of notes.jsonl", path=source.name)
    place = client.folder / client.notes_in / "predictions"
    _keep_what_is_there(place, kept, replace)
    for path, rows in zip(record(client.folder, kept, client.notes_in), kept.values(), strict=True):
        say(_told(path, rows, len(known)))
    if unknown:
        say(f"{len(unknown)} answers were left out: notes.jsonl does not have their notes")
    return [place / f"{name}.jsonl" for name in kept]


def _renamed(systems: Systems, system: str, source: Path) -> Systems:
    if not systems:
        raise BespokeError("holds no answer", path=source.name)
    if system and len(systems) > 1:
        message = f"holds {len(systems)} systems ({first_few(systems)}), so --system cannot name them"
        raise BespokeError(message, path=source.name)
    named = {system or name: rows for name, rows in systems.items()}
    for name in named:
        if not _NAME.fullmatch(name):
            raise BespokeError(f"{quote(name)} cannot be a file name; use letters, digits, . _ and -")
        if name.lower().startswith(_RESERVED):
            raise BespokeError(
                f"{quote(name)} begins with {_RESERVED}, as what `bespoke evaluate` records does; name it with --system"
            )
    return named


def _keep_what_is_there(folder: Path, systems: Systems, replace: bool) -> None:
    there = [f"{name}.jsonl" for name in systems if (folder / f"{name}.jsonl").exists()]
    if there and not replace:
        raise BespokeError(
            "is there already; --replace writes it anew, --system takes another name",
            path=f"evaluation/predictions/{there[0]}",
        )


def _told(path: Path, rows: tuple[Prediction, ...], notes: int) -> str:
    broken = sum(row.prediction is None for row in rows)
    missing = notes - len(rows)
    parts = [f"{len(rows)} predictions"]
    parts += [f"{broken} of them broke the schema and count as errors"] if broken else []
    parts += [f"{missing} of {notes} notes have none and count as errors"] if missing else []
    return f"evaluation/predictions/{path.name}: {'; '.join(parts)}"
