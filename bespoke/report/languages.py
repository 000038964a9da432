"""Which language a passage is in, where it is another than the report's: readers aloud and hyphenation go by it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

FEWEST_WORDS, FEWEST_LETTERS = 4, 20  # of a shorter passage the language is a guess
EXCERPT = 300  # characters looked at
SURE = 0.85  # confidence from which on a passage counts as of another language than the report
LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl")  # that are told apart
_WORD = re.compile(r"(?<![^\s(\"'„“«])[^\W\d_]+(?:['’][^\W\d_]+)?(?=[\s.,;:!?)\"'”“»]|$)")


def language_of(text: str, usual: str) -> str:
    """The ISO 639-1 code of a passage's language; "" where it is the report's, short, or in doubt.

    All its words and the small ones by themselves must tell the same: names and terms are in no language.
    """
    if len(text) < FEWEST_LETTERS:
        return ""
    words = _WORD.findall(text[:EXCERPT])
    small = [word for word in words if word.islower()]
    if len(small) < FEWEST_WORDS or sum(map(len, small)) < FEWEST_LETTERS:
        return ""
    found = _found(" ".join(words).lower())
    doubtful = found in ("", usual) or found != _found(" ".join(small))
    return "" if doubtful or not _is(found, usual, " ".join(words).lower()) else found


@lru_cache(maxsize=1 << 13)  # the same passages come again in each volume and in the next report
def _found(words: str) -> str:
    """A first look, with models that are small and quick: names and terms mislead them."""
    best = _quick().compute_language_confidence_values(words)[0]
    return _code(best.language) if best.value >= SURE else ""


@lru_cache(maxsize=1 << 10)
def _is(found: str, usual: str, words: str) -> bool:
    """A second look at the few passages that seem to be in another language, with models of it and of the report's."""
    return bool(_code(_thorough(found, usual).detect_language_of(words)) == found)


@lru_cache(maxsize=1)
def _quick() -> Any:
    return _builder(LANGUAGES).with_low_accuracy_mode().build()


@lru_cache(maxsize=4)
def _thorough(found: str, usual: str) -> Any:
    return _builder((found, usual)).build()


def _builder(codes: Iterable[str]) -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_iso_codes_639_1(
        *(getattr(IsoCode639_1, code.upper()) for code in codes)
    )


def _code(language: Any) -> str:
    return "" if language is None else str(language.iso_code_639_1.name).lower()
