"""Texts as they are compared: facts found in an answer, numbers found in a passage."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "twelve": "12", "fourteen": "14", "fifteen": "15", "twenty": "20", "thirty": "30",
    "forty-five": "45", "sixty": "60", "ninety": "90",
}  # fmt: skip


def plain(text: str) -> str:
    """Words and numbers alone, between single spaces; numbers up to twenty and the common tens as figures."""
    lowered = unicodedata.normalize("NFKC", text).casefold()
    lowered = re.sub(r"(?<=\d)[,'\u00a0](?=\d{3})", "", lowered)
    words = re.findall(r"[\w]+(?:[-.][\w]+)*%?", lowered)
    return f" {' '.join(_WORDS.get(word, word) for word in words)} "


def holds(text: str, fact: str) -> bool:
    """Whether the fact's words stand in the text in one piece; `a | b` names two ways of saying it."""
    said = plain(text)
    return any(plain(way) in said for way in fact.split("|"))


@lru_cache(maxsize=4096)  # whole documents are asked for again with every answer that cites them
def numbers(text: str) -> frozenset[str]:
    """The figures of a text, thousands without their separator, number words among them."""
    return frozenset(_NUMBER.findall(plain(text)))


def sentences(text: str) -> list[str]:
    return [part.strip() for line in text.split("\n") for part in _SENTENCE.split(line) if part.strip()]
