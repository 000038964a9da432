"""What wrong expected answers would do to the order of two systems."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bespoke.evaluation.result import LabelNoise
from bespoke.statistics.clusters import Measure

SHARES = (0.02, 0.05, 0.1)  # of the cases
_DRAWS = 2_000
_BLOCK = 200


def label_noise(
    first: Measure, second: Measure, seed: int, shares: Sequence[float] = SHARES
) -> tuple[LabelNoise, ...]:
    """How often `first` stays where it is against `second` when a share of the expected answers, drawn at random, is
    wrong; nothing for two equal scores.

    On a case whose expected answer is wrong the two systems change places: what agreed with it was wrong, and the other
    one is taken to be right. That is the worst a wrong answer can do to the difference, so the shares are lower bounds;
    cases on which both say the same change nothing.
    """
    swing = second.columns - first.columns
    a, b = first.columns.sum(0), second.columns.sum(0)
    seen = float(first.combine(a) - first.combine(b))
    if np.isnan(seen) or seen == 0.0:
        return ()
    random = np.random.default_rng(seed)
    found = []
    for share in shares:
        kept = 0
        for _ in range(_DRAWS // _BLOCK):
            moved = (random.random((_BLOCK, len(swing))) < share).astype(float) @ swing
            apart = first.combine(a + moved) - first.combine(b - moved)
            kept += int((np.sign(apart) == np.sign(seen)).sum())
        found.append(LabelNoise(share=share, same_order=kept / _DRAWS))
    return tuple(found)
