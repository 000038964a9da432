"""A linear classifier per code on the words of the note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bespoke.chapters.icd10_evaluation.comparable_words import words_of
from bespoke.chapters.icd10_evaluation.decision import DEPTH, Ranked, gold_codes
from bespoke.chapters.icd10_evaluation.word_matrix import document_frequency, word_matrix
from bespoke.clients.schema import Note

_RIDGE = 0.3  # strength of the penalty on unit-length rows


class LinearOneVsRest:
    """One regularised least-squares classifier per training code on TF-IDF of single words.

    All codes share one solve in the space of notes (Rifkin and Klautau 2004: as good as other one-vs-rest
    losses), so hundreds of codes cost no more than one. The tests hold it against scikit-learn's
    TfidfVectorizer and KernelRidge.
    """

    def __init__(self, train: Sequence[Note]) -> None:
        self.vocabulary: dict[str, int] = {}
        counts = word_matrix((words_of(note.text).words for note in train), self.vocabulary, grow=True)
        self.rarity = np.log((1 + len(train)) / (1 + document_frequency(counts))) + 1
        rows = self._weigh(counts)
        gold = [gold_codes(note) for note in train]
        self.codes = sorted(set().union(*gold))
        place = {code: j for j, code in enumerate(self.codes)}
        target = np.zeros((len(train), len(self.codes)))
        for row, codes in zip(target, gold, strict=True):
            row[[place[code] for code in codes]] = 1
        self.share = target.mean(axis=0)
        alike = (rows @ rows.T).toarray() + _RIDGE * np.eye(len(train))
        self.slopes = rows.T @ np.linalg.solve(alike, target - self.share)  # words x codes

    def rank(self, notes: Sequence[Note]) -> list[Ranked]:
        counts = word_matrix((words_of(note.text).words for note in notes), self.vocabulary, grow=False)
        scores = np.round(self._weigh(counts) @ self.slopes + self.share, 9)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
        best = np.take_along_axis(scores, order, axis=1).tolist()
        return [
            tuple(zip(map(self.codes.__getitem__, columns), row, strict=True))
            for columns, row in zip(order.tolist(), best, strict=True)
        ]

    def _weigh(self, counts: Any) -> Any:
        """Dampened counts times rarity, every note at length one."""
        rows = counts.copy()
        rows.data = (1 + np.log(rows.data)) * self.rarity[rows.indices]
        length = np.sqrt(rows.multiply(rows).sum(axis=1))
        rows.data /= np.repeat(np.where(length > 0, length, 1.0), np.diff(rows.indptr))
        return rows
