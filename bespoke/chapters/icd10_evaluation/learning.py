"""How the learning rungs grow with training notes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bespoke.chapters.icd10_evaluation.answers import Ran, decided
from bespoke.chapters.icd10_evaluation.decision import group_of
from bespoke.chapters.icd10_evaluation.result import LearningCurve, LearningPoint
from bespoke.chapters.icd10_evaluation.scores import Counts, Sets, count
from bespoke.clients.schema import Note

_SIZES = (25, 50, 100, 200, 400, 800, 1600, 3200)
_DRAWS = 3
_WORTH_A_CURVE = 0.8  # a size this close below the full set shows nothing new


def learning_curves(
    ladder: Sequence[Ran], train: Sequence[Note], notes: Sequence[Note], gold: Sets, seed: int
) -> tuple[LearningCurve, ...]:
    """Micro-F1 on the evaluation notes by number of training notes, three random draws per size.

    Draws keep groups together and grow from one another. The decision rule stays the one chosen on all
    training notes, so small sizes look slightly better than they would alone.
    """
    sizes = [size for size in _SIZES if size < _WORTH_A_CURVE * len(train)]
    orders = [_order(train, seed + draw) for draw in range(_DRAWS)]
    curves = []
    for ran in ladder:
        if ran.fit is None or ran.decision is None:
            continue
        fit, decision = ran.fit, ran.decision
        points = [
            _point(
                [_micro(count(gold, decided(fit(order[:size]), decision, notes))) for order in orders], size
            )
            for size in sizes
        ]
        whole = count(gold, [answer.code_set for answer in ran.answers])
        curves.append(LearningCurve(system=ran.name, points=(*points, _point([_micro(whole)], len(train)))))
    return tuple(curves)


def _order(train: Sequence[Note], seed: int) -> list[Note]:
    groups = sorted({group_of(note) for note in train})
    rank = dict(zip(groups, np.random.default_rng(seed).permutation(len(groups)).tolist(), strict=True))
    return sorted(train, key=lambda note: rank[group_of(note)])


def _micro(counts: Counts) -> float:
    ratio = counts.f1
    total = float(np.sum(ratio.denominator))
    return float(np.sum(ratio.numerator)) / total if total else 0.0


def _point(scores: Sequence[float], size: int) -> LearningPoint:
    return LearningPoint(notes=size, micro_f1=float(np.mean(scores)), low=min(scores), high=max(scores))
