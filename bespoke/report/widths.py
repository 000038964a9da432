"""Column widths from what the columns hold, so that a table fits its page and nothing is cut off.

First the natural widths; then text columns wrap; then the type shrinks; at last long words are broken.
All lengths are points, measured with the data face's own advance widths.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bespoke.report.glyphs import loosened
from bespoke.report.model import Cell, Column, Table, plain
from bespoke.show import fonts

TEXT_WIDTH = 453.5  # 160 mm on A4 and on US Letter
WIDE_WIDTH = 680.0  # 240 mm: the same pages turned on their side
GUTTER = 11.0
SIZES = (8.5, 8.0, 7.5, 7.0, 6.5)
UNBROKEN = 84.0  # at full size: a word wider than this may be broken before the type shrinks
TITLE = 64.0  # titles over figures wrap beyond this
WRAPPED = 1.15  # a wrapped text leaves some of each line empty
SLACK = 1.035  # tabular figures and kerning differ a little from the plain advances
MONO = 0.602 * 0.8 * 1.06  # em: every letter of DejaVu Sans Mono at the size used for codes
BOLD = 1.045  # semibold runs this much wider


@dataclass(frozen=True)
class Fit:
    """How a table is set: type size, one width per column, and whether its page must be turned."""

    size: float
    widths: tuple[float, ...]
    turned: bool = False

    def lines(self, row: list[Cell]) -> int:
        """About how many lines a row takes."""
        lengths = (width(plain(cell), self.size) * WRAPPED for cell in row)
        return max((math.ceil(n / w) for n, w in zip(lengths, self.widths, strict=True)), default=1)

    def height(self, table: Table) -> float:
        """About how high the table will be."""
        return sum(self.lines(row) * self.size * 1.3 + 8 for row in table.rows)


def fit(table: Table) -> Fit:
    """The widths for one table."""
    natural = [_natural(table, i) for i in range(len(table.columns))]
    least = [min(_least(table, i), n) for i, n in enumerate(natural)]
    for available, turned in ((TEXT_WIDTH, False), (WIDE_WIDTH, True)):
        space = available - GUTTER * (len(natural) - 1)
        for size in SIZES if not turned else SIZES[1:]:
            scale = size / SIZES[0]
            widths = _share([n * scale for n in natural], [m * scale for m in least], space)
            if widths:
                return Fit(size, widths, turned)
    return Fit(SIZES[-1], _squeezed([m * SIZES[-1] / SIZES[0] for m in least], space), True)


def broken(text: str, column: float, size: float, *, code: bool = False) -> str:
    """A cell's text with places to break in words wider than its column."""
    return loosened(text, column, lambda part: width(part, size, code=code))


def width(text: str, size: float = SIZES[0], *, code: bool = False) -> float:
    """The width of one line of text in the data face, or as a code in the mono face."""
    if code:
        return SLACK * size * sum(MONO if ord(c) < 0x2E80 else 1.0 for c in text)
    advances = _advances()
    return SLACK * size * sum(advances.get(ord(c), 0.62 if ord(c) < 0x2E80 else 1.05) for c in text)


@lru_cache(maxsize=1)
def _advances() -> dict[int, float]:
    """Code point -> advance in em, from Source Sans Pro."""
    return fonts.advances(next(p for p in fonts.faces() if p.stem == "SourceSansPro-Regular"))


def _cells(table: Table, i: int) -> list[tuple[str, bool]]:
    """The texts of a column and whether each is bold."""
    emphasis = set(table.emphasis)
    return [(plain(row[i]), n in emphasis) for n, row in enumerate(table.rows)]


def _natural(table: Table, i: int) -> float:
    """So wide that no cell wraps; a long title may wrap over figures."""
    column = table.columns[i]
    title = width(column.title) * BOLD
    if column.numeric:
        title = min(title, TITLE)
    cells = (
        width(text, code=column.code) * (BOLD if bold else 1) for text, bold in _cells(table, i)
    )
    return max(title, _title(column), max(cells, default=0.0)) + 1


def _least(table: Table, i: int) -> float:
    """So wide that no word of ordinary length is broken; figures never wrap."""
    column = table.columns[i]
    if column.numeric or column.whole:
        return _natural(table, i)
    title = _title(column)
    words = (_word(text, bold=bold, code=column.code) for text, bold in _cells(table, i))
    return max(title, min(max(words, default=0.0), UNBROKEN)) + 1


def _title(column: Column) -> float:
    """So wide that no word of a title is broken, and an ordinary unit stays on one line."""
    return max(_word(column.title, bold=True), _word(column.unit), min(width(column.unit) * 0.9, TITLE))


def _word(text: str, *, bold: bool = False, code: bool = False) -> float:
    """The widest word of a text."""
    return max((width(word, code=code) for word in text.split()), default=0.0) * (BOLD if bold else 1)


def _share(natural: Sequence[float], least: Sequence[float], space: float) -> tuple[float, ...] | None:
    """Natural widths where they fit; else the least ones, and the rest by the room each column wants."""
    if sum(natural) <= space:
        return tuple(natural)
    left = space - sum(least)
    if left < 0:
        return None
    wishes = [(n - m) ** 0.6 for n, m in zip(natural, least, strict=True)]
    widths = list(least)
    while left > 0.01 and sum(wishes) > 0:  # a column that has all it wants hands on the rest
        part = left / sum(wishes)
        for i, wish in enumerate(wishes):
            grown = min(natural[i], widths[i] + part * wish)
            left -= grown - widths[i]
            widths[i] = grown
            if grown >= natural[i]:
                wishes[i] = 0
    return tuple(widths)


def _squeezed(least: Sequence[float], space: float) -> tuple[float, ...]:
    """Wide columns cut to one common width so that all fit: the last resort, words are then broken."""
    low, high = 0.0, max(least)
    for _ in range(50):
        cap = (low + high) / 2
        low, high = (cap, high) if sum(min(w, cap) for w in least) <= space else (low, cap)
    return tuple(min(w, low) for w in least)
