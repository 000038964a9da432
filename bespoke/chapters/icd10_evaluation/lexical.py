"""Lexical retrieval: the words of each sentence of a note against the descriptions of all billable codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any

import numpy as np
from scipy.sparse import csr_array, diags_array

from bespoke.chapters.icd10_evaluation.decision import DEPTH, Ranked
from bespoke.chapters.icd10_evaluation.surface import comparable, words_of
from bespoke.chapters.icd10_evaluation.words import counted, document_frequency, word_matrix
from bespoke.clients.schema import Note
from bespoke.facts.icd10 import CodeSet, code_set

_K1, _B = 1.2, 0.75  # BM25's customary constants (Robertson and Zaragoza 2009)
_COMMON = 2000  # words in more descriptions than this order candidates but do not nominate them
_NOMINATED = 40  # candidates a sentence nominates
_SENTENCE = re.compile(r"[.;:\n\r]+(?=\s|$)|[\n\r]+")
_SEPARATOR = re.compile(r"[^\w\n]|_")  # inside a line


class LexicalRetrieval:
    """BM25 over descriptions and inclusion terms. Learns nothing; a code scores its best sentence of the
    note.
    """

    def __init__(self, codes: CodeSet | None = None) -> None:
        self.index = _index(codes or code_set())

    def rank(self, notes: Sequence[Note]) -> list[Ranked]:
        known = self.index.ranked
        new = [text for text in dict.fromkeys(note.text for note in notes) if text not in known]
        known.update(zip(new, self._rank(new), strict=True))
        return [known[note.text] for note in notes]

    def _rank(self, texts: Sequence[str]) -> list[Ranked]:
        sentences = [(i, part) for i, text in enumerate(texts) for part in _sentences(text)]
        owner = np.array([i for i, _ in sentences], dtype=np.intp)
        sentence, code, score = self.index.nominate([words for _, words in sentences])
        return _best_per_note(len(texts), owner[sentence], code, score, self.index.names)


class _Index:
    def __init__(self, codes: CodeSet) -> None:
        self.ranked: dict[str, Ranked] = {}  # by text: the ladder and the search for candidates ask alike
        self.names = [code.code for code in codes.billable]
        self.vocabulary: dict[str, int] = {}
        columns = _Columns(self.vocabulary)
        lines = "\n".join(f"{code.description} {code.inclusion_terms}" for code in codes.billable)
        for separator in filter(_SEPARATOR.fullmatch, set(lines)):
            lines = lines.replace(separator, " ")
        texts = [line.split() for line in lines.split("\n")]
        found = list(map(columns.__getitem__, chain.from_iterable(texts)))
        counts = counted(found, list(accumulate(map(len, texts), initial=0)), len(self.vocabulary))
        frequency = document_frequency(counts)
        self.weights = _bm25(counts, frequency)  # codes x words
        rare = diags_array((frequency <= _COMMON).astype(np.float32))
        self.nominating = (self.weights @ rare).T.tocsr()  # words x codes
        self.nominating.eliminate_zeros()

    def nominate(self, sentences: Sequence[tuple[str, ...]]) -> tuple[Any, Any, Any]:
        """Sentence number, code number and BM25 score of every sentence's best codes, as three arrays."""
        asked = word_matrix(sentences, self.vocabulary, grow=False).astype(np.float32)
        asked.data[:] = 1
        found: list[tuple[int, Any]] = []
        for start in range(0, asked.shape[0], 256):
            block = csr_array(asked[start : start + 256] @ self.nominating)
            for row in range(block.shape[0]):
                here = slice(block.indptr[row], block.indptr[row + 1])
                found.append((start + row, _top(block.indices[here], block.data[here], _NOMINATED)))
        sentence = np.repeat([row for row, _ in found], [len(codes) for _, codes in found]).astype(np.intp)
        code = np.concatenate([codes for _, codes in found]) if found else np.zeros(0, dtype=np.intp)
        score = (asked[sentence] * self.weights[code]).sum(axis=1) if len(code) else np.zeros(0)
        return sentence, code, np.asarray(score, dtype=float)


@lru_cache(maxsize=2)
def _index(codes: CodeSet) -> _Index:
    return _Index(codes)


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


def _top(columns: Any, scores: Any, count: int) -> Any:
    """The columns of the highest scores; the lower column where scores tie at the edge."""
    if len(columns) <= count:
        return columns
    edge = np.partition(scores, -count)[-count]
    certain, tied = columns[scores > edge], np.sort(columns[scores == edge])
    return np.concatenate([certain, tied[: count - len(certain)]])


def _best_per_note(notes: int, owner: Any, code: Any, score: Any, names: list[str]) -> list[Ranked]:
    best: list[dict[int, float]] = [{} for _ in range(notes)]
    for note, column, value in zip(owner.tolist(), code.tolist(), score.tolist(), strict=True):
        if value > best[note].get(column, 0.0):
            best[note][column] = value
    ordered = (sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:DEPTH] for found in best)
    return [tuple((names[column], round(value, 6)) for column, value in found) for found in ordered]


def _sentences(text: str) -> list[tuple[str, ...]]:
    return [words for part in _SENTENCE.split(text) if (words := words_of(part).words)]


class _Columns(dict[str, int]):
    """Word as it is written -> its column; words that compare equal share one."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._vocabulary = vocabulary

    def __missing__(self, word: str) -> int:
        self[word] = self._vocabulary.setdefault(comparable(word), len(self._vocabulary))
        return self[word]
