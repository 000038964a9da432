"""A block as HTML for JupyterLab and as plain text for everything else. All text is escaped."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from bespoke.direction import straight
from bespoke.show import numbers
from bespoke.show.blocks import Block, Callout, Cases, Column, Figure, Finding, LeftOut, Table, Text, Tiles
from bespoke.show.case_browser import browser
from bespoke.show.elements import LITERAL, element, escape, image

TONES = {"note": "Note", "warning": "Caution", "missing": "What is missing"}


def fragment(block: Block) -> str:
    """The block as an HTML fragment that needs no style sheet and no script."""
    match block:
        case Finding(text=text):
            return _literal("div", element("h2", escape(text), style="margin:.2em 0 .6em;line-height:1.25"))
        case Text(markdown=markdown):
            return _literal("div", _markdown()(straight(markdown)), style="max-width:46em")
        case Callout(markdown=markdown, tone=tone):
            return _callout(TONES[tone], markdown)
        case LeftOut(markdown=markdown):
            return _callout(TONES["missing"], markdown)
        case Tiles():
            return _tiles(block)
        case Table():
            return _table(block)
        case Figure():
            return _figure(block)
        case Cases():
            return browser(block)
    raise TypeError(f"no HTML for {type(block).__name__}")


def plain(block: Block) -> str:
    """The block as lines of text."""
    return straight(_plain(block))


def _plain(block: Block) -> str:
    match block:
        case Finding(text=text):
            return text
        case Text(markdown=markdown) | LeftOut(markdown=markdown):
            return markdown
        case Callout(markdown=markdown, tone=tone):
            return f"{TONES[tone]}: {markdown}"
        case Tiles(tiles=tiles):
            return "\n".join(f"{one.label}: {one.value} {one.note}".rstrip() for one in tiles)
        case Table():
            return _plain_table(block)
        case Figure(caption=caption, alt=alt):
            return f"{caption}\n{alt}"
        case Cases(caption=caption):
            return caption
    raise TypeError(f"no text for {type(block).__name__}")


@lru_cache(maxsize=1)
def _markdown() -> Any:
    import mistune

    from bespoke.show.maths import plugin

    renderer = mistune.HTMLRenderer(escape=True)
    parser = mistune.create_markdown(renderer=renderer, plugins=["table", "strikethrough", plugin])
    renderer.register("inline_math", lambda _, text: _maths("span", f"${text}$"))
    renderer.register("block_math", lambda _, text: _maths("div", f"$${text}$$"))
    return parser


def _maths(tag: str, source: str) -> str:
    return element(tag, escape(source), class_="mathjax_process")


def _literal(tag: str, *content: str, style: str | None = None) -> str:
    return element(tag, *content, class_=LITERAL, style=style)


def _callout(name: str, markdown: str) -> str:
    style = "border-left:4px solid #66707F;padding:.1em 1em;margin:.6em 0;max-width:46em"
    return _literal("div", element("strong", escape(name)), _markdown()(straight(markdown)), style=style)


def _tiles(block: Tiles) -> str:
    box = "display:inline-block;vertical-align:top;margin:.4em 2em .4em 0"
    large = "font-size:1.5em;font-weight:600"
    found = (
        element(
            "div",
            element("div", escape(one.label)),
            element("div", escape(one.value), style=large),
            element("div", escape(one.note)),
            style=box,
        )
        for one in block.tiles
    )
    return _literal("div", *found)


def _table(table: Table) -> str:
    head = "".join(_heading(column) for column in table.columns)
    rows = "".join(
        element("tr", *(_cell(table, n, value, c) for value, c in zip(row, table.columns, strict=True)))
        for n, row in enumerate(table.rows)
    )
    style = "text-align:left;font-weight:600;padding:.3em 0"
    caption = element("caption", escape(table.caption), style=style)
    grid = element("table", caption, element("thead", element("tr", head)), element("tbody", rows))
    scroll = element("div", grid, style="overflow:auto;max-height:36em")
    return element("div", scroll, _source(table.source), id=table.label, class_=LITERAL)


def _heading(column: Column) -> str:
    unit = element("br") + element("small", escape(column.unit)) if column.unit else ""
    return element("th", escape(column.title), unit, scope="col", style=_align(column))


def _cell(table: Table, row: int, value: Any, column: Column) -> str:
    text = escape(numbers.cell(value, column))
    if column.format == "code":
        text = element("code", text)
    weight = ";font-weight:600" if row in table.emphasis else ""
    return element("td", text, dir="auto", style=_align(column) + weight)


def _align(column: Column) -> str:
    side = "right;white-space:nowrap;font-variant-numeric:tabular-nums" if column.numeric else "left"
    return f"text-align:{side};vertical-align:top"


def _figure(figure: Figure) -> str:
    style = f"width:{figure.width * 100:g}%;max-width:60em;background:#fff"
    caption = element("figcaption", escape(figure.caption), style="font-weight:600;padding:.3em 0")
    drawing = image(figure.svg, "image/svg+xml", figure.alt, style=style)
    source = _source(figure.source)
    inner = element("figure", drawing, caption, source, id=figure.label, style="margin:.6em 0")
    return _literal("div", inner)


def _source(source: str) -> str:
    return element("div", element("small", escape(f"Source: {source}"))) if source else ""


def _plain_table(table: Table) -> str:
    grid = [[c.title for c in table.columns]]
    grid += [[numbers.cell(v, c) for v, c in zip(row, table.columns, strict=True)] for row in table.rows]
    widths = [max(len(row[i]) for row in grid) for i in range(len(table.columns))]
    lines = (
        "  ".join(
            text.rjust(width) if column.numeric else text.ljust(width)
            for text, width, column in zip(row, widths, table.columns, strict=True)
        )
        for row in grid
    )
    return "\n".join([table.caption, *(line.rstrip() for line in lines)])
