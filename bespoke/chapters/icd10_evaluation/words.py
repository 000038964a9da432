"""Texts as rows of a sparse word matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def word_matrix(texts: Iterable[tuple[str, ...]], vocabulary: dict[str, int], *, grow: bool) -> Any:
    """Counts, texts x words. With `grow` new words join the vocabulary, otherwise they are left out."""
    columns: list[int] = []
    ends = [0]
    for words in texts:
        if grow:
            columns.extend(vocabulary.setdefault(word, len(vocabulary)) for word in words)
        else:
            columns.extend(vocabulary[word] for word in words if word in vocabulary)
        ends.append(len(columns))
    return counted(columns, ends, len(vocabulary))


def counted(columns: Sequence[int], ends: Sequence[int], width: int) -> Any:
    """Counts, texts x words, from the column of every word; text `i` has those from `ends[i]` to `ends[i + 1]`."""
    matrix = csr_array(
        (np.ones(len(columns)), np.array(columns, dtype=np.int32), np.array(ends)),
        shape=(len(ends) - 1, width),
    )
    matrix.sum_duplicates()
    return matrix


def document_frequency(matrix: Any) -> NDArray[np.float64]:
    """In how many texts each word occurs."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(float)
