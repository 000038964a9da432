"""The descriptions of all billable codes as an index: which of them share the rarest words with a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from bespoke.chapters.icd10_evaluation.decision import Ranked
from bespoke.chapters.icd10_evaluation.word_counts import word_counts
from bespoke.facts.icd10 import CodeSet
from bespoke.statistics.tf_idf import document_frequency

_K1, _B = 1.2, 0.75  # BM25's customary constants (Robertson and Zaragoza 2009)
_COMMON = 2000  # words in more descriptions than this order candidates but do not nominate them
_BLOCK = 256  # sentences compared with all codes at once
_REMEMBERED = 30_000  # sentences whose candidates are kept: 320 bytes each
NOMINATED = 40  # candidates a sentence nominates

_NOTHING = np.uint64(2**64 - 1)  # what _keys gives for a score of 0 and code number -1
_CODE = np.uint64(32)  # bits


class Descriptions:
    """BM25 over descriptions and inclusion terms; code numbers are places in `names`, which are in order."""

    def __init__(self, codes: CodeSet) -> None:
        self.ranked: dict[str, Ranked] = {}  # by text: the ladder and the search for candidates ask alike
        self.names = [*codes.billable_texts]
        self.vocabulary, counts, self.described = word_counts(codes)
        frequency = document_frequency(counts)
        self.weights = _bm25(counts, frequency)  # codes x words
        rare = diags_array((frequency <= _COMMON).astype(np.float32))
        self.nominating = (self.weights @ rare).T.tocsr()  # words x codes
        self.nominating.eliminate_zeros()
        self._words_in_order = [*self.vocabulary]
        self._word_sets: dict[int, frozenset[str]] = {}
        self._row: dict[frozenset[int | None], int] = {}  # words asked for -> their row of keys
        self._keys = np.empty((0, NOMINATED), dtype=np.uint64)

    def nominate(
        self, sentences: Sequence[Sequence[str]], count: int = NOMINATED
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Numbers and scores of every sentence's best codes, sentences x `count`, the best first.

        Its rarer words nominate, all its words score; the lower code goes first where scores tie. A sentence
        with fewer candidates has code -1 and score 0 in the places left over.
        """
        column = self.vocabulary.get
        asked = [frozenset(map(column, words)) for words in sentences]  # the same words are asked once
        new = [words for words in dict.fromkeys(asked) if words not in self._row]
        if len(self._row) + len(new) > _REMEMBERED:
            self._row, self._keys, new = {}, self._keys[:0], [*dict.fromkeys(asked)]
        self._row.update(zip(new, range(len(self._row), len(self._row) + len(new)), strict=True))
        rows = _ones(new, len(self.vocabulary))
        blocks = [self._best(rows[start : start + _BLOCK]) for start in range(0, len(new), _BLOCK)]
        self._keys = np.concatenate([self._keys, *blocks])
        keys = self._keys[[self._row[words] for words in asked], :count]
        return keys.astype(np.uint32).view(np.int32), (~(keys >> _CODE).astype(np.uint32)).view(np.float32)

    def shared(self, sentences: Sequence[Sequence[str]], row: object, code: object) -> NDArray[np.float64]:
        """How many different words of sentence `row[i]` stand in the description of `code[i]`."""
        column = self.vocabulary.get
        asked = _ones((frozenset(map(column, words)) for words in sentences), len(self.vocabulary))
        return np.asarray((asked[row] * self.described[code]).sum(axis=1), dtype=float)

    def words_of(self, code: int) -> frozenset[str]:
        """The different words of one description."""
        if code not in self._word_sets:
            start, end = self.described.indptr[code : code + 2]
            held = map(self._words_in_order.__getitem__, self.described.indices[start:end].tolist())
            self._word_sets[code] = frozenset(held)
        return self._word_sets[code]

    def _best(self, asked: Any) -> NDArray[np.uint64]:
        """The keys of the nominated, sentences x NOMINATED, in order."""
        found = asked @ self.nominating
        keys = _keys(found.data, found.indices)
        best = np.full((asked.shape[0], NOMINATED), _NOTHING)
        for row, (start, end) in enumerate(pairwise(found.indptr.tolist())):
            here = keys[start:end]
            if len(here) > NOMINATED:
                here.partition(NOMINATED)
            best[row, : len(here)] = here[:NOMINATED]
        there = best != _NOTHING
        code = best[there].astype(np.uint32)
        score = (asked[np.nonzero(there)[0]] * self.weights[code]).sum(axis=1)
        best[there] = _keys(score, code)
        best.sort(axis=1)
        return best


@lru_cache(maxsize=2)
def descriptions(codes: CodeSet) -> Descriptions:
    """The index of a release, made once per process."""
    return Descriptions(codes)


def _ones(rows: Iterable[frozenset[int | None]], width: int) -> Any:
    """Sets of columns as rows of ones; a word without a column is no column."""
    columns: list[int] = []
    ends = [0]
    for row in rows:
        columns.extend(sorted(column for column in row if column is not None))
        ends.append(len(columns))
    return csr_array(
        (
            np.ones(len(columns), dtype=np.float32),
            np.array(columns, dtype=np.int32),
            np.array(ends, dtype=np.int32),
        ),
        shape=(len(ends) - 1, width),
    )


def _keys(scores: Any, codes: Any) -> NDArray[np.uint64]:
    """Numbers that ascend as scores descend, and as codes ascend among equals: positive floats order like bits."""
    high = (~scores.view(np.uint32)).astype(np.uint64) << _CODE
    return np.asarray(high | codes.astype(np.uint64))


def _bm25(counts: Any, frequency: Any) -> Any:
    total, length = counts.shape[0], counts.sum(axis=1)
    rarity = np.log1p((total - frequency + 0.5) / (frequency + 0.5))
    row = np.repeat(np.arange(total), np.diff(counts.indptr))
    shrink = _K1 * (1 - _B + _B * length[row] / length.mean())
    weights = counts.copy().astype(np.float32)
    weights.data = (rarity[counts.indices] * counts.data * (_K1 + 1) / (counts.data + shrink)).astype(
        np.float32
    )
    return weights
