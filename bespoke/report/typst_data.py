"""The document as plain data for the Typst template: nothing in it but strings, numbers, lists and keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from bespoke.report import columns, model, paging, widths
from bespoke.report.colour import accessible
from bespoke.report.drawings import MONO, SANS, SERIF
from bespoke.report.glyphs import BREAK, drawable, loosened, right_to_left
from bespoke.report.languages import language_of
from bespoke.report.model import holds_code, plain
from bespoke.report.phrases import phrases
from bespoke.report.pictures import logo
from bespoke.report.report_cover import Cover
from bespoke.report.terminal import COLUMNS
from bespoke.report.typst_lines import Data, LineWriter, language_code
from bespoke.show import fonts, numbers

PAGE_HEIGHT = {"a4": 297, "us-letter": 279.4}  # mm
TITLE, HEADING = (32.0, 400.0), (21.0, 400.0)  # type size, and room for one word
TILE = (13.0, 80.0)
FRONT_SIZES = (9.5, 9.0, 8.5, 8.0)  # of the type in the summary's table, which is read and not looked up
_DATE = re.compile(r"\b\d{1,2}\.? [^\W\d]{3,5}\.? \d{4}\b")


Kind = Literal["front", "chapter", "appendix"]
Volume = Literal["report", "evidence", "single"]


def frame(report: model.Document, cover: Cover, volume: Volume = "report") -> Data:
    """What the template prints besides the sections, and how the whole looks. A `single` notebook has no cover, no
    summary page and no contents."""
    words = phrases(cover.language)
    writer = _Writer(cover)
    text = writer.text
    accent = accessible(cover.accent)
    further = [*fonts.families(cover.fonts), "DejaVu Sans"]
    question = words["evidence_title" if volume == "evidence" else "question"].format(client=cover.client)
    title = cover.title or (question if cover.client else "")
    alt = words["logo"].format(client=cover.client)
    mark = logo(cover.logo_kind, cover.logo, alt) if cover.logo else None
    return {
        "volume": volume,
        "language": language_code(cover.language),
        "paper": cover.paper,
        "height": PAGE_HEIGHT[cover.paper],
        "title": text(title or report.chapters[0].topic, *TITLE),
        "answer": text(report.front.heading) if report.front and volume == "report" else "",
        "client": text(cover.client),
        "running": writer.running(cover.client),
        "prepared_by": text(cover.prepared_by),
        "confidentiality": text(cover.confidentiality),
        "remarks": [text(remark) for remark in cover.remarks],
        "as_of": text(numbers.day(cover.as_of, cover.language)),
        "date": [cover.as_of.year, cover.as_of.month, cover.as_of.day],
        "accent": accent.colour,
        "tint": accent.tint,
        "phrases": words,
        "logo": writer.picture(mark) if mark else None,
        "serif": [SERIF, *further],
        "sans": [SANS, *further],
        "mono": [MONO, *further],
    }


def section(
    section: model.Section, cover: Cover, kind: Kind, *, turn: bool = True, start: float = 0.0
) -> Data:
    """One section of the report, which begins about `start` points down a page, and where it `ends`; `turn` says
    whether a wide table may have a page on its side."""
    writer = _Writer(cover, turn=turn)
    sizes = FRONT_SIZES if kind == "front" else widths.SIZES
    return writer.section(section, sizes, arrange=kind == "chapter", start=start)


class _Writer(LineWriter):
    """Sections, blocks and tables as data."""

    def __init__(self, cover: Cover, *, turn: bool = True) -> None:
        super().__init__(cover)
        self.words, self.page_height, self.turn = phrases(cover.language), PAGE_HEIGHT[cover.paper], turn
        self.sizes: Sequence[float] = widths.SIZES

    def fit(self, table: model.DocumentTable) -> widths.Fit:
        return widths.fit(table, self.sizes, turn=self.turn)

    def section(
        self,
        section: model.Section,
        sizes: Sequence[float] = widths.SIZES,
        *,
        arrange: bool = False,
        start: float = 0.0,
    ) -> Data:
        self.sizes = sizes
        found = paging.arranged(section.body, section.heading, self.page_height, self.fit, start=start)
        body = found.blocks if arrange else section.body
        return {
            "anchor": section.anchor,
            "name": section.name,
            "topic": self.text(section.topic),
            "running": self.running(section.topic),
            "heading": self.text(_DATE.sub(_whole, section.heading), *HEADING),
            "lang": language_of(section.heading, self.language),
            "body": self.blocks(body),
            "room": paging.room_for(body, section.heading, self.page_height, self.fit),
            "rtl": right_to_left(section.heading),
            "ends": round(found.end),
        }

    def blocks(self, blocks: list[model.Block]) -> list[Data]:
        return [self.block(part) for block in blocks for part in self.parts(block)]

    def parts(self, block: model.Block) -> list[model.Block]:
        """A table too wide for any page as several, its index repeated; everything else as it is."""
        if isinstance(block, model.CaseBrowser):  # nothing of it can be looked through on paper
            return []
        if not isinstance(block, model.DocumentTable):
            return [block]
        parts = columns.parts(block, self.sizes, turn=self.turn)
        for n, part in enumerate(parts[1:], 2):
            label = self.words["continued"].format(caption=part.caption, n=n, m=len(parts))
            part.caption = label if part.caption or part.number else ""
        return list(parts)

    def block(self, block: model.Block) -> Data:
        match block:
            case model.Paragraph([model.Formula(display=True) as formula]) if formula.typst:
                return {**self.formula(formula), "kind": "display"}
            case model.Paragraph(children):
                return {"kind": "paragraph", **self.line(children)}
            case model.Heading(level, children):
                return {"kind": "heading", "level": level, "label": block.label, **self.line(children)}
            case model.Listing(ordered, start, items):
                inner = [self.blocks(item) for item in items]
                return {"kind": "list", "ordered": ordered, "start": start, "items": inner}
            case model.BlockQuote(body):
                return {"kind": "quote", "body": self.blocks(body)}
            case model.CalloutBox(tone, body, name):
                return {"kind": "callout", "tone": tone, "name": self.text(name), "body": self.blocks(body)}
            case model.CodeBlock(text):
                lines = drawable(text, self.covered).split("\n")
                return {"kind": "code", "text": "\n".join(loosened(line, COLUMNS) for line in lines)}
            case model.ThematicBreak():
                return {"kind": "rule"}
            case model.Tiles(items):
                tiles = [[self.text(t, *TILE) for t in (one.label, one.value, one.note)] for one in items]
                return {"kind": "tiles", "items": tiles}
            case model.DocumentTable():
                return self.table(block)
            case model.DocumentFigure():
                return {
                    "kind": "figure",
                    "number": block.number,
                    "label": block.label,
                    "share": block.width,
                    "caption": self.text(block.caption),
                    "lang": language_of(block.caption, self.language),
                    "source": self.text(block.source),
                    "picture": self.picture(block.picture),
                }
            case model.CaseBrowser():
                raise TypeError("paper leaves it out")

    def table(self, table: model.DocumentTable) -> Data:
        fit = self.fit(table)
        emphasis, names, covered = set(table.emphasis), table.naming(), table.covered()
        return {
            "kind": "table",
            "number": table.number,
            "label": table.label,
            "caption": self.text(table.caption),
            "lang": language_of(table.caption, self.language),
            "source": self.text(table.source),
            "size": fit.size,
            "widths": [round(w, 2) for w in fit.widths],
            "turned": fit.turned,
            "breaks": fit.height > paging.SMALL,
            "columns": [
                {**self.column(c, w, fit.size), "names": n < names}
                for n, (c, w) in enumerate(zip(table.columns, fit.widths, strict=True))
            ],
            "headless": table.headless,
            "spans": bool(table.spans),
            "rows": [
                {
                    "strong": n in emphasis,
                    "long": fit.lines[n] > 12,
                    "cells": self.cells(table, n, covered, fit),
                }
                for n in range(len(table.rows))
            ],
        }

    def cells(
        self, table: model.DocumentTable, n: int, covered: set[tuple[int, int]], fit: widths.Fit
    ) -> list[Data | str]:
        """Of one row; what a merged one covers is not there, and it says how far it reaches."""
        found: list[Data | str] = []
        for i, (cell, column) in enumerate(zip(table.rows[n], table.columns, strict=True)):
            if (n, i) in covered:
                continue
            down, across = table.spans.get((n, i), (1, 1))
            room = sum(fit.widths[i : i + across]) + widths.GUTTER * (across - 1)
            one = self.cell(cell, column, room, fit.size)
            if table.spans:
                found.append({**one, "x": i, "rowspan": down, "colspan": across})
            else:
                found.append(one if fit.lines[n] > 12 else _bare(one))
        return found

    def column(self, column: model.TableColumn, width: float, size: float) -> Data:
        return {
            "title": self.fitted(column.title, width / widths.BOLD, size),
            "unit": self.fitted(column.unit, width, size),
            "hyphenate": widths.hyphenated(f"{column.title} {column.unit}", width / widths.BOLD - 0.5, size),
            "numeric": column.numeric,
        }

    def cell(self, cell: model.Cell, column: model.TableColumn, width: float, size: float) -> Data:
        children: list[model.Inline] = [model.TextRun(cell)] if isinstance(cell, str) else cell
        if column.code and isinstance(cell, str):
            children = [model.CodeSpan(cell)]
        code = holds_code(children)

        def narrow(text: str) -> str:
            return self.fitted(text, width, size, code=code)

        hyphenate = not code and widths.hyphenated(plain(children), width - 0.5, size)
        return {**self.line(children, narrow), "hyphenate": hyphenate}


def _bare(cell: Data) -> Data | str:
    """A cell that is nothing but words, as these."""
    children = cell["children"]
    special = cell["rtl"] or cell["lang"] or cell["hyphenate"]
    if special or len(children) > 1 or (children and not isinstance(children[0], str)):
        return cell
    words = str(children[0]) if children else ""
    return cell if BREAK in words else words


def _whole(found: re.Match[str]) -> str:
    """A date that no line of a heading breaks."""
    return found[0].replace(" ", "\u00a0")
