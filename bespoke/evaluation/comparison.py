"""Which system is better, and whether these cases can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bespoke.evaluation.answers import SystemRun
from bespoke.evaluation.cases import Contrast
from bespoke.evaluation.result import Contrasted, Power, Verdict
from bespoke.statistics.clusters import Clusters, Measure, ScoreDifference, quantile_of_t
from bespoke.statistics.proportion import two_sided_z
from bespoke.statistics.score_interval import correlation

LEVEL = 0.05
POWER = 0.8


def pooled(measures: Sequence[Measure | None], ran: SystemRun) -> Measure | None:
    """The runs of one system as one measure: each case counts once, by the mean of the runs it was measured in.

    So the interval over cases holds what differs between runs of one prompt too (Miller 2024, section 3.2). A case
    that was measured in no run adds nothing.
    """
    if any(measure is None for measure in measures):
        return None
    known = np.array([[a.measured for a in run] for run in ran.runs])  # runs x cases
    times = known.sum(0)
    columns = sum(m.only(k).columns for m, k in zip(measures, known, strict=True) if m is not None)
    first = measures[0]
    assert first is not None
    scaled = np.divide(columns, times[:, None], out=np.zeros_like(first.columns), where=times[:, None] > 0)
    return Measure(scaled, first.combine)


def contrasts(
    ladder: Sequence[SystemRun],
    measures: Mapping[str, Measure],
    declared: Sequence[Contrast],
    best: str,
    clusters: Clusters,
) -> tuple[Contrasted, ...]:
    """The contrasts that task.yaml declares, then the best system against every other one.

    A pair is compared on the cases that both were measured on. The verdict allows for every pair of systems that
    could have been looked at, so that choosing the best of many is paid for.
    """
    wanted = [(c.first, c.second) for c in declared if c.first in measures and c.second in measures]
    others = [(best, r.name) for r in ladder if r.name != best and r.name in measures]
    seen = {frozenset(pair) for pair in wanted}
    pairs = [*wanted, *(pair for pair in others if frozenset(pair) not in seen)]
    names = [*measures]
    place = {name: i for i, name in enumerate(names)}
    known = {ran.name: _known(ran) for ran in ladder}
    every = [measures[name] for name in names]
    whole = {name: bool(known[name].all()) for name in names}
    entire = [(a, b) for a, b in pairs if whole[a] and whole[b]]
    together = clusters.differences(every, [(place[a], place[b]) for a, b in entire])
    shared = dict(zip(entire, together, strict=True))
    found = []
    for a, b in pairs:
        both = known[a] & known[b]
        difference = shared.get((a, b))
        if difference is None:
            limited = [measures[n].only(both) if n in (a, b) else measures[n] for n in names]
            (difference,) = clusters.differences(limited, [(place[a], place[b])])
        found.append(
            Contrasted(
                first=a,
                second=b,
                why="declared" if (a, b) in wanted else "best",
                cases=int((both & _judged(measures[a]) & _judged(measures[b])).sum()),
                interval=difference.interval,
                p=difference.p,
                p_any=difference.p_any,
                verdict=verdict(difference),
                to_turn=_to_turn(measures[a], measures[b], both),
            )
        )
    return tuple(found)


def verdict(difference: ScoreDifference) -> Verdict:
    """ "Better" needs an interval without zero, and a p that allows for every pair looked at."""
    if not difference.interval.excludes_zero or difference.p > LEVEL:
        return "not_separable"
    if difference.p_any > LEVEL:
        return "not_among_so_many"
    return "better" if difference.interval.estimate > 0 else "worse"


def power(
    found: Sequence[Contrasted],
    measures: Mapping[str, Measure],
    accepted: Mapping[str, Sequence[bool | None]],
    best: str,
    clusters: Clusters,
) -> Power | None:
    """From the standard error seen between the best system and the nearest one: how large a difference shows.

    It is a statement about this pair's spread, not a promise: another pair may disagree more often.
    """
    rivals = [c for c in found if best in (c.first, c.second)]
    if not rivals:
        return None
    nearest = min(rivals, key=lambda c: abs(c.interval.estimate))
    first, second = (clusters.estimate(measures[name]) for name in (nearest.first, nearest.second))
    r = correlation(first, second)
    error = float(np.sqrt(max(0.0, first.error**2 + second.error**2 - 2 * r * first.error * second.error)))
    if error == 0:
        return None
    found_often = two_sided_z(2 * POWER - 1)
    alone = (quantile_of_t(1 - LEVEL, clusters.clusters) + found_often) * error
    among_all = (clusters.reach_of_any([*measures.values()]) + found_often) * error
    pairs = zip(accepted[nearest.first], accepted[nearest.second], strict=True)
    judged = [a != b for a, b in pairs if a is not None and b is not None]
    return Power(
        pair=(nearest.first, nearest.second),
        alone=alone,
        among_all=max(alone, among_all),
        discordant=sum(judged) / len(judged) if judged else None,
    )


def _known(ran: SystemRun) -> NDArray[np.bool_]:
    return np.asarray(np.array([[a.measured for a in run] for run in ran.runs]).any(axis=0))


def _judged(measure: Measure) -> NDArray[np.bool_]:
    """The cases that add something: a case nobody graded does not."""
    return np.asarray((measure.columns != 0).any(axis=1))


def _to_turn(first: Measure, second: Measure, both: NDArray[np.bool_]) -> int | None:
    """For shares: how many cases that `first` alone has right would have to be wrong in the gold for a tie."""
    for columns in (first.columns, second.columns):
        if columns.shape[1] != 2 or not np.isin(columns[both], (0.0, 1.0)).all():
            return None
    lead = float(abs((first.columns[both, 0] - second.columns[both, 0]).sum()))
    return int(np.ceil(lead / 2))
