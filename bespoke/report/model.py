"""The report as data: blocks and inline pieces that both writers (Typst and HTML) print in the same order.

Every string in here is text, never markup. Numbers of figures and tables are filled in by `numbering`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bespoke.errors import Problem
from bespoke.show.blocks import Cases

# -- inline pieces ----------------------------------------------------------------------------------


@dataclass
class TextRun:
    text: str


@dataclass
class CodeSpan:
    text: str


@dataclass
class Styled:
    """Strong, emphasised, struck-out, underlined, raised or lowered text."""

    style: Literal["strong", "emphasis", "struck", "underlined", "super", "sub"]
    children: list[Inline]


@dataclass
class Link:
    """`url` is a web address, or `#label` of something in this report; `elsewhere` in its other volume."""

    url: str
    children: list[Inline]
    elsewhere: bool = False


@dataclass
class Anchor:
    """A place that links of the same section point to; `label` is filled in where one does."""

    name: str
    label: str = ""


@dataclass
class Break:
    """A forced line break."""


@dataclass
class Formula:
    """A formula: its LaTeX for those who cannot see it, what Typst sets, what a browser sets."""

    source: str
    typst: str
    mathml: str
    display: bool = False


@dataclass
class InlinePicture:
    picture: Picture


Inline: TypeAlias = TextRun | CodeSpan | Styled | Link | Anchor | Break | Formula | InlinePicture

# -- blocks -----------------------------------------------------------------------------------------


@dataclass
class Picture:
    """An image with its description; `kind` is svg, png or jpeg, `data` SVG text or base64."""

    kind: Literal["svg", "png", "jpeg"]
    data: str
    alt: str
    width: float | None = None  # points, where the image says so
    height: float | None = None

    @property
    def raw(self) -> bytes:
        """The bytes of the image."""
        return self.data.encode() if self.kind == "svg" else base64.b64decode(self.data)

    @property
    def shape(self) -> float:
        """Height by width; square where an image does not say."""
        return self.height / self.width if self.width and self.height else 1.0


@dataclass
class Paragraph:
    children: list[Inline]


@dataclass
class Heading:
    level: int  # 2 and deeper: level 1 is the chapter's own
    children: list[Inline]
    label: str = ""  # where a link of the same section points here


@dataclass
class Listing:
    ordered: bool
    start: int
    items: list[list[Block]]


@dataclass
class BlockQuote:
    body: list[Block]


@dataclass
class CodeBlock:
    text: str


@dataclass
class ThematicBreak:
    """A thematic break."""


@dataclass
class CalloutBox:
    """What must not be overlooked. `name` takes the place of the tone's own word: whose words these are."""

    tone: Literal["note", "warning", "missing"]
    body: list[Block]
    name: str = ""


@dataclass(frozen=True)
class Tile:
    label: str
    value: str
    note: str = ""


@dataclass
class Tiles:
    """A row of figures that are read at a glance."""

    items: list[Tile]


@dataclass(frozen=True)
class TableColumn:
    title: str
    unit: str = ""
    numeric: bool = False
    code: bool = False  # identifiers, set in the mono face
    whole: bool = False  # never wrapped: dates
    format: str = "text"  # of its typed values: text, integer, decimal, percent, money, date or code


Cell: TypeAlias = str | list[Inline]
Value: TypeAlias = str | int | float | bool | None  # of a cell, before it was written out


@dataclass
class DocumentTable:
    columns: list[TableColumn]
    rows: list[list[Cell]]
    caption: str = ""
    source: str = ""
    label: str = ""
    number: str = ""  # "Table 5.1", once numbered
    emphasis: list[int] = field(default_factory=list)
    where: str = ""  # notebook and cell, for messages
    spans: dict[tuple[int, int], tuple[int, int]] = field(
        default_factory=dict
    )  # row, column -> rows, columns
    index: int = 1  # columns that name a row: each part of a table set in parts repeats them
    values: list[list[Value]] | None = None  # what the rows show, where it came as data
    glossary: bool = False  # terms in the first column: those that the report does not use are left out

    @property
    def headless(self) -> bool:
        """Whether no column has a title."""
        return not any(column.title for column in self.columns)

    def naming(self) -> int:
        """How many of the first columns name a row: as few as tell all rows apart by words, none where none do."""
        for count in range(1, min(max(self.index, 2), len(self.columns) - 1) + 1):
            names = [tuple(map(plain, row[:count])) for row in self.rows]
            if any(column.numeric for column in self.columns[:count]) or not all(map(all, names)):
                return 0
            if len(set(names)) == len(names):
                return count
        return 0

    def covered(self) -> set[tuple[int, int]]:
        """Row and column of every place that a merged cell reaches over."""
        return {
            (n + down, i + across)
            for (n, i), (rows, columns) in self.spans.items()
            for down in range(rows)
            for across in range(columns)
        } - set(self.spans)


@dataclass
class DocumentFigure:
    picture: Picture
    caption: str = ""
    source: str = ""
    label: str = ""
    number: str = ""
    width: float | None = 1.0  # of the text width; None: the image's own size
    where: str = ""


@dataclass
class CaseBrowser:
    """Single cases to be looked at in a browser; paper leaves them out."""

    cases: Cases


Block: TypeAlias = (
    Paragraph
    | Heading
    | Listing
    | BlockQuote
    | CodeBlock
    | ThematicBreak
    | CalloutBox
    | Tiles
    | DocumentTable
    | DocumentFigure
    | CaseBrowser
)

# -- the whole --------------------------------------------------------------------------------------


@dataclass
class Section:
    """The summary, one chapter of the report or of the evidence, or one appendix."""

    anchor: str
    mark: str  # "", "3", "E3" or "B": what its figures are numbered with
    name: str  # "Chapter 3", "Evidence 3", "Appendix B" or ""
    topic: str
    heading: str  # the finding, or the topic where there is none
    body: list[Block] = field(default_factory=list)
    short: bool = False  # needs no page of its own


@dataclass
class Document:
    """Two volumes: the report (front and chapters) and the evidence behind it (evidence and appendices)."""

    chapters: list[Section]
    front: Section | None = None
    evidence: list[Section] = field(default_factory=list)
    appendices: list[Section] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)  # what is printed otherwise than a notebook shows it

    @property
    def sections(self) -> list[Section]:
        return [*self.report, *self.evidence, *self.appendices]

    @property
    def report(self) -> list[Section]:
        """The sections of the first volume."""
        return [*([self.front] if self.front else []), *self.chapters]


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block, those inside lists, quotes and callouts too, in reading order."""
    for block in blocks:
        yield block
        if isinstance(block, Listing):
            for item in block.items:
                yield from walk(item)
        elif isinstance(block, BlockQuote | CalloutBox):
            yield from walk(block.body)


def lines_of(block: Block) -> list[list[Inline]]:
    """The runs of inline pieces directly inside a block."""
    if isinstance(block, Paragraph | Heading):
        return [block.children]
    if isinstance(block, DocumentTable):
        return [cell for row in block.rows for cell in row if not isinstance(cell, str)]
    return []


def formulas_of(blocks: Iterable[Block]) -> Iterator[Formula]:
    """Every formula in a run of blocks, in reading order."""
    for block in walk(blocks):
        for line in lines_of(block):
            yield from (piece for piece in deep(line) if isinstance(piece, Formula))


def deep(line: Iterable[Inline]) -> Iterator[Inline]:
    """Every piece of a line, those inside others too, in reading order."""
    for piece in line:
        yield piece
        if isinstance(piece, Styled | Link):
            yield from deep(piece.children)


def holds_code(cell: Cell) -> bool:
    """Whether something of a cell is set in the mono face, which is wider."""
    return not isinstance(cell, str) and any(isinstance(piece, CodeSpan) for piece in deep(cell))


def plain(children: Cell, *, drawings: bool = True) -> str:
    """Inline pieces as bare text, with or without the words that stand for drawings."""
    if isinstance(children, str):
        return children
    parts: list[str] = []
    for child in children:
        match child:
            case TextRun(text) | CodeSpan(text):
                parts.append(text)
            case Styled(children=inner) | Link(children=inner):
                parts.append(plain(inner, drawings=drawings))
            case Formula(source=source):
                parts.append(source if drawings else "")
            case InlinePicture(picture):
                parts.append(picture.alt if drawings else "")
            case Break():
                parts.append(" ")
            case Anchor():
                pass
    return "".join(parts)
