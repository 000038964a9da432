"""What of a report can be done while some of its notebooks still run."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke.errors import BespokeError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from bespoke.report.document import Part


class Ahead:
    """Takes executed notebooks apart on a thread of its own, one by one as they are finished."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._pool: ThreadPoolExecutor | None = None
        self._parts: dict[Path, Future[Part]] = {}

    def take(self, notebook: Path) -> None:
        """The notebook is finished: it will not change before the report is rendered."""
        from concurrent.futures import ThreadPoolExecutor

        if self._pool is None:
            self._pool = ThreadPoolExecutor(1)
            self._pool.submit(get_ready)
        self._parts[notebook] = self._pool.submit(_part, notebook, self._language)

    def part(self, notebook: Path) -> Part:
        """A notebook taken apart, now if it was not before. Raises BespokeError where it cannot be printed."""
        ahead = self._parts.pop(notebook, None)
        return ahead.result() if ahead else _part(notebook, self._language)


def _part(notebook: Path, language: str) -> Part:
    from bespoke.report import document

    return document.split(document.read(notebook), language)


def get_ready() -> None:
    """Import the typesetter and read its fonts."""
    from bespoke.report import document, typesetting, webpage, widths, writing  # noqa: F401
    from bespoke.show import fonts

    with suppress(BespokeError, OSError):  # rendering will say so
        widths.width("a")
        fonts.folders()
