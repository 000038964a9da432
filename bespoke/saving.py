"""Files are written whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bespoke.errors import BespokeError

_UNFINISHED = re.compile(r"\..+\.[a-z0-9_]{8}")  # as `write_atomically` names them


def write_atomically(path: Path, content: str | bytes, *, mode: int = 0o644) -> None:
    """Write the whole file or nothing: a temporary file beside it takes its place at the end."""
    write_together({path: content}, mode=mode)


def write_together(files: Mapping[Path, str | bytes], *, mode: int = 0o644) -> None:
    """Write all files or none: nothing is put in its place before every one is on the disk."""
    ready: dict[Path, Path] = {}
    path = Path()
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
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


def remove_unfinished(folder: Path) -> None:
    """Clear away what a run that was killed had begun to write."""
    for path in folder.glob(".*"):
        if _UNFINISHED.fullmatch(path.name) and path.is_file():
            path.unlink(missing_ok=True)
