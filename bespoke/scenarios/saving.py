"""A scenario as its file in the client folder: written, found again, removed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unicodedata import normalize

from bespoke.clients.changes import TABLES, Address, Changes, Span, Value, applied, value_at
from bespoke.clients.scalars import InvalidValue
from bespoke.clients.scenarios import ENDING, FOLDER, Scenario, check_title
from bespoke.clients.schema import Client
from bespoke.clients.wording import did_you_mean
from bespoke.errors import BespokeError
from bespoke.explore.yaml_edit import key_text, scalar
from bespoke.saving import write_atomically

ABOUT = "# A scenario: other values by the place they would stand in. Side by side: bespoke scenario compare CLIENT\n"


def save(client: Client, name: str, changes: Changes, *, in_report: bool = True, again: bool = False) -> Path:
    """Write scenarios/NAME.yaml beside what the folder says now in the same places; `name` may be any title.

    Raises BespokeError for no change at all, values the folder could not hold, and a name that is taken unless `again`.
    """
    if not changes:
        raise BespokeError("sets nothing: a scenario needs at least one other value", path=name)
    applied(client, changes)
    path = path_of(client, name)
    if path.exists() and not again:
        raise BespokeError(
            "is there already; choose another name, or save it again", path=_shown(client, path)
        )
    try:
        title = check_title(name)
    except InvalidValue as unfit:
        raise BespokeError(f"as a title {unfit}", path=name) from unfit
    write_atomically(path, text_of(client, title, changes, in_report=in_report))
    return path


def text_of(client: Client, title: str, changes: Changes, *, in_report: bool = True) -> str:
    """The text of a scenario's file: the values, and what the folder says now in their places."""
    now = {place: value_at(client, place) for place in changes}
    now = {place: value for place, value in now.items() if value is not None or _may_be_nothing(place)}
    return ABOUT + "\n".join(_lines(title, changes, now, in_report)) + "\n"


def path_of(client: Client, name: str) -> Path:
    """The file of a scenario by its name or title."""
    return client.folder / FOLDER / f"{stem_of(name)}{ENDING}"


def files(folder: Path) -> list[Path]:
    """The scenarios' files of a client folder, in the order of their names."""
    return sorted((folder / FOLDER).glob(f"[!.]*{ENDING}"))


def stem_of(name: str) -> str:
    """`twice_the_volume` for `Twice the volume`. Raises BespokeError where no letter or digit is left."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9.-]+", "_", plain).lstrip("_.-")[:60].rstrip("_.-")
    if not stem:
        raise BespokeError("is no name for a scenario; use letters or digits", path=name or '""')
    return stem


def named(client: Client, name: str) -> Scenario:
    """The client's scenario of that name or title. Raises BespokeError where there is none."""
    stem = stem_of(name)
    found = next((one for one in client.scenarios if one.name in (name, stem) or one.title == name), None)
    if found is None:
        there = [one.name for one in client.scenarios]
        near = did_you_mean(name, there) if there else "; bespoke scenario save makes one"
        raise BespokeError(f"no such scenario{near}", path=f"{client.name}/{FOLDER}/{stem}")
    return found


def remove(client: Client, scenario: Scenario) -> None:
    """Delete its file."""
    path = client.folder / FOLDER / f"{scenario.name}{ENDING}"
    try:
        path.unlink()
    except OSError as error:
        raise BespokeError(f"cannot be removed: {error.strerror}", path=_shown(client, path)) from error


def _shown(client: Client, path: Path) -> str:
    return f"{client.name}/{FOLDER}/{path.name}"


def _lines(title: str, changes: Changes, now: Changes, in_report: bool) -> Iterator[str]:
    yield f"title: {scalar(title)}"
    if not in_report:
        yield "report: false"
    yield from ("set:", *_tree(_nested(changes), "  "))
    if now:
        yield "instead_of:  # what the folder said in these places when this was saved"
        yield from _tree(_nested(now), "  ")


def _may_be_nothing(place: Address) -> bool:
    """Whether "nobody knows" can be written at a place; elsewhere there is no entry at all."""
    if place[0] in TABLES:
        return place[-1] in TABLES[place[0]].model.may_be_unknown
    return place[:2] == ("engagement.yaml", "access")


def _nested(changes: Changes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, value in changes.items():
        inner = found
        for part in place[:-1]:
            inner = inner.setdefault(part, {})
        inner[place[-1]] = _written(place, value)
    return found


def _written(place: Address, value: Value) -> str:
    if place[0] in TABLES:
        if value is None:
            return "none" if place[-1] in TABLES[place[0]].model.may_be_none else "unknown"
        if isinstance(value, tuple):
            return scalar(";".join(value))
    return str(value) if isinstance(value, Span) else scalar(value)


def _tree(tree: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key_text(name)}:"
            yield from _tree(value, f"{indent}  ")
        else:
            yield f"{indent}{key_text(name)}: {value}"
