"""What a notebook can display, as data. The report typesets these; a notebook shows their HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MIME = "application/vnd.bespoke.block+json"
LABEL = r"^(fig|tbl)-[a-z0-9]+(-[a-z0-9]+)*$"

Format = Literal["text", "integer", "decimal", "percent", "money", "date", "code"]
Cell = str | int | float | bool | None


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Frozen):
    """One column of a table: how its values are written. Numbers are right-aligned, text is left-aligned."""

    key: str
    title: str
    format: Format = "text"
    digits: Annotated[int, Field(ge=0, le=6)] = 0  # after the decimal point
    unit: str = ""  # written under the title; for money the currency code

    @property
    def numeric(self) -> bool:
        return self.format in ("integer", "decimal", "percent", "money")


def columns(format: Format = "text", *, unit: str = "", digits: int = 0, **titles: str) -> tuple[Column, ...]:
    """Columns that are written alike, by key: `columns("percent", low="Low", high="High")`."""
    return tuple(
        Column(key=key, title=title, format=format, digits=digits, unit=unit) for key, title in titles.items()
    )


class Block(Frozen):
    """Something that a notebook shows."""


class Finding(Block):
    """The chapter's answer in one sentence (plain text); becomes the chapter's heading."""

    type: Literal["finding"] = "finding"
    text: str


class Text(Block):
    """Narrative in Markdown. Values from the client were escaped when they were put in."""

    type: Literal["text"] = "text"
    markdown: str


class Callout(Block):
    """A paragraph that must not be overlooked, in Markdown."""

    type: Literal["callout"] = "callout"
    tone: Literal["note", "warning", "missing"] = "note"
    markdown: str


class LeftOut(Block):
    """Why a chapter has nothing to compute, in Markdown; the report prints this and no more of it."""

    type: Literal["left_out"] = "left_out"
    markdown: str
    # said in the notebook alone: the chapter is for some fields, and this client is not of one
    silent: bool = False


class Tile(Frozen):
    """One figure that is read at a glance: what it is, what it comes to, and what it stands beside."""

    label: str
    value: str
    note: str = ""


class Tiles(Block):
    """A row of figures, plain text."""

    type: Literal["tiles"] = "tiles"
    tiles: tuple[Tile, ...]


class Table(Block):
    """Rows of plain values; all cell text is data, never markup. `emphasis` lists row numbers in bold."""

    type: Literal["table"] = "table"
    label: Annotated[str, Field(pattern=LABEL)]
    caption: str  # plain text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    source: str = ""
    emphasis: tuple[int, ...] = ()
    glossary: bool = False  # a report leaves out the terms, in the first column, that it does not use


class Figure(Block):
    """A drawing as SVG, with words for a reader who cannot see it."""

    type: Literal["figure"] = "figure"
    label: Annotated[str, Field(pattern=LABEL)]
    caption: str  # plain text: the figure's message
    alt: Annotated[str, Field(min_length=20)]
    svg: str
    width: Annotated[float, Field(gt=0, le=1)] = 1.0  # of the text width
    source: str = ""
    drawn_from: str = ""  # hash of drawing function and data: the same hash, the same drawing


class CaseAnswer(Frozen):
    """One system's answer to one case, run by run."""

    verdict: str  # "right", "0.67", or nothing
    wrong: bool
    runs: tuple[str, ...]
    took: str = ""  # tokens, money


class ShownCase(Frozen):
    name: str
    about: str = ""
    input: str
    expected: str
    answers: tuple[CaseAnswer, ...]  # in the order of the systems
    differ: tuple[tuple[int, int], ...] = ()  # pairs of systems that say something else


class Cases(Block):
    """Single cases, two systems side by side, to be filtered. All text is data. A page of paper leaves it out."""

    type: Literal["cases"] = "cases"
    label: Annotated[str, Field(pattern=r"^cases(-[a-z0-9]+)+$")]
    caption: str
    systems: tuple[str, ...]
    left: int = 0
    right: int = 0
    prompt: str = ""
    cases: tuple[ShownCase, ...]


BLOCKS: dict[str, type[Block]] = {
    "finding": Finding,
    "text": Text,
    "callout": Callout,
    "left_out": LeftOut,
    "tiles": Tiles,
    "table": Table,
    "figure": Figure,
    "cases": Cases,
}


def parse(data: dict[str, Any]) -> Block:
    """The block behind a MIME payload; raises ValueError (pydantic's) where it is not one."""
    kind = BLOCKS.get(str(data.get("type")))
    if kind is None:
        raise ValueError(f"unknown block type {data.get('type')!r}")
    return kind.model_validate(data)


def shown_in(notebook: Path) -> Iterator[dict[str, Any]]:
    """The blocks of an executed notebook, in order, as they were kept."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            if block := output.get("data", {}).get(MIME):
                yield block
