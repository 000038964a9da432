"""Text made safe to typeset: what no face draws becomes a visible box, long words get places to break.

PDF/A forbids characters without a glyph and a few code points altogether, so client text must be seen to
before Typst refuses it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container
from dataclasses import fields, is_dataclass

from bespoke.direction import straight
from bespoke.report.model import Formula
from bespoke.show.fonts import MISSING

BREAK = "\u200b"  # zero-width space: a place to break, and nothing to see

_JOINER = "\u200d"
# Soft hyphen, joiners and our own pairs of isolates shape the text around them; other format characters go, and of
# those that turn the direction only whole pairs are left when it comes to this (`straight`).
_SHAPING = frozenset("\u00ad\u200b\u200c\u200d\u2068\u2069")
_SPACES = " \u00a0\u2007\u2009\u202f"  # ordinary, no-break, figure, thin, narrow no-break
_JOINED = re.compile(f"{MISSING}(?:\u200d+{MISSING})+")
_MARK = r"[/\\_.,:;=&?{}\[\]()|@+\-#%]"
_AFTER = re.compile(f"(?<={_MARK})(?!{_MARK})")
# `:name`, `/path`, `.5` after a space: the typesetter keeps the mark with the word before it (UAX #14, LB13), as French
# has it where the mark stands alone.
_HELD = re.compile(r"(?<= )(?=[/.,:;?!}\])]+\w)")
_WORD = re.compile(r"\S+")
# A word that the typesetter can hyphenate: letters, a vowel among every few, and perhaps punctuation at its ends.
_VOWELS = "aeiouyäöüáéíóúàèìòùâêîôûåæø"
_ORDINARY = re.compile(
    r"[(“„«\"']*(?=[^\W\d_]{7,32}[)”“»\"'.,;:!?]*$)"
    rf"(?:[^\W\d_{_VOWELS}]{{0,5}}[{_VOWELS}])+[^\W\d_]{{0,5}}[)”“»\"'.,;:!?]*",
    re.IGNORECASE,
)


def drawable(text: str, covered: Container[int]) -> str:
    """The text with a box for each character that cannot be drawn; joined emoji give one box.

    Every string passes here on its way to Typst: none of its characters turns the text round it.
    """
    if text.isascii() and text.isprintable():
        return text
    return _JOINED.sub(MISSING, "".join(_drawable(c, covered) for c in straight(text)))


def undrawn(content: object, covered: Container[int]) -> list[str]:
    """The letters and signs anywhere in a document that stand as a box in its PDF."""
    return sorted(c for c in _characters(content) if not c.isascii() and _drawable(c, covered) == MISSING)


def _characters(content: object) -> set[str]:
    if isinstance(content, str):
        return set(content)
    if isinstance(content, list | tuple):
        return set().union(*map(_characters, content))
    if is_dataclass(content) and not isinstance(content, Formula):  # the maths face draws those
        return set().union(*(_characters(getattr(content, part.name)) for part in fields(content)))
    return set()


def _drawable(character: str, covered: Container[int]) -> str:
    category = unicodedata.category(character)
    if character in "\n\t" or character in _SHAPING:
        return character
    if category in ("Cc", "Co", "Cs", "Cn"):
        return MISSING
    if category == "Cf" or _varies(character):
        return ""
    if category in ("Zs", "Zl", "Zp"):
        return character if character in _SPACES else " "
    if 0x1F3FB <= ord(character) <= 0x1F3FF:  # skin tones stand after what they colour
        return ""
    return character if ord(character) in covered else MISSING


def _varies(character: str) -> bool:
    code = ord(character)
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


def hyphenates(word: str) -> bool:
    """Whether the typesetter finds places for a hyphen in the word: an ordinary one of some length."""
    return bool(_ORDINARY.fullmatch(word))


def loosened(text: str, limit: float, width: Callable[[str], float] = len, *, hyphens: bool = False) -> str:
    """The text with break places in words wider than the limit: after punctuation, else where it is full.

    With `hyphens` those words stay as they are that the typesetter will hyphenate.
    """
    if width(text) <= limit:
        return text
    words = _WORD.sub(
        lambda word: word[0] if hyphens and hyphenates(word[0]) else _loosened(word[0], limit, width), text
    )
    return _HELD.sub(BREAK, words)


def _loosened(word: str, limit: float, width: Callable[[str], float]) -> str:
    if width(word) <= limit:
        return word
    parts: list[str] = []
    for part in pieces(word):
        parts += [part] if width(part) <= limit else _chunks(part, limit, width)
    return BREAK.join(parts)


def pieces(word: str) -> list[str]:
    """A word cut after each run of punctuation marks."""
    return [part for part in _AFTER.split(word) if part]


def _chunks(part: str, limit: float, width: Callable[[str], float]) -> list[str]:
    """Pieces that fit; combining marks and joined letters stay with what they follow."""
    chunks, current, used = [], "", 0.0
    for character in part:
        size = width(character)
        attached = unicodedata.combining(character) or character == _JOINER or current.endswith(_JOINER)
        if current and used + size > limit and not attached:
            chunks.append(current)
            current, used = "", 0.0
        current += character
        used += size
    return [*chunks, current]


def right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs right to left (Unicode UAX #9, rules P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False
