"""The report's blocks as pandoc's own tree, from which it writes what people edit further."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bespoke.report import model, widths
from bespoke.report.htmlblocks import shown
from bespoke.report.report_cover import Cover
from bespoke.show import numbers

Node = dict[str, Any]
Attributes = list[Any]
_STYLES = {
    "strong": "Strong", "emphasis": "Emph", "struck": "Strikeout", "underlined": "Underline",
    "super": "Superscript", "sub": "Subscript",
}  # fmt: skip
NONE: Attributes = ["", [], []]
LOW = 12.0  # points: the height of a picture within a line


def document(blocks: Sequence[Node], meta: Node) -> Node:
    """The whole, as `pandoc -f json` reads it."""
    return {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": list(blocks)}


def node(kind: str, content: object = None) -> Node:
    return {"t": kind} if content is None else {"t": kind, "c": content}


def words(text: str) -> list[Node]:
    """Text as pandoc's words and spaces; what no file format may hold is left out."""
    found: list[Node] = []
    for n, part in enumerate(shown(text).replace("\n", " ").replace("\t", " ").split(" ")):
        found += [node("Space")] if n else []
        found += [node("Str", part)] if part else []
    return found


def styled(style: str, blocks: Sequence[Node]) -> Node:
    """Blocks in a paragraph style of the reference document."""
    return node("Div", [["", [], [["custom-style", style]]], list(blocks)])


def meta(text: str) -> Node:
    return node("MetaInlines", words(text))


def properties(cover: Cover, said: Mapping[str, str], subtitle: str) -> Node:
    """What the file says of itself."""
    return {
        "title": meta(cover.title or said["question"].format(client=cover.client)),
        "subtitle": meta(subtitle),
        "author": node("MetaList", [meta(cover.prepared_by)] if cover.prepared_by else []),
        "date": meta(f"{said['as_of']} {numbers.day(cover.as_of, cover.language)}"),
        "lang": meta(cover.language),
    }


@dataclass(frozen=True)
class Writer:
    """`picture` gives the file that an image lies in, `room` is the width of the text in points, `sizes` are those of
    the type in tables on a page."""

    phrases: dict[str, str]
    picture: Callable[[model.Picture], str]
    room: float
    sizes: Sequence[float]

    def blocks(self, body: Sequence[model.Block]) -> list[Node]:
        return [found for one in body for found in self.block(one)]

    def block(self, one: model.Block) -> list[Node]:
        match one:
            case model.Paragraph(children):
                return [node("Para", self.line(children))]
            case model.Heading(level, children):
                return [node("Header", [level, [one.label, [], []], self.line(children)])]
            case model.Listing(ordered, start, items):
                inner = [[_compact(found) for found in self.blocks(item)] for item in items]
                numbers = [start, {"t": "Decimal"}, {"t": "Period"}]
                return [node("OrderedList", [numbers, inner]) if ordered else node("BulletList", inner)]
            case model.BlockQuote(body):
                return [node("BlockQuote", self.blocks(body))]
            case model.CalloutBox(tone, body):
                name = node("Para", [node("Strong", words(one.name or self.phrases[tone]))])
                return [styled("Callout", [name, *self.blocks(body)])]
            case model.CodeBlock(text):
                return [node("CodeBlock", [NONE, shown(text)])]
            case model.ThematicBreak():
                return [node("HorizontalRule")]
            case model.Tiles(items):
                return [self.tiles(items)]
            case model.DocumentTable():
                return [self.table(one), *self.source(one.source)]
            case model.DocumentFigure():
                return [self.figure(one), *self.source(one.source)]
            case model.CaseBrowser():  # nothing of it can be looked through on paper
                return []

    # -- lines --------------------------------------------------------------------------------------

    def line(self, children: Sequence[model.Inline]) -> list[Node]:
        return [found for child in children for found in self.inline(child)]

    def inline(self, child: model.Inline) -> list[Node]:
        match child:
            case model.TextRun(text):
                return words(text)
            case model.CodeSpan(text):
                return [node("Code", [NONE, shown(text)])]
            case model.Styled(style, children):
                return [node(_STYLES[style], self.line(children))]
            case model.Link(_, children, elsewhere=True):
                return self.line(children)
            case model.Link(url, children):
                return [node("Link", [NONE, self.line(children), [url, ""]])]
            case model.Break():
                return [node("LineBreak")]
            case model.Anchor(label=label):
                return [node("Span", [[label, [], []], []])]
            case model.Formula(source=source, display=display):
                return [node("Math", [node("DisplayMath" if display else "InlineMath"), shown(source)])]
            case model.InlinePicture(picture):
                return [self.image(picture, None)]

    def image(self, picture: model.Picture, width: float | None) -> Node:
        """An image with its description; at a width in points, or as high as a line."""
        size = ["height", f"{LOW:g}pt"] if width is None else ["width", f"{width:g}pt"]
        return node("Image", [["", [], [size]], words(picture.alt), [self.picture(picture), ""]])

    def tiles(self, items: Sequence[model.Tile]) -> Node:
        """Figures side by side: a table without a head."""
        rows = []
        for one in items:
            note = [node("LineBreak"), *words(one.note)] if one.note else []
            rows.append([*words(one.label), node("LineBreak"), node("Strong", words(one.value)), *note])
        cells = [[NONE, node("AlignDefault"), 1, 1, [node("Plain", row)]] for row in rows]
        specs = [[node("AlignLeft"), node("ColWidth", round(1 / len(items), 4))] for _ in items]
        body = [NONE, 0, [], [[NONE, cells]]]
        return node("Table", [NONE, [None, []], specs, [NONE, []], [body], [NONE, []]])

    # -- what has a caption -------------------------------------------------------------------------

    def caption(self, number: str, text: str) -> list[Node]:
        lead = [node("Strong", words(f"{number}." if text else number)), node("Space")] if number else []
        inner = [*lead, *words(text)]
        return [node("Plain", inner)] if inner else []

    def source(self, text: str) -> list[Node]:
        note = node("Para", words(f"{self.phrases['source']} {text}"))
        return [styled("Source Note", [note])] if text else []

    def figure(self, figure: model.DocumentFigure) -> Node:
        share = (
            figure.width * self.room if figure.width else min(figure.picture.width or self.room, self.room)
        )
        content = [node("Plain", [self.image(figure.picture, share)])]
        caption = [None, self.caption(figure.number, figure.caption)]
        return node("Figure", [[figure.label, [], []], caption, content])

    def table(self, table: model.DocumentTable) -> Node:
        covered, emphasis = table.covered(), set(table.emphasis)
        specs = [
            [node("AlignRight" if column.numeric else "AlignLeft"), node("ColWidth", share)]
            for column, share in zip(table.columns, self._shares(table), strict=True)
        ]
        head = [] if table.headless else [[NONE, [self._titled(column) for column in table.columns]]]
        rows = [
            [
                NONE,
                [
                    self._cell(cell, column, table.spans.get((n, i), (1, 1)), strong=n in emphasis)
                    for i, (cell, column) in enumerate(zip(row, table.columns, strict=True))
                    if (n, i) not in covered
                ],
            ]
            for n, row in enumerate(table.rows)
        ]
        caption = [None, self.caption(table.number, table.caption)]
        body = [NONE, 0, [], rows]
        return node("Table", [[table.label, [], []], caption, specs, [NONE, head], [body], [NONE, []]])

    def _shares(self, table: model.DocumentTable) -> list[float]:
        """Of the columns in the width of the text, each with its part of the space between them."""
        found = [width + widths.GUTTER for width in widths.fit(table, self.sizes, turn=False).widths]
        return [round(width / sum(found), 4) for width in found]

    def _titled(self, column: model.TableColumn) -> list[Any]:
        unit = [node("LineBreak"), *words(column.unit)] if column.unit else []
        return [NONE, node("AlignDefault"), 1, 1, [node("Plain", [*words(column.title), *unit])]]

    def _cell(
        self, cell: model.Cell, column: model.TableColumn, span: tuple[int, int], *, strong: bool
    ) -> list[Any]:
        line = (
            self.line([model.CodeSpan(cell)] if column.code and cell else [model.TextRun(cell)])
            if isinstance(cell, str)
            else self.line(cell)
        )
        inner = [node("Strong", line)] if strong and line else line
        return [NONE, node("AlignDefault"), *span, [node("Plain", inner)]]


def _compact(block: Node) -> Node:
    """A paragraph of a list without the space of one that stands alone."""
    return node("Plain", block["c"]) if block["t"] == "Para" else block
