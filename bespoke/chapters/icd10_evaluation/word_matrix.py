"""Texts as rows of a sparse word matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def word_matrix(texts: Iterable[tuple[str, ...]], vocabulary: dict[str, int], *, grow: bool) -> Any:
    """Counts, texts x words. With `grow` new words join the vocabulary, otherwise they are left out."""
    columns: list[int] = []
    counts: list[int] = []
    ends = [0]
    for found in map(tally, texts):
        if grow:
            columns.extend([vocabulary.setdefault(word, len(vocabulary)) for word in found])
            counts.extend(found.values())
        else:
            known = [word for word in found if word in vocabulary]
            columns.extend([vocabulary[word] for word in known])
            counts.extend([found[word] for word in known])
        ends.append(len(columns))
    matrix = csr_array(
        (np.array(counts, dtype=float), np.array(columns, dtype=np.int32), np.array(ends, dtype=np.int32)),
        shape=(len(ends) - 1, len(vocabulary)),
    )
    matrix.sort_indices()
    return matrix


@lru_cache(maxsize=4096)
def tally(words: tuple[str, ...]) -> Counter[str]:
    """How often each word is said; the same notes are learnt from many times."""
    return Counter(words)


def document_frequency(matrix: Any) -> NDArray[np.float64]:
    """In how many texts each word occurs."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(float)
