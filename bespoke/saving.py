"""Files of ours are written whole or not at all, and for this user alone unless somebody asks for more."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError

OURS = 0o600  # most files hold texts of a client
_users_mask = 0o022
_UNFINISHED = re.compile(r"\..+\.[a-z0-9_]{8}")  # as `write_atomically` names them


def write_atomically(path: Path, content: str | bytes, *, mode: int = OURS) -> None:
    """Write the whole file or nothing: a temporary file beside it takes its place at the end."""
    write_together({path: content}, mode=mode)


def write_together(files: Mapping[Path, str | bytes], *, mode: int = OURS) -> None:
    """Write all files or none: nothing is put in its place before every one is on the disk."""
    ready: dict[Path, Path] = {}
    path = Path()
    try:
        for path, content in files.items():
            private_folder(path.parent)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            ready[path] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
            ready[path].chmod(mode)
        for path, unfinished in ready.items():
            unfinished.replace(path)
    except OSError as error:
        raise BespokeError(f"cannot write: {error.strerror or error}", path=str(path)) from error
    finally:
        for unfinished in ready.values():
            unfinished.unlink(missing_ok=True)


def json_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file of ours; empty where there is none, or it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user alone; what is there stays as it is."""
    missing = [folder, *folder.parents]
    missing = missing[: next((n for n, place in enumerate(missing) if place.is_dir()), len(missing))]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)


def be_private() -> None:
    """From here on whatever this process and its children make is for this user alone; for the commands.

    No image of our memory, which holds texts of clients, is left behind by a crash.
    """
    global _users_mask
    _users_mask = os.umask(0o077)
    if os.name == "posix":
        import resource

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def keep_out_of_git(folder: Path) -> None:
    """Whatever repository the folder lies in, nothing in it is added by accident."""
    if not (folder / ".gitignore").exists():
        write_atomically(folder / ".gitignore", "*\n")


def share(folder: Path, names: Iterable[str]) -> None:
    """Let others read these files of a folder, as far as the user's own umask allows."""
    mask = _users_mask
    folder.chmod(0o755 & ~mask)
    for name in names:
        if (folder / name).is_file():
            (folder / name).chmod(0o644 & ~mask)


def remove_unfinished(folder: Path) -> None:
    """Clear away what a run that was killed had begun to write."""
    for path in folder.glob(".*"):
        if _UNFINISHED.fullmatch(path.name) and path.is_file():
            path.unlink(missing_ok=True)
