"""Writes a report's files from executed notebooks, all or none."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke.errors import BespokeError
from bespoke.report.report_cover import Cover
from bespoke.report.speculative_render import SpeculativeRender

if TYPE_CHECKING:
    from bespoke.report.additions import Additions
    from bespoke.report.model import Document
    from bespoke.report.office import Form
    from bespoke.report.outputs import ReadingOptions
    from bespoke.report.typesetting import TypstFiles

LONGEST = 900  # seconds for one PDF; the longest report we know takes three


def render(
    notebooks: Sequence[Path],
    cover: Cover,
    folder: Path,
    ahead: SpeculativeRender | None = None,
    meanwhile: Callable[[], object] = lambda: None,
    options: Mapping[Path, ReadingOptions] | None = None,
    besides: Additions | None = None,
) -> dict[str, float]:
    """Write `report.pdf`, `evidence.pdf`, `report.html` and `tables/` into the folder; seconds spent on each step.

    `ahead` may have taken some of the notebooks apart; `meanwhile` is called while the PDF is typeset; `options` says
    how notebooks are read that are not ours; `besides` is what no notebook shows. Nothing is written before all files
    are complete, so that a failure leaves an earlier report in place. Raises BespokeError naming notebook and cell
    where one cannot be printed.
    """
    from bespoke.report import tables, typesetting, webpage
    from bespoke.saving import write_together

    clock = _Clock()
    ahead = ahead or SpeculativeRender(cover.language)
    report = _document(notebooks, cover, ahead, options, besides)
    clock.lap("read")
    beside = ThreadPoolExecutor(2)
    try:  # Typst lets Python go on; the evidence takes longest, so it begins
        evidence = beside.submit(_source_of_evidence, report, cover, ahead).result(timeout=LONGEST)
        clock.lap("typst")
        typeset = [
            beside.submit(typesetting.pdf, evidence, cover, "evidence"),
            beside.submit(_report_pdf, report, cover),
        ]
        page = webpage.page(report, cover)
        beside_it = tables.files(report)
        clock.lap("html")
        meanwhile()
        evidence_pdf, report_pdf = (one.result(timeout=LONGEST) for one in typeset)
    except TimeoutError:
        message = f"the report is not typeset after {LONGEST // 60} minutes; a picture or a table is too much for it"
        raise BespokeError(message) from None
    finally:
        beside.shutdown(wait=False)  # what hangs is not waited for: the process ends without it
    clock.lap("pdf")
    files = {
        "report.pdf": report_pdf, "evidence.pdf": evidence_pdf, "report.html": page.encode(), **beside_it
    }  # fmt: skip
    write_together({folder / name: content for name, content in files.items()})
    for path in tables.stale(folder, files):
        path.unlink()
    clock.lap("write")
    return clock.seconds


def convert(
    notebooks: Sequence[Path],
    cover: Cover,
    forms: Sequence[Form],
    options: Mapping[Path, ReadingOptions] | None = None,
    besides: Additions | None = None,
) -> dict[str, bytes]:
    """The first volume as files to edit further: `report.docx`, `report.pptx`."""
    from bespoke.report import office

    report = _document(notebooks, cover, SpeculativeRender(cover.language), options, besides)
    return {f"report.{form}": office.write(report, cover, form) for form in forms}


def _document(
    notebooks: Sequence[Path],
    cover: Cover,
    ahead: SpeculativeRender,
    options: Mapping[Path, ReadingOptions] | None,
    besides: Additions | None,
) -> Document:
    from bespoke.report import typesetting, volumes
    from bespoke.report.additions import NOTHING

    parts = [ahead.part(path, (options or {}).get(path)) for path in notebooks]
    report = volumes.assembled(parts, cover.language, besides or NOTHING)
    typesetting.settle_formulas(report)
    return report


def _source_of_evidence(report: Document, cover: Cover, ahead: SpeculativeRender) -> TypstFiles:
    from bespoke.report import typesetting

    ahead.end_rehearsal()
    return typesetting.source(report, cover, "evidence")


def _report_pdf(report: Document, cover: Cover) -> bytes:
    """Typeset more than once, to find where its chapters begin."""
    from bespoke.report import typesetting

    return typesetting.pdf(typesetting.source(report, cover), cover)


class _Clock:
    """Seconds between laps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self._last, 3)
        self._last = now
