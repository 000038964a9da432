"""The one way by which free text of a client comes into a result: identifiers masked, and counted by file.

What a result does not hold, no saved file, notebook, page or table of it can print. The rules run on what is quoted
and on nothing else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bespoke.chapters.dataset_readiness.identifiers import masked, quoted


@dataclass(frozen=True)
class Quoting:
    """One chapter's quotations. `country` is the engagement's: whose forms of numbers need no label."""

    country: str
    counts: Counter[str] = field(
        default_factory=Counter
    )  # file -> identifiers masked in what is quoted of it

    def text(self, text: str, file: str) -> str:
        """A whole text of a file."""
        shown, count = masked(text, self.country)
        self._count(file, count)
        return shown

    def texts(self, texts: tuple[str, ...], file: str) -> tuple[str, ...]:
        return tuple(self.text(text, file) for text in texts)

    def part(self, text: str, begin: int, end: int, file: str) -> tuple[str, int]:
        """A part of a text, and where in the text it ends: behind an identifier that stands across `end`."""
        shown, count, stop = quoted(text, begin, end, self.country)
        self._count(file, count)
        return shown, stop

    def _count(self, file: str, count: int) -> None:
        if count:
            self.counts[file] += count

    def masked(self) -> dict[str, int]:
        return dict(sorted(self.counts.items()))
