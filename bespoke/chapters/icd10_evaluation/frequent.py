"""The lowest rung: the codes that are common in the training notes, the same for every note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bespoke.chapters.icd10_evaluation.decision import DEPTH, Ranked, gold_codes
from bespoke.clients.schema import Note


class MostFrequent:
    """Ranks codes by the share of training notes that carry them; what a system must beat to have read the note."""

    def __init__(self, train: Sequence[Note]) -> None:
        counts = Counter(code for note in train for code in gold_codes(note))
        common = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:DEPTH]
        self.ranked: Ranked = tuple((code, count / len(train)) for code, count in common)

    def rank(self, notes: Sequence[Note]) -> list[Ranked]:
        return [self.ranked] * len(notes)
