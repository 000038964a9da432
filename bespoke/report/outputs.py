"""What one executed cell contributes: its Markdown or its outputs as blocks of the report. Code never.

Reading takes two steps: each cell first says which texts it needs read, then, when pandoc has read those of the whole
notebook in one run, makes its blocks of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError
from bespoke.report import (
    directives,
    formulas,
    grids,
    interactive,
    model,
    pictures,
    table_data,
    terminal,
    widgets,
)
from bespoke.report.images import Images
from bespoke.report.model import plain
from bespoke.report.notices import Notices
from bespoke.report.pandoc import Sources, Tree
from bespoke.report.phrases import phrases
from bespoke.report.texts import Texts
from bespoke.show import blocks

PRINTED = "raises-exception"  # the tag of a cell whose error is meant


@dataclass
class ChapterFinding:
    """A chapter's heading, taken out of its body."""

    text: str


@dataclass
class ChapterLeftOut:
    """Why a chapter is left out."""

    body: list[model.Block]


Piece = model.Block | ChapterFinding | ChapterLeftOut
Draft = Callable[[Sequence[Tree]], list[Piece]]  # the trees of the notebook's texts -> what the report shows


@dataclass(frozen=True)
class ReadingOptions:
    """How a notebook is read. `strict` makes an error of an image that is missing or has no alt text."""

    strict: bool = True
    folder: Path | None = None  # where images beside the notebook are found
    max_lines: int = terminal.LINES  # of one output; 0: all of them
    max_rows: int = terminal.ROWS  # of one table that is not ours; 0: all of them
    stderr: bool = False
    allow_errors: bool = False


STRICT = ReadingOptions()


@dataclass
class Cells:
    """Reads the cells of one notebook; `path` is how messages name it."""

    path: str
    locale: str
    options: ReadingOptions = STRICT
    states: Mapping[str, Any] = field(default_factory=dict)  # of widgets, by model

    def __post_init__(self) -> None:
        self.sources = Sources()
        self.notices = Notices(self.path, self.options.strict)
        self.words = phrases(self.locale)
        self.images = Images(self.notices, self.words, self.options.folder)
        self.macros: dict[str, str] = {}

    def draft(self, cell: Mapping[str, Any], number: int) -> Draft:
        """What will show the cell."""
        reader = _OutputReader(self, number, cell.get("attachments", {}))
        about = cell.get("metadata", {})
        match cell["cell_type"]:
            case "markdown":
                return reader.markdown(_joined(cell["source"]))
            case "raw":
                return reader.raw(_joined(cell["source"]), about.get("format") or about.get("raw_mimetype"))
            case "code":
                reader.said = dict(directives.of_cell(_joined(cell.get("source", ""))))
                meant = self.options.allow_errors or PRINTED in about.get("tags", ())
                return _all([reader.output(one, meant=meant) for one in _merged(cell.get("outputs", ()))])
        return _all([])


def _all(drafts: Sequence[Draft]) -> Draft:
    return lambda trees: [piece for draft in drafts for piece in draft(trees)]


def _done(*pieces: Piece) -> Draft:
    return lambda trees: list(pieces)


def _merged(outputs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The outputs with what a program printed in one go in one piece, however it arrived."""
    done: list[Mapping[str, Any]] = []
    for one in outputs:
        last = done[-1] if done else {}
        same = last.get("output_type") == "stream" == one["output_type"] and last.get("name") == one.get(
            "name"
        )
        if same:
            done[-1] = {**last, "text": _joined(last["text"]) + _joined(one["text"])}
        else:
            done.append(one)
    return done


class _OutputReader:
    """One cell."""

    def __init__(self, cells: Cells, number: int, attachments: Mapping[str, Any]) -> None:
        self.number, self.cell = number, f"cell {number}"
        self.options, self.notices, self.images = cells.options, cells.notices, cells.images
        self.said: dict[str, str] = {}  # what the cell's first lines say of its outputs
        self.boxed: set[tuple[str, str]] = set()
        self.path, self.locale, self.words, self.states = cells.path, cells.locale, cells.words, cells.states
        self.texts = Texts(cells.sources, cells.images, attachments, self.cell, cells.macros, self._lost)

    # -- texts --------------------------------------------------------------------------------------

    def markdown(self, source: str, *, house: bool = False) -> Draft:
        reading = self.texts.markdown(source, house=house)

        def blocks_of(trees: Sequence[Tree]) -> list[Piece]:
            found = reading(trees)
            for block in found:
                if isinstance(block, model.Heading):
                    self.images.heading = plain(block.children)
            return list(found)

        return blocks_of

    def raw(self, source: str, media: object) -> Draft:
        """A raw cell in the format it names; the head matter of a publishing system is not for readers."""
        if media == "text/markdown":
            return self.markdown(source)
        if media == "text/html":
            return self.html(source, {}, {})
        if media in ("text/latex", "latex"):
            return self.latex(source)
        if source.startswith("---") or media:
            return _done()
        return self.printed(source)

    def latex(self, source: str) -> Draft:
        formula = formulas.of_output(source)
        reading = self.texts.latex(source.strip("$ \n")) if formula is None else self.texts.formula(formula)
        return lambda trees: list(reading(trees)) or self.printed(source)(trees)

    def printed(self, text: str) -> Draft:
        """What a program printed, cut in the middle where it is too long."""
        clean = terminal.shown(text).strip("\n")
        if not clean.strip():
            return _done()
        clean, missing = terminal.cut(clean, self.options.max_lines)
        if missing:
            self.notices.say(self.cell, f"{missing}: max_lines sets how many are printed (0: all)")
        return _done(model.CodeBlock(clean))

    # -- outputs ------------------------------------------------------------------------------------

    def output(self, output: Mapping[str, Any], *, meant: bool) -> Draft:
        match output["output_type"]:
            case "error":
                return self.error(output, meant=meant)
            case "stream":
                return self.stream(_joined(output["text"]), output.get("name"))
            case "display_data" | "execute_result":
                return self.bundle(output["data"], {**self.said, **output.get("metadata", {})})
        return _done()

    def stream(self, text: str, name: object) -> Draft:
        if name == "stderr" and not self.options.stderr:
            if text.strip() and not self.options.strict:
                lines = len(text.strip().splitlines())
                self.notices.say(self.cell, f"stderr is not printed ({lines} lines): stderr=True prints it")
            return _done()
        return self.printed(text)

    def error(self, output: Mapping[str, Any], *, meant: bool) -> Draft:
        message = " ".join(f"{output.get('ename', 'error')}: {output.get('evalue', '')}".split())
        if not meant:
            self.notices.failed(self.cell, message)
            return _done()
        return self.printed("\n".join(output.get("traceback") or [message]))

    def bundle(self, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> Draft:
        """The richest form that can be printed, our own blocks first."""
        if blocks.MIME in data:
            return self.block(data[blocks.MIME])
        for media in pictures.MEDIA_READ:
            if media in data:
                return self.picture(media, data[media], metadata)
        if drawn := interactive.drawn(data):
            return self.picture(drawn[0], pictures.stored(drawn[1]), metadata)
        if name := interactive.shown_by(data):
            return self.box(name)
        if interactive.WIDGET in data:
            return self.widget(data[interactive.WIDGET])
        if table_data.SCHEMA in data:
            table = table_data.from_schema(data[table_data.SCHEMA], self.locale)
            self._placed(table, metadata)
            return _done(table)
        return self.text(data, metadata)

    def text(self, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> Draft:
        """The forms of an output that are words."""
        latex = _joined(data.get("text/latex", ""))
        if latex and formulas.of_output(latex) is not None:
            return self.latex(latex)
        if "text/html" in data:
            return self.html(_joined(data["text/html"]), data, metadata)
        if "text/markdown" in data:
            return self.markdown(_joined(data["text/markdown"]))
        if latex:
            return self.latex(latex)
        if interactive.scripted(data):
            return self.box("")
        bare = interactive.says_nothing(_joined(data.get("text/plain", "")))
        if "application/json" in data and bare:
            return self.printed(json.dumps(data["application/json"], indent=2, ensure_ascii=False))
        if bare and (kind := interactive.unprintable(data)):
            return self.box(kind)
        return self.printed(_joined(data.get("text/plain", "")))

    def html(self, source: str, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> Draft:
        """The tables, texts and pictures in a piece of HTML, and a box where it draws something by script."""
        words = _joined(data.get("text/plain", ""))
        if interactive.folded(source) and words and not words.startswith("<IPython."):
            return self.printed(words)
        if interactive.sets_up(source):
            return _done()
        reading = self.texts.html(source)

        def pieces(trees: Sequence[Tree]) -> list[Piece]:
            found = list(reading(trees))
            for block in found:
                self._placed(block, metadata)
            if interactive.draws(source, shown=bool(found)):
                found += self._lost(interactive.library(source) or interactive.library(words))
            return list(found)

        return pieces

    def widget(self, view: object) -> Draft:
        """A widget as its saved state says it looked; a box where there is no state."""
        name = str(view.get("model_id", "")) if isinstance(view, Mapping) else ""
        found = widgets.shown(name, self.states)
        if found is None:
            return self.box("widget")
        drafts = [
            self.output(one, meant=True) if isinstance(one, Mapping) else self.printed(one) for one in found
        ]
        return _all(drafts)

    def picture(self, media: str, data: object, metadata: Mapping[str, Any]) -> Draft:
        def pieces(trees: Sequence[Tree]) -> list[Piece]:
            figure = self.images.figure(media, data, metadata, self.cell)
            if figure:
                self._placed(figure, metadata)
            return [figure] if figure else list(interactive.box("", str(self.number), self.words))

        return pieces

    def box(self, name: str) -> Draft:
        return lambda trees: list(self._lost(name))

    def _lost(self, name: str, address: str = "") -> list[model.Block]:
        """A box, one for all outputs of a kind."""
        if (name, address) in self.boxed:
            return []
        self.boxed.add((name, address))
        what = f"an interactive output ({name})" if name else "something that only a browser draws"
        self.notices.say(self.cell, f"{what} is not printed{f' ({address[:120]})' if address else ''}")
        return interactive.box(name, str(self.number), self.words, address)

    def _placed(self, block: model.Block, metadata: Mapping[str, Any]) -> None:
        if isinstance(block, model.DocumentTable | model.DocumentFigure):
            block.caption = str(metadata.get("caption") or block.caption)
            block.label = block.label or self.said.pop("label", "")
            block.where = f"{self.path}: {self.cell}"
        if isinstance(block, model.DocumentTable):
            missing = grids.shortened(block, self.options.max_rows, self.words["rows_left_out"])
            if missing:
                self.notices.say(
                    self.cell, f"{missing:,} rows left out: max_rows sets how many are printed (0: all)"
                )

    # -- our own ------------------------------------------------------------------------------------

    def block(self, payload: Mapping[str, Any]) -> Draft:
        """One of our own blocks, from its data."""
        try:
            block = blocks.parse(dict(payload))
        except ValueError as error:
            line = " ".join(str(error).split())
            message = f"a block that cannot be read: {line}"
            raise BespokeError(message, path=self.path, column=self.cell) from error
        match block:
            case blocks.Finding(text=text):
                return _done(ChapterFinding(text))
            case blocks.Text(markdown=source):
                return self.markdown(source, house=True)
            case blocks.Callout(markdown=source, tone=tone):
                body = self.texts.markdown(source, house=True)
                return lambda trees: [model.CalloutBox(tone, body(trees))]
            case blocks.LeftOut(markdown=source, silent=silent):
                reason = self.texts.markdown(source, house=True)
                return lambda trees: [ChapterLeftOut([] if silent else reason(trees))]
            case blocks.Tiles(tiles=tiles):
                return _done(model.Tiles([model.Tile(one.label, one.value, one.note) for one in tiles]))
            case blocks.Cases():
                return _done(model.CaseBrowser(block))
            case blocks.Table():
                return _done(table_data.from_block(block, self.locale, self.path, self.cell))
            case blocks.Figure():
                return self._drawn(block)
        return _done()

    def _drawn(self, block: blocks.Figure) -> Draft:
        try:
            picture = pictures.from_svg(block.svg, " ".join(block.alt.split()))
        except ValueError as error:
            message = "an image cannot be read as image/svg+xml"
            raise BespokeError(message, path=self.path, column=self.cell) from error
        figure = model.DocumentFigure(picture, block.caption, block.source, block.label, width=block.width)
        figure.where = f"{self.path}: {self.cell}"
        return _done(figure)


def _joined(source: object) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source)
