"""What of a report can be done while some of its notebooks still run."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke.errors import BespokeError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from bespoke.report.cover import Cover
    from bespoke.report.document import Part

GENTLE = 5  # niceness: kernels that compute go first


class Ahead:
    """Works on a thread of its own, from the first executed notebook on."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._pool: ThreadPoolExecutor | None = None
        self._parts: dict[Path, Future[Part]] = {}
        self._rehearsal: tuple[Sequence[Path], Cover] | None = None

    def rehearse(self, notebooks: Sequence[Path], cover: Cover) -> None:
        """Typeset these as well, before the others: executed notebooks of the last run, as they lie there. The
        typesetter remembers what it made of every section, and does again only what is new in the report."""
        self._rehearsal = notebooks, cover

    def take(self, notebook: Path) -> None:
        """Take a notebook apart. It is finished: it will not change before the report is rendered."""
        from concurrent.futures import ThreadPoolExecutor

        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, initializer=_give_way)
            self._pool.submit(get_ready)
            if self._rehearsal is not None:
                self._pool.submit(_typeset, *self._rehearsal)
        self._parts[notebook] = self._pool.submit(_part, notebook, self._language)

    def part(self, notebook: Path) -> Part:
        """A notebook taken apart, now if it was not before. Raises BespokeError where it cannot be printed."""
        ahead = self._parts.pop(notebook, None)
        return ahead.result() if ahead else _part(notebook, self._language)


def _part(notebook: Path, language: str) -> Part:
    from bespoke.report import document

    return document.split(document.read(notebook), language)


def _typeset(notebooks: Sequence[Path], cover: Cover) -> None:
    """The report as it would be; what is wrong with it, rendering will say."""
    from bespoke.report import document, typesetting

    with suppress(BespokeError):
        report = document.build([document.read(path) for path in notebooks], cover.language)
        typesetting.pdf(typesetting.source(report, cover), cover)


def _give_way() -> None:
    """This thread alone, where the system knows threads."""
    if hasattr(os, "setpriority") and sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), GENTLE)


def get_ready() -> None:
    """Import the typesetter and read its fonts."""
    from bespoke.report import document, typesetting, webpage, widths, writing  # noqa: F401
    from bespoke.show import fonts

    with suppress(BespokeError, OSError):  # rendering will say so
        widths.width("a")
        fonts.folders()
