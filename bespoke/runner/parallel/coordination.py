"""How a notebook runs beside others: what it tells of itself, and who goes first."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


class Watched:
    """A notebook with a file that it is about to write anew, and whom to tell that it has begun, and that it has."""

    def __init__(self, path: Path, tell: Callable[[Literal["begun", "result"]], None]) -> None:
        self._path, self._tell = path, tell
        self._before, self._told = self._mark(), False

    def has_begun(self) -> None:
        """Its kernel has been asked for."""
        self._tell("begun")

    def has_come(self) -> bool:
        """Asked after each cell; True once, when it has been written."""
        now = self._mark()
        if self._told or now is None or now == self._before:
            return False
        self._told = True
        self._tell("result")
        return True

    def _mark(self) -> tuple[int, int] | None:
        """A file that is replaced is another file, even where its bytes are the same."""
        with suppress(OSError):
            found = self._path.stat()
            return found.st_ino, found.st_mtime_ns
        return None


@dataclass(frozen=True)
class Coordination:
    """One that is not `urgent` leaves the processor to others that want it; one that is not wanted `at_once` may wait
    for its kernel until more has been got ready for it."""

    urgent: bool = True
    at_once: bool = True
    watched: Watched | None = None
