"""What of a report can be done while some of its notebooks still run."""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke.errors import BespokeError, Problem
from bespoke.priority import lower_priority

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from bespoke.report.document import NotebookPieces
    from bespoke.report.outputs import ReadingOptions
    from bespoke.report.report_cover import Cover
    from bespoke.report.typst_data import Volume


class SpeculativeRender:
    """Works on threads of its own, from the first executed notebook on."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._pool: ThreadPoolExecutor | None = None
        self._ready: Future[None]
        self._parts: dict[Path, Future[NotebookPieces]] = {}
        self._wanted: tuple[Sequence[Path], Cover] | None = None
        self._volumes: Sequence[Volume] = ()
        self._after = 1
        self._rehearsal: threading.Thread | None = None
        self.notices: list[Problem] = []  # of the notebooks that were handed out

    def rehearse(self, notebooks: Sequence[Path], cover: Cover) -> None:
        """Typeset these too, as soon as the first is finished: executed notebooks of the last run, as they lie there.
        The typesetter remembers what it made of every section, and does again only what is new in the report."""
        self._wanted, self._volumes, self._after = (notebooks, cover), ("report", "evidence"), 1

    def rehearse_evidence(self, notebooks: Sequence[Path], cover: Cover, finished: int) -> None:
        """Typeset the evidence of these, once so many are finished and the others run; those stand there as sources,
        for what refers to their chapters."""
        self._wanted, self._volumes, self._after = (notebooks, cover), ("evidence",), finished

    def take(self, notebook: Path) -> None:
        """Take a notebook apart. It is finished: it will not change before the report is rendered."""
        from concurrent.futures import ThreadPoolExecutor

        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, initializer=_give_way)
            self._ready = self._pool.submit(get_ready)
        self._parts[notebook] = self._pool.submit(_part, notebook, self._language)
        if self._wanted is not None and len(self._parts) == self._after:
            self._rehearsal = threading.Thread(target=self._typeset, args=(self._ready, *self._wanted))
            self._rehearsal.start()

    def part(self, notebook: Path, options: ReadingOptions | None = None) -> NotebookPieces:
        """A notebook taken apart, now if it was not before. Raises BespokeError where it cannot be printed."""
        ahead = self._parts.pop(notebook, None)
        found = ahead.result() if ahead else _part(notebook, self._language, options)
        self.notices += found.notices
        return found

    def end_rehearsal(self) -> None:
        """Wait for it: the same work is not done twice side by side."""
        if self._rehearsal is not None:
            self._rehearsal.join()

    def _typeset(self, ready: Future[None], notebooks: Sequence[Path], cover: Cover) -> None:
        """The last report; what is wrong with it, rendering will say."""
        _give_way()
        with suppress(Exception):
            ready.result()
            from bespoke.report import typesetting, volumes

            report = volumes.assembled([self._copy(path) for path in notebooks], cover.language)
            for volume in self._volumes:
                typesetting.rehearse(typesetting.source(report, cover, volume), cover, volume)

    def _copy(self, notebook: Path) -> NotebookPieces:
        """A part of its own: putting a document together changes what is in it."""
        ahead = self._parts.get(notebook)
        if ahead is None:
            return _part(notebook, self._language)
        copy: NotebookPieces = pickle.loads(pickle.dumps(ahead.result()))
        return copy


def _part(notebook: Path, language: str, options: ReadingOptions | None = None) -> NotebookPieces:
    from bespoke.report import document
    from bespoke.report.outputs import STRICT

    return document.split(document.read(notebook), language, options or STRICT)


def _give_way() -> None:
    """Kernels that compute go before this thread, where the system knows threads."""
    if sys.platform == "linux":
        lower_priority(threading.get_native_id())


def get_ready() -> None:
    """Import the typesetter, read its fonts, start what reads Markdown."""
    from bespoke.report import document, pandoc, typesetting, volumes, webpage, widths  # noqa: F401
    from bespoke.show import fonts

    with suppress(BespokeError, OSError):  # rendering will say so
        pandoc.PROCESS.start()
        widths.width("a")
        fonts.folders()
