"""Texts as rows of a sparse word matrix: how often each says a word, and TF-IDF with every row at length one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def word_matrix(texts: Iterable[tuple[str, ...]], vocabulary: dict[str, int], *, grow: bool = False) -> Any:
    """Counts, texts x words. With `grow` new words join the vocabulary, otherwise they are left out."""
    from scipy.sparse import csr_array  # half a second, for whoever only knows the scorers

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


def words_and_pairs(text: str) -> tuple[str, ...]:
    """Words as they stand between spaces, in lower case, and every two neighbours."""
    words = text.lower().split()
    return (*words, *(f"{a} {b}" for a, b in pairwise(words)))


def counted(texts: Sequence[str]) -> tuple[dict[str, int], Any]:
    """The words and pairs of the texts by place, in their order, and how often each text says them."""
    words = [words_and_pairs(text) for text in texts]
    vocabulary = {word: i for i, word in enumerate(sorted(set().union(*words)))}
    return vocabulary, word_matrix(words, vocabulary)


@lru_cache(maxsize=16_384)
def tally(words: tuple[str, ...]) -> Counter[str]:
    """How often each word is said; the same texts are learnt from many times."""
    return Counter(words)


def document_frequency(counts: Any) -> Array:
    """In how many texts each word occurs."""
    return np.bincount(counts.indices, minlength=counts.shape[1]).astype(float)


def rarity(counts: Any) -> Array:
    """The weight of each word: log((1 + texts) / (1 + texts that have it)) + 1."""
    return np.asarray(np.log((1 + counts.shape[0]) / (1 + document_frequency(counts))) + 1)


def weighed(counts: Any, rarity: Array) -> Any:
    """Dampened counts times rarity, every text at length one."""
    rows = counts.copy()
    rows.data = (1 + np.log(rows.data)) * rarity[rows.indices]
    length = np.sqrt(rows.multiply(rows).sum(axis=1))
    rows.data /= np.repeat(np.where(length > 0, length, 1.0), np.diff(rows.indptr))
    return rows
