"""The answers of an evaluation as they come in: on the disk before the next question, found again after a crash."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bespoke.clients.schema import Note
from bespoke.errors import BespokeError
from bespoke.tuning.jobs.converse import ConverseReply
from bespoke.tuning.jobs.tuned_answers import parse

ROUNDED = 1  # decimals of a latency in milliseconds
TEXT = "text"  # which text an answer speaks of: a note that was edited since is asked again


def unanswered(path: Path, notes: Sequence[Note]) -> list[Note]:
    """The notes of which, as they stand, no answer is on the disk."""
    found = answers(path)
    return [note for note in notes if found.get(note.id, {}).get(TEXT) != _digest(note)]


def answers(path: Path) -> dict[str, dict[str, Any]]:
    """The answers on the disk, by note; a last line that was cut off is no answer."""
    found = {}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return {}
    for line in lines:
        try:
            row = json.loads(line)
            found[str(row["id"])] = row
        except (ValueError, KeyError, TypeError):
            continue
    return found


def append(path: Path, row: dict[str, Any]) -> None:
    """One more line, on the disk when this returns."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write("\n" if file.tell() and not _ends_in_newline(path) else "")
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BespokeError(f"cannot write: {error.strerror or error}", path=str(path)) from error


def _ends_in_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def row_of(note: Note, reply: ConverseReply) -> dict[str, Any]:
    """One line of the journal: the recorded prediction, and of which text it speaks."""
    fields = parse(reply.text)
    latency = {} if reply.latency_ms is None else {"latency_ms": round(float(reply.latency_ms), ROUNDED)}
    return {
        "id": note.id,
        "prediction": None if fields is None else fields.model_dump(mode="json"),
        "usage": reply.usage.model_dump(mode="json"),
        **latency,
        TEXT: _digest(note),
    }


def _digest(note: Note) -> str:
    return hashlib.sha256(note.text.encode("utf-8", "surrogatepass")).hexdigest()
