"""Fewer half-empty pages: where a figure would not fit on its page, it shrinks a little or lets its text go ahead.

A rough count of heights, block by block, says where a figure would fall. Typst has the last word on every page:
where the count is off, a figure stands a page later than it could, and nothing else is lost. Nothing leaves its
subsection, and figures and tables each keep their order, so every number and reference stays true.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from bespoke.report import model, widths
from bespoke.report.model import plain

MARGINS = 52.0  # mm of a page's height
PROSE = 385.5  # points: the measure of running text
SERIF = 1.12  # the text face against the data face
LINE, GAP = 13.6, 11.0  # of running text: one line, and what parts two paragraphs
CAPTION, NOTE = 11.5, 15.0  # a line of a caption with its gap, a source line
APART = (19.0, 23.0)  # above and below a figure or table
LEAST = 0.945  # a figure shrinks to this share at most: its type of 8.5 points is then still one of 8
SLACK = 8.0  # points kept free, since the count is rough
SMALL = 130.0  # a table lower than this stays on one page
TALLEST = 581.0  # points: the template's limit for a figure
EMPTIEST = 0.38  # of a page: what may stay empty where a chapter begins on the next one; the count is rough
TOP, BOOKMARK = 76.5, 10.0  # points: the margin above, and how far above its heading a bookmark points
BETWEEN = 42.5  # between one chapter and the next
OPENING = 38.0  # above and below the heading of a chapter
TEXTS = (model.Paragraph, model.Listing, model.CalloutBox, model.BlockQuote, model.CodeBlock)

Fits = Callable[[model.DocumentTable], widths.Fit]


@dataclass(frozen=True)
class Arranged:
    """The blocks of a chapter in the order and size that fill its pages best, and how far down a page they end."""

    blocks: list[model.Block]
    end: float


def arranged(
    blocks: list[model.Block], heading: str, page_mm: float, fit: Fits = widths.fit, *, start: float = 0.0
) -> Arranged:
    """One chapter, which begins `start` points down its page below the chapter before it, or on the next page."""
    page = (page_mm - MARGINS) * 72 / 25.4
    y = start + BETWEEN if start else 0.0
    if y + room_for(blocks, heading, page_mm, fit) > page:
        y = 0.0
    y += OPENING + 23.0 * _lines(heading, 21.0, 425.0)
    left, done = list(blocks), list[model.Block]()
    while left:
        block = left.pop(0)
        if isinstance(block, model.DocumentFigure) and y + _height(block, fit) > page:
            smaller = _shrunk(block, page - y)
            if smaller is None:
                ahead = _text_ahead(left, page - y, fit)
                for one in ahead:
                    left.remove(one)
                    done.append(one)
                    y += _height(one, fit)
                smaller = _shrunk(block, page - y) or block
            block = smaller
        y = _after(block, y, page, left, fit)
        done.append(block)
    return Arranged(done, y)


def contents_end(start: float, entries: int, page_mm: float) -> float:
    """About how far down its page the list of contents ends, in two columns and with its heading, where what stands
    before it ended at `start`."""
    height = OPENING + 18.0 + 20.0 * math.ceil(entries / 2)
    fits = start and start + BETWEEN + height <= (page_mm - MARGINS) * 72 / 25.4
    return start + BETWEEN + height if fits else height


def start_of(heading: float) -> float:
    """Where what stands before a chapter ended, from how far down its page the chapter's bookmark points."""
    y = heading - TOP + BOOKMARK
    return 0.0 if y < 1.0 else float(round(y - BETWEEN))


def room_for(blocks: list[model.Block], heading: str, page_mm: float, fit: Fits = widths.fit) -> float:
    """Points below which a chapter begins on the next page: its heading, its first texts, and what they lead to. A
    heading at the foot of a page, with its figure on the next, reads as a chapter of nothing; a page that is left
    mostly empty is worse."""
    most = EMPTIEST * (page_mm - MARGINS) * 72 / 25.4 - BETWEEN
    room = OPENING + 23.0 * _lines(heading, 21.0, 425.0)
    for block in blocks:
        height = _height(block, fit)
        breaks = isinstance(block, model.DocumentTable) and fit(block).height > SMALL
        room += min(height, SMALL) if breaks else height
        if isinstance(block, model.DocumentFigure | model.DocumentTable) or room > most:
            break
    return min(room, most)


def _shrunk(figure: model.DocumentFigure, room: float) -> model.DocumentFigure | None:
    """The figure made just small enough for the room; None where it would have to be too small."""
    drawn = _drawn(figure)
    wanted = room - (_height(figure) - drawn) - SLACK
    if not drawn or wanted < LEAST * drawn:
        return None
    return replace(figure, width=min(1.0, _width(figure) / widths.TEXT_WIDTH) * min(1.0, wanted / drawn))


def _text_ahead(following: list[model.Block], room: float, fit: Fits) -> list[model.Block]:
    """What of the same subsection can fill the room in front of a figure: its text, or a table that breaks."""
    found: list[model.Block] = []
    for block in following:
        if isinstance(block, model.Heading | model.DocumentFigure | model.ThematicBreak):
            break
        height = _height(block, fit)
        if isinstance(block, model.DocumentTable):
            if fit(block).height > SMALL and not fit(block).turned and room > 150.0:
                found.append(block)  # it goes on behind the page's end
                break
            if height > room:
                break
        elif height > room:
            continue
        found.append(block)
        room -= height
    return found


def _after(block: model.Block, y: float, page: float, following: list[model.Block], fit: Fits) -> float:
    """How far down its page the block ends."""
    height = _height(block, fit)
    if isinstance(block, model.DocumentTable) and fit(block).turned:
        return page  # it has a page to itself, and the next begins another
    whole = height
    if isinstance(block, model.Heading) and following:  # never the last line of a page
        whole += min(
            _height(following[0], fit), page / 2 if isinstance(following[0], model.DocumentFigure) else 60.0
        )
    breaks = isinstance(block, TEXTS) or (
        isinstance(block, model.DocumentTable) and fit(block).height > SMALL
    )
    if not breaks and y + whole > page:
        return height
    y += height
    while y > page:
        y -= page - 30.0
    return y


def _height(block: model.Block, fit: Fits = widths.fit) -> float:
    """About how high a block is, with the white space that belongs to it."""
    match block:
        case model.Paragraph(children):
            return LINE * _lines(plain(children), 10.0, PROSE) + GAP
        case model.Heading(level):
            return {2: 42.0, 3: 34.0}.get(level, 30.0)
        case model.Listing(items=items):
            return sum(_height(one, fit) - 4.0 for item in items for one in item) + 6.0
        case model.CalloutBox(body=body):
            return 60.0 + sum(_height(one, fit) - 5.0 for one in body)
        case model.BlockQuote(body=body):
            return sum(_height(one, fit) for one in body) + 8.0
        case model.CodeBlock(text):
            return 28.0 + 10.5 * (text.count("\n") + 1)
        case model.ThematicBreak():
            return 24.0
        case model.Tiles():
            return 88.0
        case model.DocumentTable():
            found = fit(block)
            title = 2.4 if any(column.unit for column in block.columns) else 1.4
            head = title * found.size * widths.LINE + widths.PADDING
            return found.height + head + _around(block.number, block.caption, block.source)
        case model.CaseBrowser():
            return 0.0  # not on paper
        case model.DocumentFigure():
            return _drawn(block) + _around(block.number, block.caption, block.source)


def _around(number: str, caption: str, source: str) -> float:
    lines = _lines(f"{number}. {caption}", 9.0, widths.TEXT_WIDTH) if caption or number else 0
    return lines * CAPTION + (7.0 if lines else 0.0) + (NOTE if source else 0.0) + APART[1]


def _width(figure: model.DocumentFigure) -> float:
    own = figure.picture.width or widths.TEXT_WIDTH
    return figure.width * widths.TEXT_WIDTH if figure.width else min(own, widths.TEXT_WIDTH)


def _drawn(figure: model.DocumentFigure) -> float:
    return min(_width(figure) * figure.picture.shape, TALLEST)


def _lines(text: str, size: float, room: float) -> int:
    serif = 1.0 if size == 9.0 else SERIF
    return max(1, math.ceil(widths.width(text, size) * serif * 1.03 / room))
