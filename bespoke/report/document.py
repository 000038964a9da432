"""Executed notebooks -> one document: summary in front, a chapter per notebook, appendices at the end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError, Problem
from bespoke.report import numbering, widgets
from bespoke.report.model import Block, CalloutBox, Document, Heading, Section, plain
from bespoke.report.outputs import (
    STRICT,
    Cells,
    ChapterFinding,
    ChapterLeftOut,
    Piece,
    ReadingOptions,
)
from bespoke.report.phrases import phrases
from bespoke.show.fonts import blank

HIDDEN = ("explore", "parameters", "injected-parameters")
SUMMARY, APPENDIX = "summary", "appendix"


@dataclass(frozen=True)
class Notebook:
    """An executed notebook: its file stem, and its nbformat 4 content."""

    stem: str
    content: Mapping[str, Any]
    path: str = ""  # how messages name it


def read(path: Path) -> Notebook:
    """An executed notebook from disk; BespokeError where it is not one."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["nbformat"] < 4:
            content = _upgraded(content)
        if not isinstance(content["cells"], list):
            raise TypeError("cells")
    except FileNotFoundError as error:
        raise BespokeError("no such notebook", path=str(path)) from error
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise BespokeError("not a notebook that can be read", path=str(path)) from error
    return Notebook(path.stem, content, path.name)


def _upgraded(content: Any) -> Any:
    """A notebook of an older format; only then is nbformat's slow import needed."""
    import nbformat

    return nbformat.convert(nbformat.from_dict(content), 4)


def build(notebooks: Sequence[Notebook], language: str = "en") -> Document:
    """The whole report, numbered and with its references resolved."""
    return assembled([split(notebook, language) for notebook in notebooks], language)


def assembled(parts: Sequence[NotebookPieces], language: str) -> Document:
    """The same from notebooks that were taken apart already; what stands in the parts becomes the document's."""
    words = phrases(language)
    chapters: list[Section] = []
    for part in parts:
        if part.left_out and part.left_out.quiet and chapters:
            chapters[-1].body += part.blocks()
        else:
            chapters.append(_chapter(part, len(chapters) + 1, words))
    document = Document(chapters, _front(parts, words), _appendices(parts, words))
    numbering.number(document, words, repeating={f"ch-{part.stem}" for part in parts if part.may_repeat})
    return document


def build_single(notebook: Notebook, language: str = "en", options: ReadingOptions = STRICT) -> Document:
    """One notebook by itself: its summary cells stay where they stand, nothing is called a chapter."""
    part = split(notebook, language, options, front=False)
    section = Section(f"ch-{notebook.stem}", "", "", part.topic, part.finding or part.topic, part.blocks())
    words = phrases(language)
    document = Document([section], None, _appendices([part], words), notices=part.notices)
    numbering.number(document, words, repeating={section.anchor} if part.may_repeat else ())
    return document


# -- one notebook -----------------------------------------------------------------------------------


@dataclass
class NotebookPieces:
    """The pieces of one notebook, by where they go."""

    stem: str
    topic: str
    may_repeat: bool = False  # what an earlier chapter shows, under the same label
    body: list[Piece] = field(default_factory=list)
    front: list[Piece] = field(default_factory=list)
    appendix: list[Piece] = field(default_factory=list)
    notices: list[Problem] = field(
        default_factory=list
    )  # what is printed otherwise than the notebook shows it

    @property
    def left_out(self) -> ChapterLeftOut | None:
        return next((p for p in self.body if isinstance(p, ChapterLeftOut)), None)

    @property
    def finding(self) -> str:
        if self.left_out:
            return ""
        return _finding(self.body) or _finding(self.front)

    def blocks(self) -> list[Block]:
        if self.left_out:
            return [CalloutBox("missing", self.left_out.body)]
        return _blocks(self.body)


def split(
    notebook: Notebook, language: str, options: ReadingOptions = STRICT, *, front: bool = True
) -> NotebookPieces:
    """Takes a notebook apart. Raises BespokeError naming every cell that cannot be printed."""
    content = notebook.content
    states = widgets.states(content.get("metadata") or {})
    reader = Cells(notebook.path or notebook.stem, language, options, states)
    part = NotebookPieces(notebook.stem, "", may_repeat=not options.strict)
    drafts = []
    for number, cell in enumerate(content["cells"], start=1):
        tags = cell.get("metadata", {}).get("tags", ())
        if not any(tag in HIDDEN for tag in tags):
            with _readable_cell(reader, number):
                drafts.append((number, tags, reader.draft(cell, number)))
    trees = reader.sources.read()
    for number, tags, draft in drafts:
        with _readable_cell(reader, number):
            pieces = draft(trees)
        if APPENDIX in tags:
            part.appendix += pieces
        elif SUMMARY in tags and front:
            part.front += pieces
        else:
            part.body += pieces
    reader.notices.settle()
    part.notices = reader.notices.said
    part.topic = _take_topic(part) or _readable(notebook.stem)
    return part


@contextmanager
def _readable_cell(reader: Cells, number: int) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        message = f"a cell that cannot be read: {error!r}"
        raise BespokeError(message, path=reader.path, column=f"cell {number}") from error


def _take_topic(part: NotebookPieces) -> str:
    """The first level-1 heading names the topic and leaves the body."""
    for piece in part.body:
        if isinstance(piece, Heading) and piece.level == 1:
            part.body.remove(piece)
            return plain(piece.children)
    return ""


def _readable(stem: str) -> str:
    """`06_cost_model` -> `Cost model`."""
    text = re.sub(r"^\d+[_-]", "", stem).replace("_", " ").strip() or stem
    return text[:1].upper() + text[1:]


def _finding(pieces: list[Piece]) -> str:
    return next((p.text for p in pieces if isinstance(p, ChapterFinding) and not blank(p.text)), "")


def _blocks(pieces: list[Piece]) -> list[Block]:
    """The printable pieces; the first finding is the heading, a further one opens a section."""
    from bespoke.report.model import TextRun

    blocks: list[Block] = []
    seen = False
    for piece in pieces:
        if isinstance(piece, ChapterFinding):
            if seen and not blank(piece.text):
                blocks.append(Heading(2, [TextRun(piece.text)]))
            seen = True
        elif isinstance(piece, ChapterLeftOut):
            blocks.append(CalloutBox("missing", piece.body))
        else:
            blocks.append(piece)
    return blocks


# -- the whole --------------------------------------------------------------------------------------


def _chapter(part: NotebookPieces, number: int, words: Mapping[str, str]) -> Section:
    name = f"{words['chapter']} {number}"
    missing = words["left_out"].format(topic=part.topic) if part.left_out else ""
    heading = part.finding or missing or part.topic
    left_out = part.left_out is not None
    return Section(f"ch-{part.stem}", str(number), name, part.topic, heading, part.blocks(), left_out)


def _front(parts: Sequence[NotebookPieces], words: Mapping[str, str]) -> Section | None:
    pieces = [piece for part in parts if not part.left_out for piece in part.front]
    if not pieces:
        return None
    first = next((p for p in pieces if isinstance(p, Heading) and p.level == 1), None)
    if first is not None:  # the notebook's own name for the page; the report has one
        pieces.remove(first)
    heading = _finding(pieces) or words["summary"]
    return Section("summary", "S", "", words["summary"], heading, _blocks(pieces))


def _appendices(parts: Sequence[NotebookPieces], words: Mapping[str, str]) -> list[Section]:
    """A level-1 heading opens an appendix; the same heading in a later notebook goes on with it."""
    sections: dict[str, Section] = {}
    for part in parts:
        if part.left_out:
            continue
        title, pieces = part.topic, list[Piece]()
        groups = [(title, pieces)]
        for piece in part.appendix:
            if isinstance(piece, Heading) and piece.level == 1:
                title, pieces = plain(piece.children), list[Piece]()
                groups.append((title, pieces))
            else:
                pieces.append(piece)
        for title, pieces in groups:
            if pieces:
                section = sections.setdefault(title, _appendix(title, len(sections), words))
                section.body += _blocks(pieces)
    return list(sections.values())


def _appendix(title: str, index: int, words: Mapping[str, str]) -> Section:
    letter = chr(ord("A") + index % 26) * (index // 26 + 1)
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or letter.lower()
    return Section(f"app-{slug}", letter, f"{words['appendix']} {letter}", title, title)
