"""One run of a client at a time: a second one waits, and says so."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bespoke.errors import BespokeError
from bespoke.saving import private_folder

NO_LINK = getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def one_at_a_time(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the folder's lock; calls `waiting` once when another process has it. Freed when the process ends."""
    try:
        private_folder(folder)
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | NO_LINK, 0o600)
    except OSError as error:
        raise BespokeError(f"cannot write: {error.strerror or error}", path=str(folder)) from error
    try:
        told = False
        while not take(handle):
            if not told:
                waiting()
                told = True
            time.sleep(0.2)
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def take(handle: int) -> bool:
        """Whether the open file is ours alone from now on, until it is closed."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def take(handle: int) -> bool:
        """Whether the open file is ours alone from now on, until it is closed."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
