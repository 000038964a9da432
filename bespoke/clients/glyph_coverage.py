"""Texts in a script that no font of the report draws: a box would stand in their place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bespoke.clients import known
from bespoke.clients.files import ClientFile, usable
from bespoke.clients.grid import EXCEL
from bespoke.clients.records import Key, dotted
from bespoke.clients.wording import quote
from bespoke.errors import BespokeError

if TYPE_CHECKING:
    from bespoke.clients.folder_reading import FolderReading

Place = tuple[int | None, dict[str, Any]]

SHOWN = 5  # characters a warning repeats


def check_drawn(reading: FolderReading) -> None:
    """One warning a file over every text the report may print.

    Training notes and recorded predictions are not among them.
    """
    engagement, sources = reading.engagement or {}, {source.path.name: source for source in reading.sources}
    given = (ClientFile(reading.root, reading.root / name, "") for name in engagement.get("fonts", ()))
    fonts = tuple(font.path for font in given if usable(font))  # the others have been told off already
    said: dict[str, Any] = {
        key: engagement[key] for key in ("client", "prepared_by", "branding") if key in engagement
    }
    try:
        _check_rows(sources["engagement.yaml"], [(None, said)], fonts)
        for name, rows in reading.tables.items():
            excel = f"{name.removesuffix('.csv')}{EXCEL}"
            _check_rows(sources[excel if excel in sources else name], rows, fonts)
        if reading.notes:
            notes = [(number, {"text": note.get("text", "")}) for number, note in reading.notes]
            _check_rows(sources.get("notes.jsonl") or sources["cases.jsonl"], notes, fonts)
    except BespokeError:
        return  # one of the client's own fonts is broken, and engagement.yaml's line says so


def _check_rows(source: ClientFile, rows: Sequence[Place], fonts: tuple[Path, ...]) -> None:
    """Warns at the first place of a text that needs a font neither we nor `fonts` bring."""
    found = [
        (number, key, characters)
        for number, row in rows
        for key, text in _texts(row, ())
        if not text.isascii() and (characters := _undrawn(text, fonts))
    ]
    if not found:
        return
    from bespoke.show.fonts import scripts

    number, key, _ = found[0]
    every = sorted({character for _, _, characters in found for character in characters})
    others = len({row for row, _, _ in found}) - 1
    more = f", here and in {others} more row{'s' if others > 1 else ''}" if others else ""
    message = (
        f"no font of the report draws {quote(''.join(every[:SHOWN]))} ({', '.join(sorted(scripts(every)))})"
        f"{more};"
        " name a font file that does under fonts in engagement.yaml"
    )
    source.say(message, number, dotted(key), warning=True)


def _texts(value: object, key: Key) -> Iterator[tuple[Key, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, (*key, name))
    elif isinstance(value, tuple):
        for place, inner in enumerate(value):
            yield from _texts(inner, (*key, place))


def _undrawn(text: str, fonts: tuple[Path, ...]) -> set[str]:
    edges = known.drawn_edges()
    missing = {c for c in set(text) if not c.isascii() and bisect_right(edges, ord(c)) % 2 == 0}
    if not missing:
        return missing
    from bespoke.show.fonts import uncovered

    return uncovered("".join(sorted(missing)), fonts)
