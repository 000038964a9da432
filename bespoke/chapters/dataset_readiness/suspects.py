"""Labels that the other rows speak against: cross-validated disagreement.

Method: Northcutt, Jiang and Chuang 2021, "Confident learning", in its simplest form: a classifier that has not seen
the row gives it another label, twice over different folds, and is right about most other rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bespoke.statistics.text_classifier import cross_predicted

MOST = 1_500  # rows compared: the cost grows with the square
EXCERPT = 1_000  # characters of a prompt
FEWEST, FEWEST_OF_LABEL, FOLDS = 40, 5, 5
RIGHT = 0.75  # of the rows must be given their own label, or the classifier knows too little to doubt any
SEEDS = (1, 2)


@dataclass
class Asked:
    """Prompts of the first rows that count labels, in that order."""

    texts: list[str] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)

    def add(self, file: str, line: int, prompt: str) -> None:
        if len(self.texts) < MOST:
            self.texts.append(prompt[:EXCERPT])
            self.places.append((file, line))

    def suspects(self, labels: list[str | None]) -> Iterator[tuple[str, int, str, str]]:
        """File, line, label and the label that the others suggest. `labels` are those of all counted rows in order."""
        counts = Counter(label for label in labels[: len(self.texts)] if label is not None)
        common = {label for label, count in counts.items() if count >= FEWEST_OF_LABEL}
        rows = [n for n, label in enumerate(labels[: len(self.texts)]) if label in common]
        if len(common) < 2 or len(rows) < FEWEST:
            return
        texts, given = [self.texts[n] for n in rows], [labels[n] or "" for n in rows]
        rounds = [cross_predicted(texts, given, folds=FOLDS, seed=seed) for seed in SEEDS]
        right = sum(a == b for said in rounds for a, b in zip(said, given, strict=True))
        if right < RIGHT * len(rows) * len(SEEDS):
            return
        for row, label, said in zip(rows, given, zip(*rounds, strict=True), strict=True):
            if label not in said and len(set(said)) == 1:
                yield (*self.places[row], label, said[0])
