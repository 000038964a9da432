"""Which cases could go without a person: the accepted share among the surest ones (Geifman and El-Yaniv 2017)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bespoke.evaluation.answers import Answer, SystemRun
from bespoke.evaluation.result import Covered, Review
from bespoke.statistics.clusters import Clusters, Measure

_STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_FEWEST = 20  # cases of a point of the curve

Same = Callable[[Any, Any], bool]


def review(
    shown: SystemRun,
    others: Sequence[SystemRun],
    accepted: Sequence[bool | None],
    same: Same,
    groups: Sequence[str],
) -> Review | None:
    """By the system's own confidence, else how far its runs agree, else whether other recorded systems agree."""
    signal: Any = "confidence"
    sure = [answer.confidence for answer in shown.runs[0]]
    if any(value is None for value in sure):
        if len(shown.runs) > 1:
            signal, sure = "runs", _agreeing(shown, shown.runs[1:], same)
        elif others:
            signal, sure = "systems", _agreeing(shown, [other.runs[0] for other in others], same)
        else:
            return None
    values = np.array([-1.0 if v is None else v for v in sure])
    judged = np.array([ok is not None for ok in accepted])
    points: list[Covered] = []
    for share in _STEPS:
        least = np.quantile(values[judged], 1 - share) if judged.any() else 0.0
        inside = judged & (values >= least)
        count = int(inside.sum())
        if count < _FEWEST or (points and points[-1].cases == count):
            continue
        right = Measure.share([ok if i else None for ok, i in zip(accepted, inside, strict=True)])
        interval = Clusters(groups, flips=1).interval(right)
        points.append(Covered(share=count / int(judged.sum()), cases=count, accepted=interval))
    return Review(system=shown.name, signal=signal, points=tuple(points)) if len(points) > 1 else None


def _agreeing(shown: SystemRun, others: Sequence[Sequence[Answer]], same: Same) -> list[float | None]:
    """Of each answer the share of the others' that say the same."""

    def agrees(first: object, second: object) -> bool:
        return first is not None and second is not None and same(first, second)

    return [
        sum(agrees(a.value, other[i].value) for other in others) / len(others)
        for i, a in enumerate(shown.runs[0])
    ]
