"""Blocks and inline pieces of the report as HTML. Every string is escaped, and drawn words are text too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from bespoke.direction import straight
from bespoke.report import model
from bespoke.report.glyphs import right_to_left
from bespoke.report.inlined import Styles, inlined
from bespoke.report.model import deep, plain
from bespoke.report.pictures import MEDIA
from bespoke.show.case_browser import browser
from bespoke.show.elements import element, image

SHORT = 22  # characters
CARDS = 16  # rows: a longer table is looked up, not read, and stays a table on a phone
WORDY = 2  # so many columns of long texts do not fit beside each other on a phone
TALL = 25  # rows: a longer table scrolls in a box of its own, under its own head
WIDE = 12  # columns: a wider table is printed across the page
PLACED = 12  # columns of a table whose looks are named once, at the table, and not in every cell
_STYLES = {
    "strong": "strong", "emphasis": "em", "struck": "s", "underlined": "u", "super": "sup", "sub": "sub",
}  # fmt: skip
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def shown(text: str) -> str:
    """The text without code points that HTML forbids, and without those that turn the text round it."""
    return _UNPRINTABLE.sub("□", straight(text))


def escaped(text: str) -> str:
    """Text between tags, where quotation marks are no danger."""
    return escape(shown(text), quote=False)


def direction(text: str) -> str | None:
    """`dir` of an element with this text: only what is written from right to left needs one."""
    return "auto" if right_to_left(text) else None


@dataclass
class Writer:
    """Blocks of one page; `places` are the ids of its headings, `styles` gathers the looks of its drawings."""

    words: Mapping[str, str]
    places: Mapping[int, str] = field(default_factory=dict)  # id of a Heading -> id in the page
    styles: Styles = field(default_factory=Styles)
    drawings: int = 0

    def blocks(self, body: list[model.Block]) -> str:
        return "\n".join(map(self.block, body))

    def block(self, one: model.Block) -> str:
        """One block; headings lie one level deeper than in the model, under the report's own h1."""
        match one:
            case model.Paragraph(children):
                return element("p", self.line(children), dir=direction(plain(children)))
            case model.Heading():
                return self.heading(one)
            case model.Listing(ordered, start, items):
                first = str(start) if ordered and start != 1 else None
                return element("ol" if ordered else "ul", *map(self.item, items), start=first)
            case model.BlockQuote(body):
                return element("blockquote", self.blocks(body))
            case model.CalloutBox(tone, body, name):
                title = element("p", escaped(name or self.words[tone]), class_="tone")
                return element("div", title, self.blocks(body), class_=f"callout {tone}", role="note")
            case model.CodeBlock(text):
                return element("pre", element("code", escaped(text)), class_="scroll")
            case model.ThematicBreak():
                return element("hr")
            case model.Tiles(items):
                return element("dl", *map(_tile, items), class_="tiles")
            case model.DocumentTable():
                return self.table(one)
            case model.DocumentFigure():
                return self.figure(one)
            case model.CaseBrowser(cases):
                return browser(cases)

    def heading(self, one: model.Heading) -> str:
        """A heading is a link to itself, so that its address can be copied."""
        text, place = self.line(one.children), self.places.get(id(one), one.label) or None
        if place and not any(isinstance(piece, model.Link | model.Anchor) for piece in deep(one.children)):
            text = element("a", text, href=f"#{place}")
        return element(f"h{min(one.level + 1, 6)}", text, dir=direction(plain(one.children)), id=place)

    def item(self, item: list[model.Block]) -> str:
        """A list item; a lone paragraph needs no tag of its own."""
        if item and isinstance(item[0], model.Paragraph):
            lead = item[0].children
            return element("li", self.line(lead) + self.blocks(item[1:]), dir=direction(plain(lead)))
        return element("li", self.blocks(item))

    def line(self, children: list[model.Inline]) -> str:
        return "".join(map(self.inline, children))

    def inline(self, child: model.Inline) -> str:
        match child:
            case model.TextRun(text):
                return escaped(text)
            case model.CodeSpan(text):
                return element("code", escaped(text))
            case model.Styled(style, children):
                return element(_STYLES[style], self.line(children))
            case model.Link(url, children):
                return element("a", self.line(children), href=quote(url, safe="%/:?#[]@!$&'()*+,;=-._~"))
            case model.Break():
                return element("br")
            case model.Anchor(label=label):
                return element("span", id=label)
            case model.Formula(mathml=mathml, display=display):
                return mathml.replace('display="inline"', 'display="block"', 1) if display else mathml
            case model.InlinePicture(picture):
                return _image(picture, "height:1.2em")

    # -- figures ------------------------------------------------------------------------------------

    def figure(self, figure: model.DocumentFigure) -> str:
        width = f"{figure.width * 100:g}%" if figure.width else f"{figure.picture.width or 453:g}pt"
        caption = _caption(figure.number, figure.caption)
        text = f"{figure.number} {figure.caption}"
        over = element("figcaption", caption, dir=direction(text)) if caption else ""
        drawn = self.drawing(figure.picture, f"--width:{width}")
        return element("figure", over, drawn, self.source(figure.source), id=figure.label or None)

    def drawing(self, picture: model.Picture, style: str) -> str:
        """The picture in a box that scrolls where its words would become too small to read."""
        self.drawings += 1
        known = picture.kind == "svg"
        ours = inlined(picture.data, shown(picture.alt), f"f{self.drawings}", self.styles) if known else None
        if ours is None:
            return element("div", _image(picture, style), class_="scroll paper")
        box = f"{style};--least:{ours.least}px"
        return element("div", ours.markup, class_="scroll paper", style=box)

    def source(self, source: str) -> str:
        text = f"{self.words['source']} {source}"
        return element("p", escaped(text), class_="source", dir=direction(text)) if source else ""

    # -- tables -------------------------------------------------------------------------------------

    def table(self, table: model.DocumentTable) -> str:
        """A table in a box that scrolls sideways, and a long one up and down too."""
        emphasis, covered = set(table.emphasis), table.covered()
        sides = [_side(table, i) for i in range(len(table.columns))]
        many = len(table.rows)
        wordy = sides.count("") >= WORDY and many <= CARDS and not (table.spans or table.headless)
        placed = not table.spans and len(sides) <= PLACED
        looks = [f"{side[0]}{i}" for i, side in enumerate(sides, 1) if side] if placed else []
        sides = [""] * len(sides) if placed else sides
        head = "" if table.headless else element("thead", element("tr", *map(_head, table.columns)))
        rows = (
            element(
                "tr", *self.cells(table, n, row, sides, covered), class_="strong" if n in emphasis else None
            )
            for n, row in enumerate(table.rows)
        )
        caption = _caption(table.number, table.caption)
        title = element("caption", element("span", caption), dir=direction(table.caption)) if caption else ""
        plainly = table.spans or table.headless or many < 2  # nothing to sort
        kinds = ("wordy" if wordy else "", "" if plainly else "sortable", *looks)
        grid = element(
            "table", title, head, element("tbody", *rows), class_=" ".join(filter(None, kinds)) or None
        )
        sizes = ("table", "tall" if many > TALL else "", "wide" if len(table.columns) >= WIDE else "")
        return element(
            "div", element("div", grid, class_="scroll"), self.source(table.source),
            class_=" ".join(filter(None, sizes)), id=table.label or None,
        )  # fmt: skip

    def cells(
        self,
        table: model.DocumentTable,
        n: int,
        row: list[model.Cell],
        sides: list[str],
        covered: set[tuple[int, int]],
    ) -> list[str]:
        """The cells of one row; those that a merged one covers are not there."""
        return [
            self.cell(cell, column, side, table.spans.get((n, i), (1, 1)))
            for i, (cell, column, side) in enumerate(zip(row, table.columns, sides, strict=True))
            if (n, i) not in covered
        ]

    def cell(self, cell: model.Cell, column: model.TableColumn, side: str, span: tuple[int, int]) -> str:
        text = escaped(cell) if isinstance(cell, str) else self.line(cell)
        if column.code:
            text = element("code", text)
        down, across = (str(count) if count > 1 else None for count in span)
        return element(
            "td", text, dir=direction(plain(cell)), class_=side or None, rowspan=down, colspan=across
        )


def columns_sheet() -> str:
    """Styles by place: `n3` is a table whose third column holds figures, `s1` one whose first holds short texts."""

    def cells(side: str) -> str:
        placed = (f":where(.{side[0]}{i}) td:nth-child({i})" for i in range(1, PLACED + 1))
        return ",".join((f"td.{side}", *placed))

    figures = "text-align:end;white-space:nowrap;min-width:0;font-variant-numeric:lining-nums tabular-nums"
    short = "white-space:nowrap;min-width:0"
    return f"{cells('number')}{{{figures}}}@media screen{{{cells('short')}{{{short}}}}}"


def _tile(one: model.Tile) -> str:
    note = element("small", escaped(one.note)) if one.note else ""
    return element("div", element("dt", escaped(one.label)), element("dd", escaped(one.value), note))


def _image(picture: model.Picture, style: str) -> str:
    # A custom property, so that the style sheet can give a narrow screen's drawings the full width.
    return image(picture.raw, MEDIA[picture.kind], shown(picture.alt), style=style)


def _caption(number: str, caption: str) -> str:
    label = element("b", escape(number + ("." if caption else ""))) + " " if number else ""
    return label + escaped(caption)


def _head(column: model.TableColumn) -> str:
    unit = element("small", escaped(column.unit)) if column.unit else ""
    kind = "number" if column.numeric else "date" if column.whole else None
    return element("th", escaped(column.title), unit, scope="col", class_=kind)


def _side(table: model.DocumentTable, i: int) -> str:
    """Figures stand right, short texts stay on one line, long ones wrap."""
    if table.columns[i].numeric:
        return "number"
    return "short" if all(len(plain(row[i])) <= SHORT for row in table.rows) else ""
