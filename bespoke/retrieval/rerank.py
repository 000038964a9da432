"""Puts fused candidates in a better order, by what made them candidates; learns from training notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import log1p

import numpy as np
from numpy.typing import NDArray

from bespoke.chapters.icd10_evaluation.decision import gold_codes
from bespoke.clients.schema import Note
from bespoke.retrieval.stages import Nominated
from bespoke.statistics.logistic import Logistic, fit_logistic

LEAST_NOTES = 30  # fewer training notes cannot weigh a dozen features
MOST_NOTES = 200  # more would not move the weights, and each has to be looked up


class Reranker:
    """A logistic model of "this candidate is in the gold", or the fused order where it could not learn.

    Features: reciprocal rank and score of each stage, agreement of words in both directions, the section and
    the polarity of the best mention, how many pieces nominated the code, and how often training notes carry
    the code and its category (their own note left out).
    """

    def __init__(self) -> None:
        self._carried: Counter[str] = Counter()
        self._prior: dict[str, float] = {}
        self._model: Logistic | None = None

    @property
    def learnt(self) -> bool:
        return self._model is not None

    def learn(self, train: Sequence[Note], nominate: Callable[[Sequence[Note]], list[Nominated]]) -> None:
        """Fits the weights; with too few notes, or none whose gold was nominated, the fused order stays."""
        for note in train:
            codes = gold_codes(note)
            self._carried.update({*codes, *(code[:3] for code in codes)})
        self._prior = {name: log1p(count) for name, count in self._carried.items()}
        if len(train) < LEAST_NOTES:
            return
        shown = train[:: -(-len(train) // MOST_NOTES)]
        rows, right = [], []
        for note, known in zip(shown, nominate(shown), strict=True):
            codes = gold_codes(note)
            if known.order:
                rows.append(self._features(known, codes))
                right.append(np.array([code in codes for code in known.order]))
        if not rows:
            return
        outcomes = np.concatenate(right)
        if outcomes.any() and not outcomes.all():
            self._model = fit_logistic(np.concatenate(rows), outcomes)

    def order(self, known: Nominated) -> list[str]:
        """All candidates of a note, the most credible first."""
        if self._model is None or not known.order:
            return known.order
        credible = self._model.score(self._features(known, frozenset()))
        return [known.order[i] for i in np.argsort(-credible, kind="stable").tolist()]

    def _features(self, known: Nominated, own: frozenset[str]) -> NDArray[np.float64]:
        """One row per candidate in fused order. `own` are the gold codes of the note itself, where it is a
        training note."""
        held_out = {name: log1p(self._carried[name] - 1) for name in {*own, *(code[:3] for code in own)}}
        prior = self._prior | held_out
        columns = [
            [prior.get(code, 0.0) for code in known.order],
            [prior.get(code[:3], 0.0) for code in known.order],
            [*map(len, known.order)],
        ]
        return np.column_stack([known.evidence, *(np.array(column, dtype=float) for column in columns)])
