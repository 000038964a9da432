"""The texts of one cell, from what they say to blocks: Markdown, HTML, LaTeX and formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bespoke.report import formulas, grids, html_repair, interactive, maths_in_markdown
from bespoke.report.images import Images
from bespoke.report.maths_in_markdown import Maths
from bespoke.report.model import Block, Inline, Paragraph, TextRun
from bespoke.report.pandoc import Sources, Tree
from bespoke.report.tree import LOST, InlineContext

Blocks = Callable[[Sequence[Tree]], list[Block]]  # the trees of the notebook's texts -> blocks


@dataclass
class Texts:
    """Adds what has to be read to the notebook's sources. `lost` says what stands for what a browser draws."""

    sources: Sources
    images: Images
    attachments: Mapping[str, Any]
    cell: str
    macros: dict[str, str]
    lost: Callable[[str, str], list[Block]]

    def markdown(self, source: str, *, house: bool = False) -> Blocks:
        """Markdown as Jupyter reads it, or our own."""
        gone: list[tuple[str, str]] = []
        embedded = partial(_marked, gone, apart="\n\n")
        text, maths = maths_in_markdown.taken_out(source, house=house, embedded=embedded)
        self.macros |= formulas.definitions(one.source for one in maths)
        place = self.sources.add("house" if house else "jupyter", f"{text}\n")
        formed = [self._formula(one) for one in maths]

        def blocks(trees: Sequence[Tree]) -> list[Block]:
            drawn = [form(trees) for form in formed]
            return self._reading(gone, maths=maths, drawn=drawn).blocks(trees[place])

        return blocks

    def html(self, source: str) -> Blocks:
        """The words, tables and pictures of a piece of HTML; scripts and styles are nothing to read."""
        gone: list[tuple[str, str]] = []
        text = html_repair.readable(interactive.EMBEDDED.sub(partial(_marked, gone), source))
        text, rows = grids.long_bodies(text)
        place = self.sources.add("html", text)
        return lambda trees: self._reading(gone, rows=rows).blocks(trees[place])

    def latex(self, source: str) -> Blocks:
        """A table or text in LaTeX."""
        place = self.sources.add("latex", source)
        return lambda trees: self._reading([]).blocks(trees[place])

    def formula(self, source: str) -> Blocks:
        """A formula that stands by itself."""
        formed = self._formula(Maths(source, True, source))
        return lambda trees: [Paragraph([formed(trees)])]

    def _formula(self, maths: Maths) -> Callable[[Sequence[Tree]], Inline]:
        text = formulas.plainer(maths.source, self.macros)
        if not text:  # it only defines something for those that follow
            return lambda trees: TextRun("")
        place = self.sources.add("formula", text)
        return lambda trees: formulas.from_tree(maths.source, trees[place], display=maths.display)

    def _reading(self, gone: Sequence[tuple[str, str]], **about: Any) -> InlineContext:
        def lost(number: int) -> list[Block]:
            return self.lost(*gone[number]) if 0 <= number < len(gone) else []

        images = partial(self.images.at, attachments=self.attachments, cell=self.cell)
        return InlineContext(images, lost=lost, **about)


def _marked(gone: list[tuple[str, str]], found: re.Match[str], apart: str = "") -> str:
    """A mark in place of a tag for something that only a browser shows."""
    about = found["about"] or found["alone"] or ""
    name = interactive.library(found[0]) or (found["tag"] or "embed").lower()
    gone.append((name, interactive.embedded_address(about)))
    return f'{apart}<div class="{LOST}">{len(gone) - 1}</div>{apart}'
