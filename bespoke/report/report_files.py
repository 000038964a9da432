"""Writes a report's two files from executed notebooks, both or neither."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke.report.report_cover import Cover
from bespoke.report.speculative_render import SpeculativeRender

if TYPE_CHECKING:
    from bespoke.report.outputs import ReadingOptions


def render(
    notebooks: Sequence[Path],
    cover: Cover,
    folder: Path,
    ahead: SpeculativeRender | None = None,
    meanwhile: Callable[[], object] = lambda: None,
    options: Mapping[Path, ReadingOptions] | None = None,
) -> dict[str, float]:
    """Write `report.pdf` and `report.html` into the folder; seconds spent on each step.

    `ahead` may have taken some of the notebooks apart; `meanwhile` is called while the PDF is typeset; `options` says
    how notebooks are read that are not ours. Nothing is written before both files are complete, so that a failure
    leaves an earlier report in place. Raises BespokeError naming notebook and cell where one cannot be printed.
    """
    from bespoke.report import document, typesetting, webpage
    from bespoke.results import write_atomically

    clock = _Clock()
    ahead = ahead or SpeculativeRender(cover.language)
    report = document.assembled(
        [ahead.part(path, (options or {}).get(path)) for path in notebooks], cover.language
    )
    typesetting.settle_formulas(report)
    clock.lap("read")
    source = typesetting.source(report, cover)
    clock.lap("typst")
    with ThreadPoolExecutor(1) as beside:  # Typst lets Python go on
        typeset = beside.submit(_typeset, source, cover, ahead)
        page = webpage.page(report, cover)
        clock.lap("html")
        meanwhile()
        pdf = typeset.result()
    clock.lap("pdf")
    write_atomically(folder / "report.html", page)
    write_atomically(folder / "report.pdf", pdf)
    clock.lap("write")
    return clock.seconds


def _typeset(source: str, cover: Cover, ahead: SpeculativeRender) -> bytes:
    from bespoke.report import typesetting

    ahead.end_rehearsal()
    return typesetting.pdf(source, cover)


class _Clock:
    """Seconds between laps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self._last, 3)
        self._last = now
