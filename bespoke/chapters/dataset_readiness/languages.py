"""Which languages the answers are in, and the rows that are in another than most."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

MOST = 5_000  # answers looked at: a mixture shows in so many
FEWEST_LETTERS = 60  # of a shorter text the language is a guess
EXCERPT = 300  # characters looked at
SURE = 0.9  # confidence from which on a language is counted
_LETTERS = re.compile(r"[^\W\d_]")
_DATA = re.compile(r"\s*(?:[{\[]|```|<\w)")  # JSON, code and markup are in no language


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()


def language_of(text: str) -> str:
    """The English name of a text's language; "" where the text is short, is data, or leaves a doubt."""
    excerpt = text[:EXCERPT]
    if _DATA.match(excerpt) or len(_LETTERS.findall(excerpt)) < FEWEST_LETTERS:
        return ""
    values = _detector().compute_language_confidence_values(excerpt)
    return str(values[0].language.name.capitalize()) if values and values[0].value >= SURE else ""


@dataclass
class Languages:
    """Counts the languages of answers, and remembers where each was met."""

    places: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    looked_at: int = 0

    def add(self, file: str, line: int, answer: str) -> None:
        if self.looked_at >= MOST:
            return
        self.looked_at += 1
        language = language_of(answer)
        if language:
            self.places.setdefault(language, []).append((file, line))

    @property
    def main(self) -> str:
        """The language of most answers; "" where none was told."""
        return max(self.places, key=lambda name: len(self.places[name]), default="")

    def strangers(self) -> list[tuple[str, int, str]]:
        """File, line and language of each row that is in another language than most."""
        return sorted(
            (file, line, language)
            for language, places in self.places.items()
            if language != self.main
            for file, line in places
        )
