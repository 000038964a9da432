"""A folder of this run alone: sockets and scratch files that nobody else may see."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

LONGEST = 80  # bytes of a folder whose sockets still fit the 104 that every system allows


@lru_cache(maxsize=1)
def folder() -> Path:
    """Readable by this user only; gone when the run ends."""
    base = tempfile.gettempdir()
    if len(os.fsencode(base)) > LONGEST - 20 and Path("/tmp").is_dir():
        base = "/tmp"
    made, owner = Path(tempfile.mkdtemp(prefix="bespoke-", dir=base)), os.getpid()
    atexit.register(lambda: shutil.rmtree(made, ignore_errors=True) if os.getpid() == owner else None)
    return made


def holds_sockets() -> bool:
    """Whether the folder's path is short enough for sockets in it."""
    return os.name == "posix" and len(os.fsencode(str(folder()))) <= LONGEST
