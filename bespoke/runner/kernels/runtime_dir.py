"""A folder of this run alone: sockets and scratch files that nobody else may see."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from bespoke.runner.lock import take

HELD = "held"  # locked for as long as the run lives
LONGEST = 80  # bytes of a folder whose sockets still fit the 104 that every system allows
_made: list[Path] = []


def folder() -> Path:
    """Readable by this user only; gone when the run ends, and at the next run where it was killed."""
    if not _made or not _made[-1].is_dir():  # a fork server that ends takes the folder with it
        _made.append(_make())
    return _made[-1]


def _make() -> Path:
    base = tempfile.gettempdir()
    if len(os.fsencode(base)) > LONGEST - 20 and Path("/tmp").is_dir():
        base = "/tmp"
    made, owner = Path(tempfile.mkdtemp(prefix="bespoke-", dir=base)), os.getpid()
    _hold(made)
    _clear_away(Path(base))
    atexit.register(lambda: shutil.rmtree(made, ignore_errors=True) if os.getpid() == owner else None)
    return made


def holds_sockets() -> bool:
    """Whether the folder's path is short enough for sockets in it."""
    return os.name == "posix" and len(os.fsencode(str(folder()))) <= LONGEST


def _hold(made: Path) -> None:
    """The lock goes with the last process of the run; the file gets its name once it is locked."""
    handle = os.open(made / "new", os.O_RDWR | os.O_CREAT)
    take(handle)
    with suppress(OSError):  # Windows renames no open file; there nothing is cleared away
        (made / "new").rename(made / HELD)


def _clear_away(base: Path) -> None:
    """What runs that were killed have left."""
    for held in base.glob(f"bespoke-*/{HELD}"):
        with suppress(OSError):
            handle = os.open(held, os.O_RDWR)
            try:
                if take(handle):
                    shutil.rmtree(held.parent, ignore_errors=True)
            finally:
                os.close(handle)
