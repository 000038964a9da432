"""Document -> Typst source -> PDF. Client text travels as data and is never read as markup."""

from __future__ import annotations

import io
import json
import pickle
import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

from bespoke import paths
from bespoke.errors import BespokeError
from bespoke.report import finishing, paging, typst_data
from bespoke.report.model import Document, Section, formulas_of
from bespoke.report.report_cover import Cover
from bespoke.show import fonts

STANDARDS = ["ua-1", "a-2a"]  # accessible (ISO 14289-1) and archivable with structure (ISO 19005-2)
LOOK = ("look", "inline", "blocks", "table", "pages")  # definitions, in the order Typst must read them
WHOLE = "report"
PASSES = 2  # of finding out where the chapters of the report begin, and filling the pages by that

_ONE_AT_A_TIME = threading.Lock()  # a compiler that two threads ask at once refuses the second

Starts = tuple[float, ...]  # points, of each section


def source(document: Document, cover: Cover, volume: typst_data.Volume = "report") -> str:
    """One self-contained Typst file: what a whole volume shares, the template, then its sections, as JSON.

    A `single` notebook has neither cover nor contents, and prints all there is.

    The definitions stand before the sections and hold nothing of them: Typst remembers what a function made of its
    arguments, but not across another value that it could have looked at.
    """
    starts: Starts = ()
    text = _source(document, cover, volume, starts)
    for _ in range(PASSES if volume == "report" else 0):  # the evidence is looked up, and three times as long
        found = _starts(_pages(text, cover))
        if found == starts:
            break
        starts = found
        text = _source(document, cover, volume, starts)
    return text


def _source(document: Document, cover: Cover, volume: typst_data.Volume, starts: Starts) -> str:
    frame = _literal(
        json.dumps(typst_data.frame(document, cover, volume), ensure_ascii=False, sort_keys=True)
    )
    turn = volume != "single"
    front, chapters, appendices = _sections(document, volume)
    first, at = _section(front, cover, "front", turn) if front else ("none", 0.0)
    before = 1 if front else 0
    known = dict(enumerate(starts[before:]))
    if volume != "single":
        entries = before + len(chapters) + len(appendices)
        at = paging.contents_end(at, entries, typst_data.PAGE_HEIGHT[cover.paper])
    body = ""
    for n, one in enumerate(chapters):
        written, at = _section(one, cover, "chapter", turn, known.get(n, at))
        body += f"{written}, "
    last = "".join(f"{_section(one, cover, 'appendix', turn)[0]}, " for one in appendices)
    return "\n".join(
        [
            f"#let report = {frame}\n",
            *map(_template, LOOK),
            f"#let parts = (front: {first}, chapters: ({body}), appendices: ({last}))\n",
            _template(WHOLE),
        ]
    )


def _starts(pdf: bytes) -> Starts:
    """How far down its page each section of a typeset volume begins, as its bookmarks tell: the count of heights is
    too rough to be carried on from chapter to chapter."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as file, file.open_outline() as outline:
        found = []
        for entry in outline.root:
            page, _, _, top, *_ = entry.destination
            found.append(paging.start_of(float(page.MediaBox[3]) - float(top)))
    return tuple(found)


def _sections(
    document: Document, volume: typst_data.Volume
) -> tuple[Section | None, Sequence[Section], Sequence[Section]]:
    """Summary, chapters and appendices of a volume."""
    if volume == "evidence":
        return None, document.evidence, document.appendices
    return document.front, document.chapters, document.appendices if volume == "single" else ()


def _section(
    section: Section, cover: Cover, kind: typst_data.Kind, turn: bool, start: float = 0.0
) -> tuple[str, float]:
    """A section as Typst reads it, and about how far down a page it ends."""
    return _written(pickle.dumps(section), replace(cover, logo=None), kind, turn, start)


@lru_cache(maxsize=64)  # most sections of a report that was rehearsed
def _written(
    pickled: bytes, cover: Cover, kind: typst_data.Kind, turn: bool, start: float
) -> tuple[str, float]:
    found = typst_data.section(pickle.loads(pickled), cover, kind, turn=turn, start=start)
    end = found.pop("ends")
    return _literal(json.dumps(found, ensure_ascii=False, sort_keys=True)), end


def _literal(content: str) -> str:
    """A value of Typst from its JSON, which stands in a string: nothing in it is read as markup or code."""
    escaped = content.replace("\\", "\\\\").replace('"', '\\"')
    return f'json(bytes("{escaped}"))'


def _template(part: str) -> str:
    return (paths.templates() / "report" / "typst" / f"{part}.typ").read_text(encoding="utf-8")


def pdf(typst_source: str, cover: Cover) -> bytes:
    """The typeset report; the same source and date give the same bytes. BespokeError where Typst refuses."""
    return finishing.finished(_pages(typst_source, cover))


def rehearse(typst_source: str, cover: Cover) -> None:
    """Typesets for the typesetter's own memory: what it made of each section it does not make again."""
    _pages(typst_source, cover)


def _pages(typst_source: str, cover: Cover) -> bytes:
    return bytes(_compiled(typst_source, cover, format="pdf", pdf_standards=STANDARDS))


def settle_formulas(document: Document) -> None:
    """Leaves the source of every formula that Typst refuses: one of them would stop the whole report."""
    found = {
        one.typst: one for section in document.sections for one in formulas_of(section.body) if one.typst
    }
    if not found or _sets(tuple(found)):
        return
    refused = {typst for typst in found if not _sets((typst,))}
    for section in document.sections:
        for one in formulas_of(section.body):
            one.typst = "" if one.typst in refused else one.typst


@lru_cache(maxsize=512)
def _sets(formulas: tuple[str, ...]) -> bool:
    """Whether Typst sets these formulas as part of an archivable PDF."""
    equations = _literal(json.dumps(formulas, ensure_ascii=False))
    text = f'#for one in {equations} {{ math.equation(alt: "x", eval(one, mode: "math")) }}'
    try:
        _pages(f'#set document(title: "x")\n{text}', Cover("", date(1980, 1, 1)))
    except BespokeError:
        return False
    return True


def png(typst_source: str, cover: Cover, pixels_per_inch: float) -> list[bytes]:
    """Every page as a picture. BespokeError where Typst refuses."""
    pages = _compiled(typst_source, cover, format="png", ppi=pixels_per_inch)
    return [bytes(page) for page in ([pages] if isinstance(pages, bytes) else pages)]


def _compiled(typst_source: str, cover: Cover, **options: Any) -> Any:
    import typst

    day = datetime.combine(cover.as_of, time(), tzinfo=UTC)
    compiler = _compiler(tuple(map(Path, cover.fonts)))
    try:
        with _ONE_AT_A_TIME:
            return compiler.compile(input=typst_source.encode(), timestamp=day, **options)
    except typst.TypstError as error:
        raise BespokeError(f"the report cannot be typeset: {_reason(error)}") from error


@lru_cache(maxsize=4)
def _compiler(further: tuple[Path, ...]) -> Any:
    """No system fonts, and no file but the template's: a report depends on neither."""
    import typst

    faces = typst.Fonts(include_system_fonts=False, font_paths=list(fonts.folders(further)))
    return typst.Compiler(root=paths.templates() / "report" / "typst", font_paths=faces)


def _reason(error: object) -> str:
    """Typst's message and hints on one line, without its picture of the source."""
    hints = "; ".join(getattr(error, "hints", ()) or ())
    message = str(getattr(error, "message", "") or error).strip().split("\n")[0]
    return re.sub(r"\s+", " ", f"{message} ({hints})" if hints else message)
