"""What one executed cell contributes: its Markdown or its outputs as blocks of the report. Code never."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bespoke.errors import BespokeError
from bespoke.report import frames, markdown, maths, pictures
from bespoke.report.model import Block, Callout, CodeBlock, Column, Figure, Paragraph, Picture, Table, Words
from bespoke.show import blocks, numbers

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]|\r(?!\n)")
_SILENT = ("application/vnd.jupyter.widget-view+json", "application/javascript")


@dataclass
class Finding:
    """A chapter's heading, taken out of its body."""

    text: str


@dataclass
class LeftOut:
    """Why a chapter is left out."""

    body: list[Block]
    quiet: bool = False


Piece = Block | Finding | LeftOut


@dataclass(frozen=True)
class Cells:
    """Reads the cells of one notebook; `path` is how messages name it."""

    path: str
    locale: str

    def pieces(self, cell: Mapping[str, Any], number: int) -> list[Piece]:
        """All that the report shows of the cell; BespokeError for an error or an image without alt text."""
        reader = _Reader(self.path, f"cell {number}", self.locale, cell.get("attachments", {}))
        if cell["cell_type"] == "markdown":
            return list(reader.markdown(_joined(cell["source"])))
        if cell["cell_type"] != "code":
            return []
        return [piece for output in cell.get("outputs", ()) for piece in reader.output(output)]


@dataclass(frozen=True)
class _Reader:
    path: str
    cell: str
    locale: str
    attachments: Mapping[str, Any]

    def markdown(self, source: str) -> list[Block]:
        return markdown.blocks(source, self.addressed)

    def addressed(self, address: str, alt: str) -> Picture:
        return pictures.from_address(address, alt, self.attachments, self.path, self.cell)

    def output(self, output: Mapping[str, Any]) -> list[Piece]:
        match output["output_type"]:
            case "error":
                message = " ".join(f"{output.get('ename', 'error')}: {output.get('evalue', '')}".split())
                raise BespokeError(message, path=self.path, column=self.cell)
            case "stream":
                return _code(_joined(output["text"])) if output.get("name") == "stdout" else []
            case "display_data" | "execute_result":
                return self.bundle(output["data"], output.get("metadata", {}))
        return []

    def bundle(self, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> list[Piece]:
        """The richest form that can be printed, our own blocks first."""
        if blocks.MIME in data:
            return self.block(data[blocks.MIME])
        if any(kind in data for kind in _SILENT):
            return []
        if frames.SCHEMA in data:
            return [self.captioned(frames.from_schema(data[frames.SCHEMA], self.locale), metadata)]
        for media in pictures.KINDS:
            if media in data:
                return [self.figure(media, data[media], metadata)]
        if "text/markdown" in data:
            return list(self.markdown(_joined(data["text/markdown"])))
        if "text/latex" in data:
            return [Paragraph([maths.from_latex(_joined(data["text/latex"]))])]
        if "text/html" in data:
            return self.html(_joined(data["text/html"]), metadata)
        if "application/json" in data:
            return [CodeBlock(json.dumps(data["application/json"], indent=2, ensure_ascii=False))]
        return _code(_joined(data.get("text/plain", "")))

    def html(self, source: str, metadata: Mapping[str, Any]) -> list[Piece]:
        tables = frames.from_html(source)
        if tables:
            return [self.captioned(table, metadata) for table in tables]
        text = frames.text_of_html(source)
        return [Paragraph([Words(text)])] if text else []

    def captioned(self, table: Table, metadata: Mapping[str, Any]) -> Table:
        table.caption = str(metadata.get("caption", table.caption))
        table.where = f"{self.path}: {self.cell}"
        return table

    def figure(self, media: str, data: Any, metadata: Mapping[str, Any]) -> Figure:
        own = metadata.get(media, {})
        own = own if isinstance(own, Mapping) else {}
        alt = str(own.get("alt") or metadata.get("alt") or "")
        picture = pictures.picture(media, data, alt, self.path, self.cell, own)
        caption = str(own.get("caption") or metadata.get("caption") or "")
        return Figure(picture, caption=caption, width=None, where=f"{self.path}: {self.cell}")

    def block(self, payload: Mapping[str, Any]) -> list[Piece]:
        """One of our own blocks, from its data."""
        try:
            block = blocks.parse(dict(payload))
        except ValueError as error:
            line = " ".join(str(error).split())
            message = f"a block that cannot be read: {line}"
            raise BespokeError(message, path=self.path, column=self.cell) from error
        match block:
            case blocks.Finding(text=text):
                return [Finding(text)]
            case blocks.Text(markdown=source):
                return list(self.markdown(source))
            case blocks.Callout(markdown=source, tone=tone):
                return [Callout(tone, self.markdown(source))]
            case blocks.LeftOut(markdown=source, quiet=quiet):
                return [LeftOut(self.markdown(source), quiet)]
            case blocks.Table():
                return [self.table(block)]
            case blocks.Figure():
                picture = pictures.picture("image/svg+xml", block.svg, block.alt, self.path, self.cell)
                figure = Figure(picture, block.caption, block.source, block.label, width=block.width)
                figure.where = f"{self.path}: {self.cell}"
                return [figure]
        return []

    def table(self, block: blocks.Table) -> Table:
        width = len(block.columns)
        wrong = next((n for n, row in enumerate(block.rows, 1) if len(row) != width), None)
        if wrong is not None:
            message = f"table {block.label}: row {wrong} does not have {width} cells, one for each column"
            raise BespokeError(message, path=self.path, column=self.cell)
        return Table(
            columns=[
                Column(c.title, c.unit, c.numeric, code=c.format == "code", whole=c.format == "date")
                for c in block.columns
            ],
            rows=[
                [numbers.cell(v, c, self.locale) for v, c in zip(row, block.columns, strict=True)]
                for row in block.rows
            ],
            caption=block.caption,
            source=block.source,
            label=block.label,
            emphasis=list(block.emphasis),
            where=f"{self.path}: {self.cell}",
        )


def _code(text: str) -> list[Piece]:
    clean = _ANSI.sub("", text).strip("\n")
    return [CodeBlock(clean)] if clean.strip() else []


def _joined(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source)
