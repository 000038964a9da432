"""An executed notebook taken apart: what of it stands where in a report, by the tags of its cells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError, Problem
from bespoke.report import widgets
from bespoke.report.model import Heading, plain
from bespoke.report.outputs import STRICT, Cells, ChapterFinding, ChapterLeftOut, Piece, ReadingOptions
from bespoke.show.fonts import blank

HIDDEN = ("explore", "parameters", "injected-parameters")
FRONT, EVIDENCE, CLOSING, APPENDIX = "summary", "evidence", "closing", "appendix"  # tags of cells
PLACE = "place:"  # a tag that says where in the report the notebook stands, as `place:2`


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


def _upgraded(content: object) -> Any:
    """A notebook of an older format; only then is nbformat's slow import needed."""
    import nbformat

    return nbformat.convert(nbformat.from_dict(content), 4)


# -- one notebook -----------------------------------------------------------------------------------


@dataclass
class NotebookPieces:
    """The pieces of one notebook, by where they go: each stands once."""

    stem: str
    topic: str
    may_repeat: bool = False  # what an earlier chapter shows, under the same label
    body: list[Piece] = field(default_factory=list)  # the report's
    front: list[Piece] = field(default_factory=list)  # its summary page
    closing: list[Piece] = field(default_factory=list)  # its last pages
    evidence: list[Piece] = field(default_factory=list)  # a chapter of the evidence volume
    appendix: list[Piece] = field(default_factory=list)  # that volume's last pages
    place: int | None = None  # among the report's sections; None: after the notebook before it
    notices: list[Problem] = field(
        default_factory=list
    )  # what is printed otherwise than the notebook shows it

    @property
    def left_out(self) -> ChapterLeftOut | None:
        return next((p for p in [*self.body, *self.evidence] if isinstance(p, ChapterLeftOut)), None)

    @property
    def finding(self) -> str:
        return "" if self.left_out else finding(self.body) or finding(self.front)

    def pieces(self, tags: Sequence[str]) -> list[Piece]:
        """Where a cell with these tags goes."""
        of_tag = {FRONT: self.front, CLOSING: self.closing, EVIDENCE: self.evidence, APPENDIX: self.appendix}
        return next((of_tag[tag] for tag in tags if tag in of_tag), self.body)


def split(
    notebook: Notebook, language: str, options: ReadingOptions = STRICT, *, single: bool = False
) -> NotebookPieces:
    """Takes a notebook apart; one that stands by itself keeps all but its appendices in their order.

    Raises BespokeError naming every cell that cannot be printed.
    """
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
        part.pieces([tag for tag in tags if tag == APPENDIX or not single]).extend(pieces)
        part.place = next((place for tag in tags if (place := _place(tag)) is not None), part.place)
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


def _place(tag: str) -> int | None:
    number = tag.removeprefix(PLACE)
    return int(number) if number != tag and re.fullmatch(r"\d{1,3}", number) else None


def finding(pieces: Sequence[Piece]) -> str:
    """The first finding among these."""
    return next((p.text for p in pieces if isinstance(p, ChapterFinding) and not blank(p.text)), "")
