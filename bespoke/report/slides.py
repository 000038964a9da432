"""The report as slides: one for each finding, figure and table, with what is said about it in the notes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from bespoke.report import columns, model, widths
from bespoke.report.colour import accessible
from bespoke.report.model import lines_of, plain, walk
from bespoke.report.office_packages import changed, described, replaced
from bespoke.report.pandoc_tree import NONE, Node, Writer, document, node, properties, words
from bespoke.report.phrases import phrases
from bespoke.report.report_cover import Cover

Shown: TypeAlias = model.DocumentFigure | model.DocumentTable

LEVEL = 2  # of the headings that begin a slide
WIDTH = 648.0  # points: what a table or picture has of a slide
SIZES = (7.0,)  # of the type before it is scaled: 10 points
HEIGHT = 206.0  # points: for the rows of a table, between the title, its own head and what stands below it
MOST = 620  # characters of text on a slide; the rest is said, not shown
TITLE, BODY, CELLS = 1800, (1500, 1400, 1300), 1000  # hundredths of a point
LINE, PADDING = 12.0, 7.2  # points: a line of a cell, and what stands above and below its lines


def tree(report: model.Document, cover: Cover, picture: Callable[[model.Picture], str]) -> Node:
    """The title, then the slides of each section of the first volume."""
    said = phrases(cover.language)
    writer = Writer(said, picture, WIDTH, SIZES)
    subtitle = " · ".join(filter(None, (cover.client, *cover.remarks, cover.confidentiality)))
    blocks = [one for section in report.report for one in _section(section, writer)]
    return document(blocks, properties(cover, said, subtitle))


def _section(section: model.Section, writer: Writer) -> Iterator[Node]:
    """The finding with what is said first, then a slide for every figure and table."""
    opening, rest = _until_shown(section.body)
    kicker = " · ".join(filter(None, (section.name, section.topic)))
    yield _title(section.heading, section.anchor)
    told, notes = _told(opening)
    yield node("Para", [node("Emph", words(kicker))])
    yield from writer.blocks(told)
    yield _notes(writer, notes)
    heading = ""
    for shown, about in _shown(rest):
        heading = next((plain(b.children) for b in reversed(about) if isinstance(b, model.Heading)), heading)
        for n, (title, one) in enumerate(_slides(shown, heading or section.heading)):
            yield _title(title, "")
            yield _figure(one, writer) if isinstance(one, model.DocumentFigure) else writer.table(one)
            yield _notes(writer, about if n == 0 else [])


def _title(text: str, label: str) -> Node:
    return node("Header", [LEVEL, [label, [], []], words(text)])


def _figure(figure: model.DocumentFigure, writer: Writer) -> Node:
    """The picture alone: what would be its description is printed below it, so that this is its number and source."""
    address = writer.picture(figure.picture)
    return node("Para", [node("Image", [NONE, words(figure.caption), [address, ""]])])


def _notes(writer: Writer, blocks: Sequence[model.Block]) -> Node:
    """What the speaker reads: tables and figures have slides, so that this is text."""
    texts = [node("Para", words(text)) for block in blocks if (text := _text(block))]
    return node("Div", [["", ["notes"], []], texts or [node("Para", [])]])


def _text(block: model.Block) -> str:
    return " ".join(plain(line) for one in walk([block]) for line in lines_of(one))


def _until_shown(body: Sequence[model.Block]) -> tuple[list[model.Block], list[model.Block]]:
    first = next(
        (n for n, block in enumerate(body) if isinstance(block, model.DocumentFigure | model.DocumentTable)),
        len(body),
    )
    return list(body[:first]), list(body[first:])


def _shown(body: Sequence[model.Block]) -> Iterator[tuple[Shown, list[model.Block]]]:
    """Each figure and table with the text that stands before the next."""
    places = [n for n, block in enumerate(body) if isinstance(block, Shown)]
    for before, at in zip([-1, *places], places, strict=False):
        rest = body[at + 1 :] if at == places[-1] else []
        yield body[at], [*body[before + 1 : at], *rest]  # type: ignore[misc]


def _told(opening: Sequence[model.Block]) -> tuple[list[model.Block], list[model.Block]]:
    """What fits the slide of a finding, and all of it for the notes."""
    told: list[model.Block] = []
    room = MOST
    for block in map(_listed, opening):
        room -= len(_text(block))
        if room < 0 or not isinstance(
            block, model.Paragraph | model.Listing | model.CalloutBox | model.BlockQuote
        ):
            break
        told.append(block)
    return told, list(opening[len(told) :])


def _listed(block: model.Block) -> model.Block:
    """Tiles as a list: a slide has no room beside a table."""
    if not isinstance(block, model.Tiles):
        return block
    return model.Listing(False, 1, [[_as_line(one)] for one in block.items])


def _as_line(one: model.Tile) -> model.Block:
    note = f" ({one.note})" if one.note else ""
    return model.Paragraph(
        [
            model.TextRun(f"{one.label}: "),
            model.Styled("strong", [model.TextRun(one.value)]),
            model.TextRun(note),
        ]
    )


def _slides(
    shown: model.DocumentFigure | model.DocumentTable, heading: str
) -> Iterator[tuple[str, model.DocumentFigure | model.DocumentTable]]:
    """A figure as it is; a table in as many parts as fit a slide each."""
    title = shown.caption or heading
    foot = " · ".join(filter(None, (shown.number, shown.source)))
    if isinstance(shown, model.DocumentFigure):
        yield title, replace(shown, caption=foot, number="", source="", width=1.0)
        return
    parts = [part for wide in columns.parts(shown, SIZES, turn=False) for part in _pages(wide)]
    for n, part in enumerate(parts, 1):
        count = f" ({n}/{len(parts)})" if len(parts) > 1 else ""
        yield f"{title}{count}", replace(part, caption=foot, number="", source="", label="")


def _pages(table: model.DocumentTable) -> Iterator[model.DocumentTable]:
    """The rows in runs that fit a slide, about equally high; merged cells are not cut."""
    heights = [lines * LINE + PADDING for lines in widths.fit(table, SIZES, turn=False).lines]
    room = sum(heights) / max(1, math.ceil(sum(heights) / HEIGHT))
    start, used = 0, 0.0
    for n, height in enumerate(heights):
        over = used + height > HEIGHT or used >= room
        if n > start and over and not table.spans:
            yield _rows(table, start, n)
            start, used = n, 0.0
        used += height
    yield _rows(table, start, len(heights))


def _rows(table: model.DocumentTable, first: int, last: int) -> model.DocumentTable:
    emphasis = [n - first for n in table.emphasis if first <= n < last]
    return replace(table, rows=table.rows[first:last], emphasis=emphasis, values=None)


# -- the look ---------------------------------------------------------------------------------------


def look(reference: bytes, cover: Cover) -> bytes:
    """Pandoc's reference slides in the client's colours, in type that holds a sentence as a title."""
    accent = accessible(cover.accent).colour.removeprefix("#").upper()
    return changed(
        reference,
        {
            "ppt/theme/theme1.xml": lambda text: _theme(text, accent),
            "ppt/slideMasters/slideMaster1.xml": _master,
            "ppt/presentation.xml": lambda text: replaced(
                text, '<a:defRPr sz="1800"', f'<a:defRPr sz="{CELLS}"'
            ),
        },
    )


def _theme(text: str, accent: str) -> str:
    for name in ("accent1", "hlink", "dk2"):
        text = re.sub(rf'(<a:{name}><a:srgbClr val=")[0-9A-F]{{6}}', rf"\g<1>{accent}", text, count=1)
    return text


def _master(text: str) -> str:
    head, mark, styles = text.partition("<p:titleStyle>")
    title, close, rest = styles.partition("</p:titleStyle>")
    title = title.replace('algn="ctr"', 'algn="l"', 1).replace('sz="3300"', f'sz="{TITLE}" b="1"', 1)
    title = title.replace('<a:schemeClr val="tx1"/>', '<a:schemeClr val="accent1"/>', 1)
    for old, new in zip((2400, 2100, 1800), BODY, strict=True):
        rest = rest.replace(f'sz="{old}"', f'sz="{new}"', 1)
    return head + mark + title + close + rest


def finished(written: bytes, descriptions: Mapping[str, str]) -> bytes:
    """Cells in the size the tables were fitted for, pictures with their descriptions."""
    return changed(written, {"ppt/slides/": lambda text: _cells(described(text, descriptions))})


def _cells(text: str) -> str:
    def smaller(found: re.Match[str]) -> str:
        cells = re.sub(r"<a:rPr(?=[\s/>])(?![^>]*\bsz=)", f'<a:rPr sz="{CELLS}"', found[0])
        return re.sub(r'<a:tr h="\d+"', '<a:tr h="228600"', cells)

    return re.sub(r"<a:tbl>.*?</a:tbl>", smaller, text, flags=re.DOTALL)
