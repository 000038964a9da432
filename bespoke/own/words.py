"""The consultant's own words: `notes.md` for the summary, `notes/06.md` or `notes/06_cost_model.md` for a chapter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bespoke.chapters.registry import CHAPTERS
from bespoke.clients.folder import WORDS
from bespoke.clients.schema import Client
from bespoke.clients.wording import did_you_mean
from bespoke.errors import BespokeError, Problem
from bespoke.own.own_notebooks import own_notebooks
from bespoke.report.additions import Note


def notes_of(client: Client) -> tuple[Note, ...]:
    """Every note with the notebook it belongs to. Raises BespokeError for those that belong to none."""
    if problems := misplaced(client):
        raise BespokeError(problems)
    stems = _stems(client)
    return tuple(Note(f"{client.name}/{n}", _stem(n, stems) or "", text) for n, text in client.words.items())


def misplaced(client: Client) -> list[Problem]:
    """Notes whose name is no chapter's and no notebook's."""
    if not client.words:
        return []
    stems = _stems(client)
    found = []
    for name in client.words:
        if _stem(name, stems) is None:
            message = f"belongs to no chapter{did_you_mean(Path(name).stem, stems)}"
            found.append(Problem(f"{client.name}/{name}", None, None, message))
    return found


def _stems(client: Client) -> list[str]:
    return [*CHAPTERS, *(one.stem for one in own_notebooks(client.folder))]


def _stem(name: str, stems: Sequence[str]) -> str | None:
    """The notebook of a note, by its whole name or the number it begins with; "" for the summary's."""
    if name == WORDS:
        return ""
    asked = Path(name).stem
    return next((stem for stem in stems if stem == asked or stem.startswith(f"{asked}_")), None)
