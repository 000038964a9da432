"""Which of a few classes a short text belongs to, learnt from labelled texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bespoke.statistics.ridge import ridge_slopes
from bespoke.statistics.tf_idf import counted, rarity, weighed, word_matrix, words_and_pairs

Array = NDArray[np.float64]

_RIDGE = 0.3  # strength of the penalty on unit-length rows


@dataclass(frozen=True)
class TextClassifier:
    """One regularised least-squares classifier per class on TF-IDF of words and pairs of words.

    Rifkin and Klautau 2004: as good one against the rest as other losses. The classes weigh the same, however rare.
    """

    classes: tuple[str, ...]
    vocabulary: dict[str, int]
    rarity: Array  # per word
    slopes: Array  # words x classes
    base: Array  # per class

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The class of each text; one without a known word gets the first."""
        return self.predict_with_confidence(texts)[0]

    def predict_with_confidence(self, texts: Sequence[str]) -> tuple[list[str], list[float]]:
        """The class of each text, and how far its score leads the next one's, from 0 to 1: an order, no probability."""
        rows = weighed(word_matrix(map(words_and_pairs, texts), self.vocabulary), self.rarity)
        scores = np.round(rows @ self.slopes + self.base, 9)
        ranked = np.sort(scores, axis=1)
        leads = ranked[:, -1] - (ranked[:, -2] if ranked.shape[1] > 1 else 0.0)
        chosen = [self.classes[i] for i in scores.argmax(axis=1)]
        return chosen, [round(float(lead), 4) for lead in np.clip(leads, 0.0, 1.0)]


def fit_text_classifier(texts: Sequence[str], given: Sequence[str]) -> TextClassifier:
    """Learn from at least one text of each class; all classes share one solve."""
    classes = tuple(sorted(set(given)))
    vocabulary, counts = counted(texts)
    rare = rarity(counts)
    target = np.array([[label == name for name in classes] for label in given], dtype=float)
    base = np.full(len(classes), 1 / len(classes))
    sizes = Counter(given)
    weights = np.array([len(given) / (len(classes) * sizes[label]) for label in given])
    slopes = ridge_slopes(weighed(counts, rare), target - base, _RIDGE / weights)
    return TextClassifier(classes, vocabulary, rare, slopes, base)


def cross_predicted(texts: Sequence[str], given: Sequence[str], *, folds: int, seed: int) -> list[str]:
    """The class of each text from a classifier that has not seen it: shuffled folds, each class spread over all."""
    fold = _dealt(given, folds, np.random.default_rng(seed))
    said = [""] * len(texts)
    for number in range(folds):
        seen = [i for i, at in enumerate(fold) if at != number]
        asked = [i for i, at in enumerate(fold) if at == number]
        model = fit_text_classifier([texts[i] for i in seen], [given[i] for i in seen])
        for i, label in zip(asked, model.predict([texts[i] for i in asked]), strict=True):
            said[i] = label
    return said


def _dealt(given: Sequence[str], folds: int, random: np.random.Generator) -> list[int]:
    """The fold of each text: a class after the other is shuffled and dealt, each going on where the last ended."""
    fold, at = [0] * len(given), 0
    for label in sorted(set(given)):
        for i in random.permutation([i for i, one in enumerate(given) if one == label]):
            fold[i], at = at % folds, at + 1
    return fold
