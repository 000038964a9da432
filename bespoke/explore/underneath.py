"""Whether the files that controls stand for have changed since they were read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bespoke.clients.scenarios import FILES

Stamp = Mapping[str, tuple[int, int] | None]  # file -> its time and size; None: not there


def stamp(folder: Path) -> Stamp:
    """How the files of a client folder stand now."""
    return {name: _of(folder / name) for name in FILES}


def changed(folder: Path, then: Stamp) -> list[str]:
    """The files that are no longer as they were."""
    return [name for name, found in stamp(folder).items() if found != then[name]]


def _of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
