"""Opens a file of a client folder so that it is the one that was looked at: a link put there since leads nowhere."""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path

CAN_WALK = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")


class LeadsOut(OSError):
    """The path, or a link on it, ends outside the folder."""


def open_inside(root: Path, path: Path) -> BufferedReader:
    """An ordinary file inside `root`, opened for reading.

    Links inside the folder are followed once, when the path is resolved; from there every step is opened in the folder
    before it and never through a link, and the type is asked of what was opened. Raises LeadsOut, or OSError.
    """
    base, real = Path(os.path.realpath(root)), Path(os.path.realpath(path))
    if not real.is_relative_to(base) or real == base:
        raise LeadsOut("is a link that leads out of the client folder; put the file itself there")
    steps = real.relative_to(base).parts
    handle = _walk(base, steps) if CAN_WALK else os.open(real, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("is not an ordinary file")
    return os.fdopen(handle, "rb")


def _walk(base: Path, steps: tuple[str, ...]) -> int:
    place = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        for step in steps[:-1]:
            below = os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place)
            os.close(place)
            place = below
        # O_NONBLOCK: a pipe put there does not hold us up
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(steps[-1], flags, dir_fd=place)
    finally:
        os.close(place)
