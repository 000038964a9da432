"""Whether a note reads as another language than English, in which ICD-10-CM describes its codes."""

from __future__ import annotations

import re
from collections import Counter

# Words that make up a tenth and more of running text in their language and are rare in English.
_FREQUENT = {
    "Spanish": "el la los las del con por una que se y es fue paciente",
    "German": "der die und mit ist das wurde bei ein eine den von im nicht patient patientin",
    "French": "le les des et une dans est avec pour du au par patiente",
    "Portuguese": "o os as do da dos com em uma que foi ao não paciente",
    "Italian": "il di della con una che del sono è per dei paziente",
}
_ENGLISH = "the of and with for was to is on in at no he she has not denies her his a an by after from"
_OURS = frozenset(_ENGLISH.split())
_WORDS = {language: frozenset(words.split()) - _OURS for language, words in _FREQUENT.items()}
_WORD = re.compile(r"[^\W\d_]+")
_READ = 4_000  # characters: enough to tell
_LEAST = 4  # such words


def foreign_language(text: str) -> str | None:
    """The language a text reads as; None for English, and for notes too terse to tell.

    Counts each language's most frequent words: one other than English is named when there are at least four of
    its words and more than twice as many as English ones.
    """
    found = Counter(word.lower() for word in _WORD.findall(text[:_READ]))
    english = sum(found[word] for word in _OURS)
    counts = {language: sum(found[word] for word in words) for language, words in _WORDS.items()}
    likely = max(counts, key=lambda language: counts[language])
    return likely if counts[likely] >= _LEAST and counts[likely] > 2 * english else None
