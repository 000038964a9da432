"""A linear classifier per code on the words of the note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bespoke.chapters.icd10_evaluation.comparable_words import words_of
from bespoke.chapters.icd10_evaluation.decision import DEPTH, Ranked, gold_codes
from bespoke.clients.schema import Note
from bespoke.statistics.ridge import ridge_slopes
from bespoke.statistics.tf_idf import document_frequency, rarity, weighed, word_matrix

_RIDGE = 0.3  # strength of the penalty on unit-length rows
_LARGEST = 4096  # equations in one solve, which takes time with their cube


class LinearOneVsRest:
    """One regularised least-squares classifier per training code on TF-IDF of single words.

    All codes share one solve (Rifkin and Klautau 2004: as good as other one-vs-rest losses), so hundreds of codes
    cost no more than one. More than 4,096 notes learn from the 4,096 words that most of them hold, so that time grows
    with the notes and not with their cube. The tests hold it against scikit-learn's TfidfVectorizer and KernelRidge.
    """

    def __init__(self, train: Sequence[Note]) -> None:
        self.vocabulary, counts = _counted(train)
        self.rarity = rarity(counts)
        gold = [gold_codes(note) for note in train]
        self.codes = sorted(set().union(*gold))
        place = {code: j for j, code in enumerate(self.codes)}
        target = np.zeros((len(train), len(self.codes)))
        for row, codes in zip(target, gold, strict=True):
            row[[place[code] for code in codes]] = 1
        self.share = target.mean(axis=0)
        self.slopes = ridge_slopes(
            weighed(counts, self.rarity), target - self.share, np.full(len(train), _RIDGE)
        )

    def rank(self, notes: Sequence[Note]) -> list[Ranked]:
        counts = word_matrix((words_of(note.text).words for note in notes), self.vocabulary)
        scores = np.round(weighed(counts, self.rarity) @ self.slopes + self.share, 9)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
        best = np.take_along_axis(scores, order, axis=1).tolist()
        return [
            tuple(zip(map(self.codes.__getitem__, columns), row, strict=True))
            for columns, row in zip(order.tolist(), best, strict=True)
        ]


def _counted(train: Sequence[Note]) -> tuple[dict[str, int], Any]:
    """The words that count, with their columns, and how often each note says them."""
    vocabulary: dict[str, int] = {}
    counts = word_matrix((words_of(note.text).words for note in train), vocabulary, grow=True)
    if min(counts.shape) <= _LARGEST:
        return vocabulary, counts
    common = np.sort(np.argsort(-document_frequency(counts), kind="stable")[:_LARGEST])
    words = list(vocabulary)
    return {words[old]: new for new, old in enumerate(common.tolist())}, counts[:, common]
