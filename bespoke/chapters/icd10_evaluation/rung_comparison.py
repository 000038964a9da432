"""Which system is better, and whether these notes can tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress, pairwise

import numpy as np

from bespoke.chapters.icd10_evaluation.note_answers import RungRun
from bespoke.chapters.icd10_evaluation.result import (
    NotePower,
    NotesNeeded,
    RungComparison,
    SliceDifference,
    Verdict,
)
from bespoke.chapters.icd10_evaluation.scores import CodeScorer, count
from bespoke.chapters.icd10_evaluation.slices import CodeKind, count_kind
from bespoke.evaluation import comparison
from bespoke.statistics.clusters import Measure, ScoreDifference
from bespoke.statistics.mcnemar import McNemar, mcnemar
from bespoke.statistics.multiplicity import holm
from bespoke.statistics.power import minimum_detectable_difference, paired_notes_needed
from bespoke.statistics.proportion import two_sided_z

_DIFFERENCES = (0.02, 0.05, 0.10)
_DISCORDANT = (0.1, 0.2, 0.3)


def compare(ladder: Sequence[RungRun], best: str, scorer: CodeScorer) -> tuple[RungComparison, ...]:
    """Each rung with the one below it, and the best with every other, each pair once.

    Micro-F1 is the mean of a system's runs; McNemar's test counts notes, so the primary code is that of the first run.
    """
    below = {(upper.name, lower.name) for lower, upper in pairwise(ladder)}
    with_best = {(best, other.name) for other in ladder if other.name != best}
    pairs = [(a.name, b.name) for a in ladder for b in ladder if (a.name, b.name) in below | with_best]
    pairs = [
        (a, b) for a, b in pairs if (a, b) not in below or (b, a) not in with_best
    ]  # once, the best first
    by_name = {ran.name: ran for ran in ladder}
    place = {ran.name: i for i, ran in enumerate(ladder)}
    differences = scorer.clusters.differences(
        [_f1(ran, scorer) for ran in ladder], [(place[a], place[b]) for a, b in pairs]
    )
    primaries = [_primary(by_name[a], by_name[b], scorer) for a, b in pairs]
    primary_adjusted = holm([primary.p for primary in primaries])
    return tuple(
        RungComparison(
            first=a,
            second=b,
            below=(a, b) in below or (b, a) in below,
            best=(a, b) in with_best,
            difference=differences[i].interval,
            p=differences[i].p,
            p_any=differences[i].p_any,
            primary=primaries[i],
            primary_p_holm=primary_adjusted[i],
            verdict=verdict(differences[i]),
        )
        for i, (a, b) in enumerate(pairs)
    )


def verdict(difference: ScoreDifference) -> Verdict:
    """ "Improved" needs an interval without zero and a p that allows for every pair of systems."""
    found = comparison.verdict(difference)
    return "improved" if found == "better" else found


def slice_differences(
    kinds: Sequence[CodeKind], best: RungRun, other: RungRun, scorer: CodeScorer
) -> tuple[SliceDifference, ...]:
    """F1 of the best minus the runner-up on each kind of code, adjusted over the kinds."""
    found = [
        scorer.clusters.difference(
            *(count_kind(kind, scorer.gold, [a.code_set for a in ran.answers]).f1 for ran in (best, other))
        )
        for kind in kinds
    ]
    adjusted = holm([difference.p for difference in found])
    return tuple(
        SliceDifference(name=kind.name, difference=difference.interval, p_holm=p)
        for kind, difference, p in zip(kinds, found, adjusted, strict=True)
    )


def power(scorer: CodeScorer, nearest: RungComparison | None, ladder: Sequence[RungRun]) -> NotePower:
    """What these notes can show; `nearest` compares the best system with the runner-up."""
    notes = len(scorer.gold)
    discordant = nearest.primary.discordant if nearest else None
    alone = two_sided_z(1 - comparison.LEVEL)
    error = nearest.difference.half_width / alone if nearest else 0.0
    often = two_sided_z(2 * comparison.POWER - 1)
    among = max(alone, scorer.clusters.reach_of_any([_f1(ran, scorer) for ran in ladder]))
    return NotePower(
        notes=notes,
        clusters=scorer.clusters.clusters,
        discordant=discordant,
        detectable_primary=minimum_detectable_difference(nearest.primary.independent, discordant or 0.0)
        if nearest
        else None,
        detectable_f1=error * (alone + often) if nearest else None,
        detectable_f1_among_all=error * (among + often) if nearest else None,
        table=tuple(
            NotesNeeded(difference=d, discordant=share, notes=paired_notes_needed(d, share))
            for d in _DIFFERENCES
            for share in _DISCORDANT
        ),
    )


def runner_up(
    comparisons: Sequence[RungComparison], scores: dict[str, float], best: str
) -> RungComparison | None:
    """The comparison of the best with the second best."""
    others = [c for c in comparisons if c.best and c.first == best]
    return max(others, key=lambda c: scores[c.second]) if others else None


def _f1(ran: RungRun, scorer: CodeScorer) -> Measure:
    """Micro-F1 by note, the mean of the runs that each note was measured in."""
    known = np.array([[x.measured for x in run] for run in ran.runs], dtype=float)
    found = [count(scorer.gold, [x.code_set for x in run]).f1 for run in ran.runs]
    times = np.maximum(known.sum(0), 1)
    columns = sum((f.columns * k[:, None] for f, k in zip(found, known, strict=True)), np.zeros(1))
    return Measure(columns / times[:, None])


def _primary(first: RungRun, second: RungRun, scorer: CodeScorer) -> McNemar:
    right = [scorer.primary_right(ran.answers, lambda code: code) for ran in (first, second)]
    judged = [a is not None for a in right[0]]
    clusters = [*compress(scorer.clusters.cluster.tolist(), judged)]
    one, other = ([bool(r) for r in compress(own, judged)] for own in right)
    return mcnemar(one, other, clusters)
