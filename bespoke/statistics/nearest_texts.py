"""Which texts are closest to another, by the rare words and pairs of words they share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bespoke.statistics.tf_idf import counted, rarity, weighed, word_matrix, words_and_pairs

Neighbour = tuple[int, float]  # place of a text; cosine of its TF-IDF row with that of the one asked for

_BLOCK = 4_000_000  # cosines held at a time


def nearest(asked: Sequence[str], texts: Sequence[str], most: int) -> list[list[Neighbour]]:
    """For each text asked the `most` closest of `texts`, the closest first; of equally close ones the earlier.

    Words that `texts` never say count for nothing. None are found where there are no `texts`.
    """
    if not texts:
        return [[] for _ in asked]
    vocabulary, counts = counted(texts)
    weights = rarity(counts)
    rows = weighed(word_matrix(map(words_and_pairs, asked), vocabulary), weights)
    columns = weighed(counts, weights).T
    step = max(1, _BLOCK // len(texts))
    blocks = (rows[start : start + step] @ columns for start in range(0, len(asked), step))
    return [_closest(cosines, most) for block in blocks for cosines in block.toarray()]


def _closest(cosines: NDArray[np.float64], most: int) -> list[Neighbour]:
    least = np.partition(cosines, -most)[-most] if most < len(cosines) else -np.inf
    places = np.flatnonzero(cosines >= least)
    best = places[np.argsort(-cosines[places], kind="stable")[:most]]
    return [*zip(best.tolist(), cosines[best].tolist(), strict=True)]
