"""Macro-F1 with an interval: each code of the gold counts the same, and most of them stand in one or two notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bespoke.statistics.interval import Interval
from bespoke.statistics.jackknife import jackknife

Sets = Sequence[frozenset[str]]
_Counts = Counter[tuple[int, str]]  # by cluster and code


def macro_f1(gold: Sets, predicted: Sets, clusters: Sequence[int]) -> tuple[Interval, int]:
    """Mean F1 over the codes of the gold, each code equally, with its interval, and how many codes those are.

    `clusters` numbers each note's cluster from 0. Bootstraps fail here: a resample loses the false alarms of
    rare codes with the notes it leaves out, and its macro-F1 lies above the whole's nearly always (on CodiEsp
    the BCa interval of .321 began at .321). The jackknife leaves out one cluster, with the codes that it alone
    has in its gold. Over nine simulated worlds (300 and 1,000 codes after Zipf, 40 to 112 clusters, 1,500 sets
    of notes each) it held the expected score in 94.7% to 96.9% of the sets.
    """
    right = [g & p for g, p in zip(gold, predicted, strict=True)]
    hits, carried, answered = (_count(sets, clusters) for sets in (right, gold, predicted))
    whole = [_by_code(counts) for counts in (hits, carried, answered)]
    f1 = {code: _f1(*(counts[code] for counts in whole)) for code in sorted(whole[1])}
    if not f1:
        return Interval(estimate=0.0, low=0.0, high=1.0), 0
    total, labels = np.full(1 + max(clusters), sum(f1.values())), np.full(1 + max(clusters), float(len(f1)))
    for cluster, code in sorted(carried.keys() | answered.keys()):
        if code in f1:
            here = (counts[cluster, code] for counts in (hits, carried, answered))
            left = [counts[code] - n for counts, n in zip(whole, here, strict=True)]
            total[cluster] += _f1(*left) - f1[code]
            labels[cluster] -= left[1] == 0
    return jackknife(float(np.mean([*f1.values()])), _means(total, labels)), len(f1)


def _f1(hits: int, carried: int, answered: int) -> float:
    """0 for a code that is not in the gold: its share of the sum is gone with it."""
    return 2 * hits / (carried + answered) if carried else 0.0


def _count(sets: Iterable[frozenset[str]], clusters: Sequence[int]) -> _Counts:
    return Counter((cluster, code) for codes, cluster in zip(sets, clusters, strict=True) for code in codes)


def _by_code(counts: _Counts) -> Counter[str]:
    whole: Counter[str] = Counter()
    for (_, code), n in counts.items():
        whole[code] += n
    return whole


def _means(totals: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    means = np.full(len(totals), np.nan)
    np.divide(totals, labels, out=means, where=labels > 0)
    return means
