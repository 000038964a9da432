"""Blocks and inline pieces of the report as HTML. Every string is escaped."""

from __future__ import annotations

import base64
import re
from html import escape
from urllib.parse import quote

from bespoke.direction import straight
from bespoke.report.model import (
    Anchor,
    Block,
    BlockQuote,
    Break,
    CalloutBox,
    Cell,
    CodeBlock,
    CodeSpan,
    DocumentFigure,
    DocumentTable,
    Formula,
    Heading,
    Inline,
    InlinePicture,
    Link,
    Listing,
    Paragraph,
    Picture,
    Styled,
    TableColumn,
    TextRun,
    ThematicBreak,
    plain,
)
from bespoke.report.pictures import MEDIA
from bespoke.show.html import element, image

Phrases = dict[str, str]

SHORT = 22  # characters
CARDS = 16  # rows: a longer table is looked up, not read, and stays a table on a phone
WORDY = 2  # so many columns of long texts do not fit beside each other on a phone
_STYLES = {
    "strong": "strong", "emphasis": "em", "struck": "s", "underlined": "u", "super": "sup", "sub": "sub",
}  # fmt: skip
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def shown(text: str) -> str:
    """The text without code points that HTML forbids, and without those that turn the text round it."""
    return _UNPRINTABLE.sub("□", straight(text))


def blocks(body: list[Block], words: Phrases) -> str:
    return "\n".join(block(one, words) for one in body)


def block(one: Block, words: Phrases) -> str:
    """One block; headings lie one level deeper than in the model, under the report's own h1."""
    match one:
        case Paragraph(children):
            return element("p", line(children), dir="auto")
        case Heading(level, children):
            return element(f"h{min(level + 1, 6)}", line(children), dir="auto", id=one.label or None)
        case Listing(ordered, start, items):
            entries = "".join(element("li", _item(item, words), dir="auto") for item in items)
            first = str(start) if ordered and start != 1 else None
            return element("ol" if ordered else "ul", entries, start=first)
        case BlockQuote(body):
            return element("blockquote", blocks(body, words))
        case CalloutBox(tone, body):
            name = element("p", escape(words[tone]), class_="tone")
            return element("div", name, blocks(body, words), class_=f"callout {tone}", role="note")
        case CodeBlock(text):
            return element("pre", element("code", escape(shown(text))), tabindex="0")
        case ThematicBreak():
            return element("hr")
        case DocumentTable():
            return _table(one, words)
        case DocumentFigure():
            return _figure(one, words)


def _item(item: list[Block], words: Phrases) -> str:
    """A list item; a lone paragraph needs no tag of its own."""
    first = line(item[0].children) if item and isinstance(item[0], Paragraph) else None
    return blocks(item, words) if first is None else first + blocks(item[1:], words)


def line(children: list[Inline]) -> str:
    return "".join(map(_inline, children))


def _inline(child: Inline) -> str:
    match child:
        case TextRun(text):
            return escape(shown(text))
        case CodeSpan(text):
            return element("code", escape(shown(text)))
        case Styled(style, children):
            return element(_STYLES[style], line(children))
        case Link(url, children):
            return element("a", line(children), href=quote(url, safe="%/:?#[]@!$&'()*+,;=-._~"))
        case Break():
            return element("br")
        case Anchor(label=label):
            return element("span", id=label)
        case Formula(mathml=mathml, display=display):
            return mathml.replace('display="inline"', 'display="block"', 1) if display else mathml
        case InlinePicture(picture):
            return _image(picture, "height:1.2em")


def _image(picture: Picture, style: str) -> str:
    raw = picture.data.encode() if picture.kind == "svg" else base64.b64decode(picture.data)
    return image(raw, MEDIA[picture.kind], shown(picture.alt), style=style)


def _caption(number: str, caption: str) -> str:
    label = element("b", escape(number + ("." if caption else ""))) + " " if number else ""
    return label + escape(shown(caption))


def _source(source: str, words: Phrases) -> str:
    text = escape(shown(f"{words['source']} {source}"))
    return element("p", text, class_="source", dir="auto") if source else ""


def _figure(figure: DocumentFigure, words: Phrases) -> str:
    width = f"{figure.width * 100:g}%" if figure.width else f"{figure.picture.width or 453:g}pt"
    # A custom property, so that the style sheet can give a narrow screen's drawings the full width.
    content = _image(figure.picture, f"--width:{width}")
    caption = _caption(figure.number, figure.caption)
    under = element("figcaption", caption, dir="auto") if caption else ""
    return element("figure", under, content, _source(figure.source, words), id=figure.label or None)


def _table(table: DocumentTable, words: Phrases) -> str:
    caption = _caption(table.number, table.caption)
    emphasis, covered = set(table.emphasis), table.covered()
    sides = [_side(table, i) for i in range(len(table.columns))]
    wordy = sides.count("long") >= WORDY and len(table.rows) <= CARDS and not (table.spans or table.headless)
    titles = element("tr", *(_head(c, wordy=wordy) for c in table.columns), role=_if(wordy, "row"))
    head = "" if table.headless else element("thead", titles, role=_if(wordy, "rowgroup"))
    rows = (
        element(
            "tr",
            *_cells(table, n, row, sides, covered, wordy=wordy),
            class_="strong" if n in emphasis else None,
            role=_if(wordy, "row"),
        )
        for n, row in enumerate(table.rows)
    )
    title = element("caption", element("span", caption), dir="auto") if caption else ""
    body = element("tbody", *rows, role=_if(wordy, "rowgroup"))
    # On a phone a wordy table becomes a list of cards; the roles keep it a table for those who hear it.
    grid = element("table", title, head, body, class_=_if(wordy, "wordy"), role=_if(wordy, "table"))
    # A box that scrolls must be reachable by keyboard, and then needs a name (WCAG 2.1.1).
    name = table.number or table.caption or words["table"]
    scroll = element("div", grid, class_="scroll", tabindex="0", role="region", aria_label=shown(name))
    return element("div", scroll, _source(table.source, words), class_="table", id=table.label or None)


def _head(column: TableColumn, *, wordy: bool) -> str:
    unit = element("small", escape(shown(column.unit))) if column.unit else ""
    side = "number" if column.numeric else None
    return element(
        "th", escape(shown(column.title)), unit, scope="col", class_=side, role=_if(wordy, "columnheader")
    )


def _side(table: DocumentTable, i: int) -> str:
    """Figures stand right, short texts stay on one line, long ones wrap."""
    if table.columns[i].numeric:
        return "number"
    return "short" if all(len(plain(row[i])) <= SHORT for row in table.rows) else "long"


def _if(true: bool, value: str) -> str | None:
    return value if true else None


def _cells(
    table: DocumentTable,
    n: int,
    row: list[Cell],
    sides: list[str],
    covered: set[tuple[int, int]],
    *,
    wordy: bool,
) -> list[str]:
    """The cells of one row; those that a merged one covers are not there."""
    return [
        _cell(cell, column, side, wordy=wordy, span=table.spans.get((n, i), (1, 1)))
        for i, (cell, column, side) in enumerate(zip(row, table.columns, sides, strict=True))
        if (n, i) not in covered
    ]


def _cell(
    cell: Cell, column: TableColumn, side: str, *, wordy: bool = False, span: tuple[int, int] = (1, 1)
) -> str:
    text = escape(shown(cell)) if isinstance(cell, str) else line(cell)
    if column.code:
        text = element("code", text)
    if not wordy:
        down, across = (str(count) if count > 1 else None for count in span)
        return element("td", text, dir="auto", class_=side, rowspan=down, colspan=across)
    title = f"{column.title} ({column.unit})" if column.unit else column.title
    value = element("span", text, dir="auto")
    return element("td", value, class_=side, role="cell", data_title=shown(title))
