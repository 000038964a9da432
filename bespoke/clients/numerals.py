"""Whether the numbers of a table have decimal points or commas: the whole file decides, never a single cell.

A single separator before exactly three digits (`180.000`, `1,500`) can mean two numbers and proves nothing. Where
the rest of the file settles the mark it is read so, with a warning; where nothing does, it is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bespoke.clients.scalars import InvalidValue
from bespoke.clients.wording import quote

TWO_MEANINGS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_POINT = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,})", re.ASCII)
_COMMA = re.compile(r"[+-]?(\d+,\d*|,\d+|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,})", re.ASCII)
_GROUPS = "[ \u00a0\u2009\u202f'’]"
# as French and Spanish sheets have it
_SPACED = re.compile(rf"[+-]?\d{{1,3}}({_GROUPS}\d{{3}})+(,\d+)?", re.ASCII)


@dataclass(frozen=True)
class Numerals:
    """The decimal mark of a file, and whether its own cells, or its owner, settle it."""

    comma: bool = False
    settled: bool = False

    def plain(self, text: str, *, whole: bool = False) -> tuple[str, str]:
        """The number as digits and a decimal point, and a warning or nothing. Raises Unfit.

        What is no number in this file's way of writing comes back as it is, for its reader to refuse.
        """
        if TWO_MEANINGS.fullmatch(text):
            return self._decided(text, whole)
        if not self.comma:
            return text, ""
        if text.endswith("%"):  # refused all the same, with the share to write
            plain, warning = self.plain(text[:-1].strip())
            return f"{plain}%", warning
        text = re.sub(_GROUPS, "", text) if _SPACED.fullmatch(text) else text
        if _COMMA.fullmatch(text):
            return text.replace(".", "").replace(",", "."), ""
        if _POINT.fullmatch(text):
            write = text.replace(",", "").replace(".", ",")
            raise InvalidValue(
                f"{quote(text)} has a decimal point, other cells a decimal comma; write {write}"
            )
        return text, ""

    def _decided(self, text: str, whole: bool) -> tuple[str, str]:
        comma = "," in text
        many, few = re.sub(r"[.,]", "", text), unmistakable(text)
        if not self.settled or (whole and comma == self.comma):
            raise InvalidValue(f"{quote(text)} may be {many} or {few}; write the one that is meant")
        if comma and not self.comma:
            return text, ""  # a thousands separator, which is refused with the number to write
        read = text.replace(",", ".") if comma == self.comma else many
        meant = few if comma == self.comma else many
        mark = "comma" if self.comma else "point"
        other = many if meant == few else few
        return read, (
            f"{quote(text)} is read as {meant}, since the decimals of this file have a {mark};"
            f" write {other} if that is meant"
        )


def unmistakable(text: str) -> str:
    """The small meaning, written so that it cannot be taken for thousands: 1.5, 180, 2.1250."""
    number = Decimal(text.replace(",", ".")).normalize()
    shown = f"{number:f}"
    return f"{shown}0" if re.search(r"\.\d{3}$", shown) else shown


def numerals(texts: Iterable[str]) -> Numerals:
    """The way of writing that the number cells of a file prove; the more frequent one where they differ."""
    points = commas = 0
    for text in texts:
        if TWO_MEANINGS.fullmatch(text):
            continue
        points += bool(_POINT.fullmatch(text))
        commas += bool(_COMMA.fullmatch(text))
    return Numerals(comma=commas > points, settled=(points == 0) != (commas == 0))
