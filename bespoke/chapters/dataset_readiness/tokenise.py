"""The words of a text in any script; where a script writes none apart, its characters."""

from __future__ import annotations

import re

# Thai, Lao, Myanmar, Khmer; kana, Han, Hangul (whose words carry their endings): compared by characters.
_DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0dff"  # vowel signs belong to the word
_IS_DENSE = re.compile(f"[{_DENSE}]")
_ASCII = re.compile(r"\w+")
_SPACED = re.compile(rf"[\w{_MARKS}]+")
_MIXED = re.compile(rf"[{_DENSE}]|(?:(?![{_DENSE}])[\w{_MARKS}])+")


def words(text: str) -> tuple[list[str], bool]:
    """Words in lower case, and whether most of them are single characters of a script without spaces."""
    lower = text.lower()
    if lower.isascii():
        return _ASCII.findall(lower), False
    if not _IS_DENSE.search(lower):
        return _SPACED.findall(lower), False
    found = _MIXED.findall(lower)
    return found, sum(map(bool, map(_IS_DENSE.match, found))) * 2 > len(found)
