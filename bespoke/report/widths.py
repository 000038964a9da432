"""Column widths from what the columns hold, so that a table fits its page and nothing is cut off.

First the natural widths; then text columns wrap; then the type shrinks, though never below what everybody reads;
then long words are hyphenated; then a long table lies on its side. What still has no room is set in parts
(`columns`), and only where that is no way out are words broken anywhere. All lengths are points, measured with the
data face's own advance widths.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bespoke.report.glyphs import hyphenates, loosened, pieces
from bespoke.report.model import DocumentTable, TableColumn, holds_code, plain
from bespoke.show import fonts

TEXT_WIDTH = 453.5  # 160 mm on A4 and on US Letter
WIDE_WIDTH = 680.0  # 240 mm: the same pages turned on their side
GUTTER = 11.0
SIZES = (8.5, 8.0)
UNBROKEN = 84.0  # at full size: a word wider than this may be broken
# the same of a word of letters alone, where a table would else not fit: some eleven letters
HYPHENATED = 48.0
MANY = 45  # rows: so many are worth pages on their side, which leave the page before them short; fewer go in parts
SMALLNESS = 3.0  # how much smaller type must save: it makes a wrapped table lower by nearly its square
STEP = 6.0
LINE, PADDING = 1.28, 8.0  # of the type size; points per row
TITLE = 64.0  # titles over figures wrap beyond this
WRAPPED, WRAPPED_CODE = 1.15, 1.5  # a wrapped text leaves some of each line empty, a cut code more
SLACK = 1.035  # tabular figures and kerning differ a little from the plain advances
# em: every letter of DejaVu Sans Mono, at most; codes are set in 8 points in a table of any size
MONO = 0.602
CJK = 0x2E80  # from here on most characters are as wide as they are high
BOLD = 1.045  # semibold runs this much wider

Columns = tuple[TableColumn, ...]
Texts = tuple[tuple[str, ...], ...]  # of the cells, row by row


@dataclass(frozen=True)
class Fit:
    """How a table is set: type size, width of each column, lines of each row, whether its page is turned."""

    size: float
    widths: tuple[float, ...]
    lines: tuple[int, ...]
    turned: bool = False

    @property
    def height(self) -> float:
        """About how high the rows are together."""
        return sum(lines * self.size * LINE + PADDING for lines in self.lines)


def fit(table: DocumentTable, sizes: Sequence[float] = SIZES, *, turn: bool = True) -> Fit:
    """The widths for one table: the type size that makes it low without making it small."""
    return _fit(*_about(table), tuple(sizes), turn)[0]


def fits(table: DocumentTable, sizes: Sequence[float] = SIZES, *, turn: bool = True) -> bool:
    """Whether the table fits a page, upright or with `turn` on its side, without a word or number broken."""
    return _fit(*_about(table), tuple(sizes), turn)[1]


def wanted(table: DocumentTable) -> list[float]:
    """The width each column asks for at full size: figures on one line, texts wrapped where they are long."""
    columns, texts, emphasis = _about(table)
    measured = _Measured(columns, texts, emphasis)
    return [
        max(least, min(whole, TITLE * 2))
        for least, whole in zip(measured.least, measured.natural, strict=True)
    ]


def _about(table: DocumentTable) -> tuple[Columns, Texts, frozenset[int]]:
    texts = [list(map(plain, row)) for row in table.rows]
    for (row, column), (_, across) in table.spans.items():
        if across > 1:  # it has the room of the columns beside it too
            texts[row][column] = texts[row][column][: math.ceil(len(texts[row][column]) / across)]
    columns = [
        replace(column, code=True) if any(holds_code(row[i]) for row in table.rows) else column
        for i, column in enumerate(table.columns)
    ]
    return tuple(columns), tuple(map(tuple, texts)), frozenset(table.emphasis)


@lru_cache(maxsize=1 << 10)  # asked for by the pages and by the table, and again by the next report
def _fit(
    columns: Columns, texts: Texts, emphasis: frozenset[int], sizes: tuple[float, ...], turn: bool
) -> tuple[Fit, bool]:
    """The widths, and whether they leave every word whole or hyphenated."""
    pages = [(TEXT_WIDTH, False), *([(WIDE_WIDTH, True)] if turn and len(texts) >= MANY else [])]
    for available, turned in pages:
        space = available - GUTTER * (len(columns) - 1)
        for unbroken in (UNBROKEN, HYPHENATED):
            measured = _Measured(columns, texts, emphasis, unbroken)
            fits = [found for size in sizes if (found := measured.at(size, space, turned=turned))]
            if fits:
                return min(fits, key=lambda one: (one.height / one.size**SMALLNESS, -one.size)), True
    return measured.squeezed(sizes[-1], space, turned=turned), False


class _Measured:
    """What the cells of a table would take on one line, at full size: a list for each column.

    Plain lists: the tables are small, and the array library takes longer to import than all of them to fit.
    """

    def __init__(
        self, columns: Columns, texts: Texts, emphasis: frozenset[int], unbroken: float = UNBROKEN
    ) -> None:
        self.columns = [
            [width(row[i], code=column.code) * (BOLD if n in emphasis else 1) for n, row in enumerate(texts)]
            for i, column in enumerate(columns)
        ]
        self.waste = [WRAPPED_CODE if c.code else WRAPPED for c in columns]
        self.natural = [
            max(_whole_title(column), *cells, 0.0) + 1
            for column, cells in zip(columns, self.columns, strict=True)
        ]
        self.least = [
            natural
            if c.numeric or c.whole
            else min(
                max(
                    _title(c, unbroken),
                    _least([row[i] for row in texts], c.code, unbroken, bold=bool(emphasis)),
                )
                + 1,
                natural,
            )
            for i, (c, natural) in enumerate(zip(columns, self.natural, strict=True))
        ]

    def at(self, size: float, space: float, *, turned: bool = False) -> Fit | None:
        """The table at this size: room goes, step by step, to the column where it saves most lines."""
        scale = size / SIZES[0]
        widths, natural = [w * scale for w in self.least], [w * scale for w in self.natural]
        if sum(widths) > space:
            return None
        if sum(natural) <= space:
            return Fit(size, tuple(natural), self._lines(scale, natural), turned)
        gains = [self._gain(scale, widths, natural, i) for i in range(len(widths))]
        while (left := space - sum(widths)) > 0.5 and max(gains) > 0:
            i = gains.index(max(gains))
            widths[i] = min(widths[i] + min(STEP, left), natural[i])
            gains[i] = self._gain(scale, widths, natural, i)
        return Fit(size, tuple(widths), self._lines(scale, widths), turned)

    def squeezed(self, size: float, space: float, *, turned: bool) -> Fit:
        """Wide columns cut to one common width so that all fit: the last resort, words are then broken."""
        scale = size / SIZES[0]
        least, low, high = [w * scale for w in self.least], 0.0, space
        for _ in range(50):
            cap = (low + high) / 2
            low, high = (cap, high) if sum(min(w, cap) for w in least) <= space else (low, cap)
        widths = [min(w, low) for w in least]
        return Fit(size, tuple(widths), self._lines(scale, widths), turned)

    def _lines(self, scale: float, widths: list[float]) -> tuple[int, ...]:
        """Lines per row."""
        columns = [
            [self._turns(full * scale, width, waste) for full in cells]
            for cells, width, waste in zip(self.columns, widths, self.waste, strict=True)
        ]
        return tuple(max(1, *map(math.ceil, row)) for row in zip(*columns, strict=True))

    def _gain(self, scale: float, widths: list[float], natural: list[float], i: int) -> float:
        """What a step of room is worth to a column: tall cells count most, since they make their row tall."""
        now, wider = widths[i], min(widths[i] + STEP, natural[i])
        if wider <= now + 0.01:
            return 0.0
        waste = self.waste[i]
        tall = [full * scale for full in self.columns[i] if full * scale > now]
        return sum((full * waste / now) ** 3 - self._turns(full, wider, waste) ** 3 for full in tall)

    @staticmethod
    def _turns(full: float, width: float, waste: float) -> float:
        """How many times its column's width a cell's text takes: at most 1 where it fits on one line."""
        return full * waste / width if full > width else 1.0


def broken(text: str, column: float, size: float, *, code: bool = False) -> str:
    """A cell's text with places to break in words wider than its column; ordinary words are left to be hyphenated."""
    return loosened(text, column, lambda part: width(part, size, code=code), hyphens=not code)


def hyphenated(text: str, column: float, size: float) -> bool:
    """Whether a word of the text has room in its column only with a hyphen."""
    return width(text, size) > column and any(
        width(word, size) > column and hyphenates(word) for word in text.split()
    )


@lru_cache(maxsize=1 << 15)
def width(text: str, size: float = SIZES[0], *, code: bool = False) -> float:
    """The width of one line of text in the data face, or as a code in the mono face."""
    return SLACK * size * sum(map((_mono() if code else _sans()).__getitem__, text))


class _Advances(dict[str, float]):
    """Character -> advance in em; one that a face does not have is as wide as most of its script are."""

    def __init__(self, known: Mapping[str, float], narrow: float, wide: float) -> None:
        super().__init__(known)
        self._narrow, self._wide = narrow, wide

    def __missing__(self, character: str) -> float:
        self[character] = self._narrow if ord(character) < CJK else self._wide
        return self[character]


@lru_cache(maxsize=1)
def _sans() -> _Advances:
    """Source Sans Pro."""
    advances = fonts.advances(fonts.data_face())
    return _Advances({chr(code): width for code, width in advances.items()}, 0.62, 1.05)


@lru_cache(maxsize=1)
def _mono() -> _Advances:
    return _Advances({}, MONO, 1.0)


def _whole_title(column: TableColumn) -> float:
    """A title on one line; over figures it may wrap."""
    whole = width(column.title) * BOLD
    return max(_title(column), min(whole, TITLE) if column.numeric else whole)


def _title(column: TableColumn, unbroken: float = UNBROKEN) -> float:
    """So wide that no word of a title is broken, or none but by a hyphen, and an ordinary unit stays on one line."""
    longest = max((_word(word, False, unbroken) * BOLD for word in column.title.split()), default=0.0)
    unit = max((_word(word, False, unbroken) for word in column.unit.split()), default=0.0)
    return max(longest, unit, min(width(column.unit) * 0.9, TITLE if unbroken == UNBROKEN else unbroken))


def _least(texts: Sequence[str], code: bool, unbroken: float, *, bold: bool) -> float:
    """So wide that no word of ordinary length is broken, and longer ones only after their punctuation."""
    words = {word for text in texts for word in text.split()}
    return max((_word(word, code, unbroken) for word in words), default=0.0) * (BOLD if bold else 1)


def _word(word: str, code: bool, unbroken: float) -> float:
    """The room a word needs: all of it, or that of its parts."""
    size = width(word, code=code)
    if not code and unbroken < size and hyphenates(word):
        return unbroken
    if code or size > UNBROKEN:
        size = max(width(part, code=code) for part in pieces(word))
    return min(size, UNBROKEN)
