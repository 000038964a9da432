"""How a notebook runs beside others: what it tells of itself, and where it waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


class CalledOff(Exception):
    """A notebook that was begun early and need not run after all."""


class StartGate:
    """Stands before the first cell that computes: a notebook begun early waits here for the results it reads."""

    def __init__(self) -> None:
        self.waited = 0.0  # seconds
        self._decided, self._is_open = threading.Event(), False

    @property
    def decided(self) -> bool:
        return self._decided.is_set()

    def open(self) -> None:
        self._is_open = True
        self._decided.set()

    def call_off(self) -> None:
        """Nothing of it is kept. Without effect where it was opened before."""
        self._decided.set()

    def pass_through(self) -> None:
        """Wait until it is open; raises CalledOff."""
        started = time.perf_counter()
        self._decided.wait()
        self.waited += time.perf_counter() - started
        if not self._is_open:
            raise CalledOff


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
    gate: StartGate | None = None
