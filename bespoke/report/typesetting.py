"""Document -> Typst files -> PDF. Client text travels as data and is never read as markup."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

from bespoke import paths
from bespoke.errors import BespokeError
from bespoke.report import finishing, paging, typst_data
from bespoke.report.model import Document, Section, formulas_of
from bespoke.report.report_cover import UNDATED, Cover
from bespoke.show import fonts

STANDARDS = ["ua-1", "a-2a"]  # accessible (ISO 14289-1) and archivable with structure (ISO 19005-2)
LOOK = ("look", "inline", "blocks", "table", "pages")  # definitions, in the order Typst must read them
WHOLE = "report"
MAIN = "main.typ"
DATA = "#let data(name) = json(name)"  # the first line of `main.typ`
PASSES = 2  # of finding out where the chapters of the report begin, and filling the pages by that

Starts = tuple[float, ...]  # points, of each section
TypstFiles = Mapping[str, str]  # name -> content


def source(document: Document, cover: Cover, volume: typst_data.Volume = "report") -> TypstFiles:
    """A volume as Typst reads it: `main.typ`, which is always the same, and as JSON what a whole volume shares and its
    sections.

    A `single` notebook has neither cover nor contents, and prints all there is.

    No text of a section stands in `main.typ`, nor in what its definitions look at: Typst remembers what a function made
    of its arguments as long as neither changes.
    """
    starts: Starts = ()
    files = _files(document, cover, volume, starts)
    for _ in range(PASSES if volume == "report" else 0):  # the evidence is looked up, and three times as long
        found = _starts(_pages(files, cover, volume))
        if found == starts:
            break
        starts = found
        files = _files(document, cover, volume, starts)
    return files


def one_file(files: TypstFiles) -> str:
    """The same as one self-contained Typst file. JSON stands in it as a string: nothing is read as markup or code."""
    data = ", ".join(
        f'"{name}": {_literal(content)}' for name, content in files.items() if name.endswith(".json")
    )
    return files[MAIN].replace(DATA, f"#let data(name) = ({data}).at(name)")


def _files(document: Document, cover: Cover, volume: typst_data.Volume, starts: Starts) -> TypstFiles:
    turn = volume != "single"
    front, chapters, appendices = _sections(document, volume)
    first, at = _section(front, cover, "front", turn) if front else ("null", 0.0)
    before = 1 if front else 0
    known = dict(enumerate(starts[before:]))
    if volume != "single":
        entries = before + len(chapters) + len(appendices)
        at = paging.contents_end(at, entries, typst_data.PAGE_HEIGHT[cover.paper])
    files = {
        MAIN: _main(),
        "frame.json": _json(typst_data.frame(document, cover, volume)),
        "front.json": first,
    }
    for n, one in enumerate(chapters):
        files[f"chapter-{n}.json"], at = _section(one, cover, "chapter", turn, known.get(n, at))
    for n, one in enumerate(appendices):
        files[f"appendix-{n}.json"], _ = _section(one, cover, "appendix", turn)
    files["count.json"] = _json({"chapters": len(chapters), "appendices": len(appendices)})
    return files


def _main() -> str:
    return "\n".join([f"{DATA}\n", *map(_template, LOOK), _template(WHOLE)])


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
    return _written(_ByContent(section), replace(cover, logo=None), kind, turn, start)


class _ByContent:
    """A section that is the same as another that holds the same."""

    def __init__(self, section: Section) -> None:
        self.section = section

    def __hash__(self) -> int:
        return hash((self.section.anchor, self.section.name, len(self.section.body)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByContent) and self.section == other.section


@lru_cache(maxsize=64)  # most sections of a report that was rehearsed
def _written(
    of: _ByContent, cover: Cover, kind: typst_data.Kind, turn: bool, start: float
) -> tuple[str, float]:
    found = typst_data.section(of.section, cover, kind, turn=turn, start=start)
    end = found.pop("ends")
    return _json(found), end


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _literal(content: str) -> str:
    """A value of Typst from its JSON, which stands in a string: nothing in it is read as markup or code."""
    escaped = content.replace("\\", "\\\\").replace('"', '\\"')
    return f'json(bytes("{escaped}"))'


def _template(part: str) -> str:
    return (paths.templates() / "report" / "typst" / f"{part}.typ").read_text(encoding="utf-8")


def pdf(files: TypstFiles, cover: Cover, volume: typst_data.Volume = "report") -> bytes:
    """The typeset volume; the same source and date give the same bytes. BespokeError where Typst refuses."""
    return finishing.finished(_pages(files, cover, volume))


def rehearse(files: TypstFiles, cover: Cover, volume: typst_data.Volume) -> None:
    """Typesets for the typesetter's own memory: what it made of each section it does not make again."""
    _pages(files, cover, volume)


def _pages(files: TypstFiles, cover: Cover, volume: typst_data.Volume = "report") -> bytes:
    return bytes(_compiled(files, cover, volume, format="pdf", pdf_standards=STANDARDS))


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
        _pages({MAIN: f'#set document(title: "x")\n{text}'}, Cover("", UNDATED))
    except BespokeError:
        return False
    return True


def png(files: TypstFiles, cover: Cover, pixels_per_inch: float) -> list[bytes]:
    """Every page as a picture. BespokeError where Typst refuses."""
    pages = _compiled(files, cover, "report", format="png", ppi=pixels_per_inch)
    return [bytes(page) for page in ([pages] if isinstance(pages, bytes) else pages)]


def _compiled(files: TypstFiles, cover: Cover, volume: typst_data.Volume, **options: Any) -> Any:
    import typst

    day = datetime.combine(cover.as_of, time(), tzinfo=UTC)
    typesetter = _typesetter(tuple(map(Path, cover.fonts)), volume)
    encoded = {name: content.encode() for name, content in files.items()}
    try:
        return typesetter.compile(input=encoded, timestamp=day, **options)
    except typst.TypstError as error:
        raise BespokeError(f"the report cannot be typeset: {_reason(error)}") from error


class _Typesetter:
    """Typst with its own memory of what it has set. No system fonts, and no file but the template's: a report depends
    on neither."""

    def __init__(self, further: tuple[Path, ...]) -> None:
        import typst

        faces = typst.Fonts(include_system_fonts=False, font_paths=list(fonts.folders(further)))
        self._compiler = typst.Compiler(root=paths.templates() / "report" / "typst", font_paths=faces)
        self._one_at_a_time = threading.Lock()  # it refuses a second thread

    def compile(self, **options: Any) -> Any:
        with self._one_at_a_time:
            return self._compiler.compile(**options)


@lru_cache(maxsize=8)
def _typesetter(further: tuple[Path, ...], volume: typst_data.Volume) -> _Typesetter:
    """One for each volume, so that they are set side by side."""
    return _Typesetter(further)


def _reason(error: object) -> str:
    """Typst's message and hints on one line, without its picture of the source."""
    hints = "; ".join(getattr(error, "hints", ()) or ())
    message = str(getattr(error, "message", "") or error).strip().split("\n")[0]
    return re.sub(r"\s+", " ", f"{message} ({hints})" if hints else message)
