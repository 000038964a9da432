"""Drawings made safe to typeset: each character that no face draws a box, each family one of the bundled."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from functools import lru_cache
from html import escape, unescape

from bespoke.report.glyphs import drawable
from bespoke.show import fonts

SERIF, SANS, MONO, OTHER = "Source Serif Pro", "Source Sans Pro", "DejaVu Sans Mono", "DejaVu Sans"
_STYLES = re.compile(r"(<style.*?</style>)", re.DOTALL)
_TEXT = re.compile(r">([^<>]+)<")
_ATTRIBUTE = re.compile(r"(font-family\s*=\s*)(\"([^\"]*)\"|'([^']*)')")
_STYLE = re.compile(r"(font-family\s*:\s*)((?:[^;\"'{}<>&]|'[^']*'|&quot;|&#39;|&apos;)+)")
_SHORT = re.compile(
    r"(\bfont\s*:[^;\"{}<>]*?\b[\d.]+(?:px|pt|em|rem|%)(?:/[\d.]+\w*)?\s+)((?:[^;\"{}<>&]|&quot;)+)"
)
_SERIFS = ("times", "georgia", "roman", "garamond", "cambria", "palatino", "book", "cmr", "libertin")
_MONOS = ("mono", "courier", "consolas", "menlo", "monaco", "typewriter")


def typesettable(svg: str, covered: Container[int], known: Sequence[str] = ()) -> str:
    """The drawing's text in faces that the typesetter has; `known` are further families it may name."""
    if "<text" not in svg and ":text" not in svg:
        return svg
    further = known[0] if known else OTHER
    svg = "".join(
        part
        if part.startswith("<style")
        else _TEXT.sub(lambda found: f">{_drawable(found[1], covered, further)}<", part)
        for part in _STYLES.split(svg)
    )
    families = (SERIF, SANS, MONO, OTHER, *known)
    svg = _ATTRIBUTE.sub(lambda found: f'{found[1]}"{_family(found[3] or found[4] or "", families)}"', svg)
    svg = _STYLE.sub(lambda found: f"{found[1]}{_family(found[2], families)}", svg)
    svg = _SHORT.sub(lambda found: f"{found[1]}{_family(found[2], families)}", svg)
    if "font-family" not in svg.partition(">")[0]:
        svg = re.sub(r"<((?:\w+:)?svg)\b", rf'<\1 font-family="{SANS}"', svg, count=1)
    return svg


def _drawable(text: str, covered: Container[int], further: str) -> str:
    """The text; one with a character that the bundled faces lack as a whole in a face that has it.

    The typesetter shapes a line of a drawing in one face, and picks one by itself where a character is missing.
    """
    if text.isascii() and "&#" not in text:
        return text
    shown = drawable(unescape(text), covered)
    words = escape(shown, quote=False)
    return words if all(map(_bundled, shown)) else f'<tspan font-family="{further}">{words}</tspan>'


def _bundled(character: str) -> bool:
    return character.isascii() or ord(character) in _code_points()


@lru_cache(maxsize=1)
def _code_points() -> frozenset[int]:
    """What the data face draws; the text face draws as much."""
    return fonts.drawn_by(fonts.data_face())


def _family(asked: str, families: Sequence[str]) -> str:
    """The first family asked for that there is, else the one most like it."""
    names = [name.strip().strip("'\"") for name in unescape(asked).split(",")]
    there = {family.lower(): family for family in families}
    for name in names:
        if name.lower() in there:
            return there[name.lower()]
    first = " ".join(names).lower()
    if any(mark in first for mark in _MONOS):
        return MONO
    serif = "serif" in first.replace("sans-serif", "").replace("sans serif", "")
    return SERIF if serif or any(mark in first for mark in _SERIFS) else SANS
