"""How scores grow with training examples: rungs trained here on fewer notes, and tuned models on record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bespoke.chapters.icd10_evaluation import note_sample
from bespoke.chapters.icd10_evaluation.decision import group_of
from bespoke.chapters.icd10_evaluation.note_answers import RungRun, decided
from bespoke.chapters.icd10_evaluation.result import LearningCurve, LearningPoint
from bespoke.chapters.icd10_evaluation.scores import CodeCounts, Sets, count
from bespoke.clients.schema import Note

_SIZES = (25, 50, 100, 200, 400, 800, 1600, 3200)
_DRAWS = 3
_ONE_DRAW = 800  # training notes, and more, of which one draw is like the next
_WORTH_A_CURVE = 0.8  # a size this close below the full set shows nothing new


@dataclass(frozen=True)
class Measured:
    """One learner at growing sizes: for each size the counts of every draw of training examples.

    `groups` are those of the evaluation notes it was scored on.
    """

    name: str
    title: str
    tuned: bool
    sizes: tuple[int, ...]
    draws: tuple[tuple[CodeCounts, ...], ...]
    groups: tuple[str, ...]

    def curve(self) -> LearningCurve:
        points = (_point(map(_micro, counts), n) for n, counts in zip(self.sizes, self.draws, strict=True))
        return LearningCurve(
            system=self.name,
            title=self.title,
            tuned=self.tuned,
            scored=len(self.groups),
            points=tuple(points),
        )


def measured(
    ladder: Sequence[RungRun], train: Sequence[Note], notes: Sequence[Note], gold: Sets, seed: int
) -> tuple[Measured, ...]:
    """Counts by number of training notes, three random draws per size (one from 800 notes on), then tuned models.

    Draws keep groups together and grow from one another. The decision rule stays the one chosen on all
    training notes, so small sizes look slightly better than they would alone. Rungs trained here are scored on
    a random part of more than `note_sample.MOST` evaluation notes, tuned models, whose answers are on record, on all.
    """
    return (*_trained_here(ladder, train, notes, gold, seed), *_tuned(ladder, notes, gold))


def _trained_here(
    ladder: Sequence[RungRun], train: Sequence[Note], notes: Sequence[Note], gold: Sets, seed: int
) -> list[Measured]:
    places = note_sample.places(notes, seed)
    scored, wanted = [notes[i] for i in places], [gold[i] for i in places]
    groups = tuple(map(group_of, scored))
    sizes = [size for size in _SIZES if size < _WORTH_A_CURVE * len(train)]
    orders = [_order(train, seed + draw) for draw in range(_DRAWS)]
    found = []
    for ran in ladder:
        if ran.fit is None or ran.decision is None:
            continue
        fit, decision = ran.fit, ran.decision
        draws = [
            tuple(
                count(wanted, decided(fit(order[:size]), decision, scored))
                for order in orders[: 1 if size >= _ONE_DRAW else _DRAWS]
            )
            for size in sizes
        ]
        whole = (count(wanted, [ran.answers[i].code_set for i in places]),)
        found.append(Measured(ran.name, ran.title, False, (*sizes, len(train)), (*draws, whole), groups))
    return found


def _tuned(ladder: Sequence[RungRun], notes: Sequence[Note], gold: Sets) -> list[Measured]:
    """Models that were tuned from one base on different numbers of examples, on one curve."""
    families: dict[str, dict[int, list[CodeCounts]]] = {}
    for ran in ladder:
        if ran.trained_on is not None:
            family = families.setdefault(ran.trained_on.model, {})
            counts = count(gold, [answer.code_set for answer in ran.answers])
            family.setdefault(ran.trained_on.examples, []).append(counts)
    groups = tuple(map(group_of, notes))
    return [
        Measured(model, f"{model}, tuned", True, sizes, tuple(tuple(by_size[n]) for n in sizes), groups)
        for model, by_size in sorted(families.items())
        for sizes in [tuple(sorted(by_size))]
    ]


def _order(train: Sequence[Note], seed: int) -> list[Note]:
    groups = sorted({group_of(note) for note in train})
    rank = dict(zip(groups, np.random.default_rng(seed).permutation(len(groups)).tolist(), strict=True))
    return sorted(train, key=lambda note: rank[group_of(note)])


def _micro(counts: CodeCounts) -> float:
    right, total = counts.f1.columns.sum(0).tolist()
    return right / total if total else 0.0


def _point(found: Iterable[float], size: int) -> LearningPoint:
    scores = [*found]
    return LearningPoint(notes=size, micro_f1=float(np.mean(scores)), low=min(scores), high=max(scores))
