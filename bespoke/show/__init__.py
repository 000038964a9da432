"""What a notebook cell calls to display things: seen in JupyterLab, carried as data to the report.

    show.finding("Prompting first: three of four failures are format or vocabulary.")
    show.text("The audit covers **{n}** tasks of {client}.", n=3, client=engagement.client)
    show.table(rows, label="tbl-load", caption="...", columns=(*columns(task="Task"), *columns("percent", low="Low")))
    show.figure(draw_load, tasks, label="fig-load", caption="...", alt="...")
    show.callout("No notes were given: ...", tone="missing")

A caption is the message in plain text. Narrative refers to a figure or table with a Markdown link to its
label, `[the load](#fig-load)`: the report prints its number there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from bespoke.show import html
from bespoke.show.blocks import (
    MIME,
    Block,
    Callout,
    Cases,
    Cell,
    Column,
    Figure,
    Finding,
    LeftOut,
    Table,
    Text,
    Tile,
    Tiles,
    columns,
)  # fmt: skip
from bespoke.show.drawing import drawn
from bespoke.show.filling import filled
from bespoke.show.markdown import escape, fill
from bespoke.show.shown import Shown, noted
from bespoke.show.style import new_figure, svg

__all__ = [
    "Block",
    "Callout",
    "Column",
    "Figure",
    "Finding",
    "LeftOut",
    "Shown",
    "Table",
    "Text",
    "Tile",
    "Tiles",
    "callout",
    "cases",
    "columns",
    "display",
    "escape",
    "figure",
    "fill",
    "filled",
    "finding",
    "left_out",
    "new_figure",
    "table",
    "text",
    "tiles",
]


def finding(template: str, **values: Any) -> None:
    """The chapter's answer in one sentence, plain text; becomes its heading in the report."""
    display(Finding(text=filled(template, **values)))


def text(template: str, **values: Any) -> None:
    """Narrative in Markdown; `{name}` fields are filled with escaped values."""
    display(Text(markdown=fill(template, **values)))


def callout(template: str, *, tone: Literal["note", "warning", "missing"] = "note", **values: Any) -> None:
    """A paragraph set apart: a note, a warning, or what is missing and would be needed."""
    display(Callout(markdown=fill(template, **values), tone=tone))


def left_out(template: str, **values: Any) -> None:
    """One sentence saying what a chapter would need; the report prints only this of the chapter."""
    display(LeftOut(markdown=fill(template, **values)))


def tiles(*shown: Tile) -> None:
    """A row of figures to be read at a glance."""
    display(Tiles(tiles=shown))


def table(
    rows: Iterable[Sequence[Cell]],
    *,
    label: str,
    caption: str,
    columns: Sequence[Column],
    source: str = "",
    emphasis: Iterable[int] = (),
    glossary: bool = False,
) -> Shown:
    """Rows of plain values under typed columns: shown, and returned with its data frame."""
    return display(
        Table(
            label=label,
            caption=caption,
            columns=tuple(columns),
            source=source,
            rows=tuple(tuple(row) for row in rows),
            emphasis=tuple(emphasis),
            glossary=glossary,
        )
    )


def figure(
    drawing: object, *data: Any, label: str, caption: str, alt: str, width: float = 1.0, source: str = ""
) -> Shown:
    """A matplotlib figure with its message (caption) and words for a reader who cannot see it (alt).

    `drawing` is the figure itself, or better a function that makes it from `data` alone: then a figure whose data
    have not changed since the last run is not drawn again.
    """
    picture, drawn_from = drawn(drawing, data) if callable(drawing) else (svg(drawing), "")
    return display(
        Figure(
            label=label, caption=caption, alt=alt, svg=picture, width=width, source=source,
            drawn_from=drawn_from,
        )
    )  # fmt: skip


def cases(**parts: Any) -> None:
    """Single cases, two systems side by side: see `Cases`."""
    display(Cases(**parts))


def display(block: Block) -> Shown:
    """Publish one block: data for the report, HTML for the notebook, plain text for everything else."""
    from IPython.display import publish_display_data

    publish_display_data(
        {
            MIME: block.model_dump(mode="json"),
            "text/html": html.fragment(block),
            "text/plain": html.plain(block),
        }
    )
    return noted(Shown(block))
