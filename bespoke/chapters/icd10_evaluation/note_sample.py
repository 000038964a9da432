"""The evaluation notes that costly questions are asked on: all of them, or of many a random part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from bespoke.chapters.icd10_evaluation.decision import group_of
from bespoke.clients.schema import Note

MOST = 2000  # of independent notes a share near one half is then known within 2.2 points (1.96 * 0.5 / sqrt(2000))


def places(notes: Sequence[Note], seed: int, *, most: int = MOST) -> list[int]:
    """Places of at most `most` notes, ascending: groups are drawn at random and stay whole.

    One group of more than `most` notes stands alone when it is drawn first.
    """
    if len(notes) <= most:
        return [*range(len(notes))]
    sizes = Counter(map(group_of, notes))
    names = sorted(sizes)
    order = [names[i] for i in np.random.default_rng(seed).permutation(len(names))]
    reached = np.cumsum([sizes[name] for name in order])
    drawn = frozenset(order[: max(1, int((reached <= most).sum()))])
    return [i for i, note in enumerate(notes) if group_of(note) in drawn]
