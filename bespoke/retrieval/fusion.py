"""Several rankings into one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

Named = TypeVar("Named")

CONSTANT = 60  # Cormack, Clarke and Büttcher 2009: damps the first ranks; insensitive around this value


def fused(rankings: Sequence[Sequence[Named]]) -> list[Named]:
    """Reciprocal rank fusion: a code scores the sum of 1 / (60 + rank) over the rankings that hold it.

    Needs no comparable scores. Equal sums stay in the order of the first ranking that names the code.
    """
    scores: dict[Named, float] = defaultdict(float)
    for ranking in rankings:
        for rank, code in enumerate(ranking, start=1):
            scores[code] += 1 / (CONSTANT + rank)
    return sorted(scores, key=lambda code: -scores[code])
