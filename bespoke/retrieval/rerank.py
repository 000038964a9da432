"""Puts fused candidates in a better order, by what made them candidates; learns from training notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import log1p

import numpy as np
from numpy.typing import NDArray

from bespoke.chapters.icd10_evaluation.decision import gold_codes
from bespoke.chapters.icd10_evaluation.surface import Words, words_of
from bespoke.clients.schema import Note
from bespoke.facts.icd10 import CodeSet
from bespoke.retrieval.fusion import CONSTANT, fused
from bespoke.retrieval.stages import Nominated
from bespoke.statistics.logistic import Logistic, fit_logistic

LEAST_NOTES = 30  # fewer training notes cannot weigh a dozen features
MOST_NOTES = 200  # more would not move the weights, and each has to be looked up
_SECTIONS = ("assessment", "plan", "findings", "history")


@lru_cache(maxsize=200_000)
def _read(text: str) -> Words:
    """The words of a chunk or description: each is met once per candidate."""
    return words_of(text)


@lru_cache(maxsize=200_000)
def _distinct(text: str) -> frozenset[str]:
    return frozenset(_read(text).words)


class Reranker:
    """A logistic model of "this candidate is in the gold", or the fused order where it could not learn.

    Features: reciprocal rank and score of each stage, agreement of words in both directions, the section and
    the polarity of the best mention, how many pieces nominated the code, and how often training notes carry
    the code and its category (their own note left out).
    """

    def __init__(self, codes: CodeSet, stages: Sequence[str]) -> None:
        self.codes, self.stages = codes, tuple(stages)
        self._carried: Counter[str] = Counter()
        self._model: Logistic | None = None

    @property
    def learnt(self) -> bool:
        return self._model is not None

    def learn(self, train: Sequence[Note], nominate: Callable[[Sequence[Note]], list[Nominated]]) -> None:
        """Fits the weights; with too few notes, or none whose gold was nominated, the fused order stays."""
        for note in train:
            codes = gold_codes(note)
            self._carried.update({*codes, *(code[:3] for code in codes)})
        if len(train) < LEAST_NOTES:
            return
        shown = train[:: -(-len(train) // MOST_NOTES)]
        rows, right = [], []
        for note, known in zip(shown, nominate(shown), strict=True):
            codes = gold_codes(note)
            order = fused([*known.rankings.values()])
            if order:
                rows.append(self._features(known, order, codes))
                right.append(np.array([code in codes for code in order]))
        if not rows:
            return
        outcomes = np.concatenate(right)
        if outcomes.any() and not outcomes.all():
            self._model = fit_logistic(np.concatenate(rows), outcomes)

    def order(self, known: Nominated) -> list[str]:
        """All candidates of a note, the most credible first."""
        order = fused([*known.rankings.values()])
        if self._model is None or not order:
            return order
        credible = self._model.score(self._features(known, order, frozenset()))
        return [order[i] for i in np.argsort(-credible, kind="stable")]

    def _features(self, known: Nominated, order: Sequence[str], own: frozenset[str]) -> NDArray[np.float64]:
        """One row per candidate. `own` are the gold codes of the note itself, where it is a training note."""
        places = [{code: i for i, code in enumerate(known.rankings[stage], start=1)} for stage in self.stages]
        own_all = {*own, *(code[:3] for code in own)}
        return np.array(
            [
                [
                    *(1 / (CONSTANT + place[code]) if code in place else 0.0 for place in places),
                    *(known.codes[code].scores.get(stage, 0.0) for stage in self.stages),
                    *self._words(known, code),
                    *(self._section(known, code, section) for section in _SECTIONS),
                    log1p(known.codes[code].chunks),
                    self._prior(code, own_all),
                    self._prior(code[:3], own_all),
                    len(code),
                ]
                for code in order
            ],
            dtype=float,
        )

    def _words(self, known: Nominated, code: str) -> tuple[float, float, float]:
        """Share of the mention's words in the description, of the description's in the mention, and whether
        the mention is denied."""
        chunk, listed = known.codes[code].chunk, self.codes.codes.get(code)
        if chunk is None or listed is None:
            return 0.0, 0.0, 0.0
        said = _read(chunk.text)
        mention, description = _distinct(chunk.text), _distinct(listed.description)
        both = len(mention & description)
        at = next((i for i, word in enumerate(said.words) if word in description), 0)
        denied = bool(said.words) and said.context(at, at + 1) != "asserted"
        return both / max(1, len(mention)), both / max(1, len(description)), float(denied)

    def _section(self, known: Nominated, code: str, section: str) -> float:
        chunk = known.codes[code].chunk
        return float(chunk is not None and chunk.section == section)

    def _prior(self, name: str, own: set[str]) -> float:
        return log1p(self._carried[name] - (name in own))
