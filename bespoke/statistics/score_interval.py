"""Intervals of a score between 0 and 1, and of the difference of two, from leaving out one cluster at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bespoke.statistics.distributions import t_quantile
from bespoke.statistics.interval import Interval
from bespoke.statistics.proportion import wilson_limits

Array = NDArray[np.float64]

_WEIGHT = 2.0  # cases; `make coverage` shows what it holds


@dataclass(frozen=True)
class ScoreEstimate:
    """A score; the score without each cluster; which clusters have a say in it; how many cases have."""

    value: float
    left_out: Array
    known: NDArray[np.bool_]
    cases: int

    @property
    def clusters(self) -> int:
        return int(self.known.sum())

    @cached_property
    def influence(self) -> Array:
        """What each cluster moves the score by, about 0; its squares sum to the jackknife's variance."""
        move = np.where(self.known & ~np.isnan(self.left_out), self.left_out, np.nan)
        n = int((~np.isnan(move)).sum())
        if n < 2:
            return np.zeros(len(move))
        move = np.where(np.isnan(move), 0.0, np.nanmean(move) - move)
        return np.asarray(move * np.sqrt((n - 1) / n))

    @property
    def error(self) -> float:
        return float(np.sqrt((self.influence**2).sum()))


def score_interval(estimate: ScoreEstimate, level: float = 0.95) -> Interval:
    """Wilson's interval for as many independent cases as would know the score as well (Korn and Graubard 1998;
    Franco, Little, Louis and Slud 2019), with Student's t for the number of clusters.

    The number is that of the cases over their design effect, the jackknife's variance against that of independent
    cases. Near 0 and 1 few cases tell the effect, so it is pulled towards its most, whole clusters of one mind, by
    the weight of two such cases. One cluster alone knows nothing.

    It holds the truth in 93.6 to 97.4% of worlds of 30 to 250 independent cases and scores of 0.03 to 0.97 (computed):
    the number of right cases is whole, so no interval holds 95% everywhere (Brown, Cai and DasGupta 2001). With
    clusters of 4 it is 95 to 99% (simulated, within a point), most with 30 and 50 cases: wider than asked for, since a
    few clusters cannot show how alike their cases are, and an effect taken too small would hold too little.
    """
    p, n = estimate.value, estimate.clusters
    if np.isnan(p):
        return Interval(estimate=0.0, low=0.0, high=1.0)
    if n < 2:
        return Interval(estimate=p, low=0.0, high=1.0)
    low, high = wilson_limits(p, effective(estimate), float(t_quantile(n - 1, (1 + level) / 2)))
    return Interval(estimate=p, low=min(low, p), high=max(high, p))  # at 0 and 1 the limit is the end itself


def effective(estimate: ScoreEstimate) -> float:
    """Independent cases that would know the score as well."""
    p, cases = min(max(estimate.value, 0.0), 1.0), estimate.cases
    rare = cases * min(p, 1 - p)
    alone = p * (1 - p) / cases
    seen = estimate.error**2 / alone if alone > 0 else 0.0
    most = cases / estimate.clusters
    return cases / ((rare * seen + _WEIGHT * most) / (rare + _WEIGHT))


def between(first: ScoreEstimate, second: ScoreEstimate, level: float = 0.95) -> Interval:
    """The difference of two scores of the same cases from the interval of each and their correlation (Newcombe
    1998, method 10; Zou and Donner 2008): never of no width, since neither score's own interval is.

    It holds the true difference in 93 to 97% of worlds where both scores lie between 0.4 and 0.6, and in 95 to 100%
    near 0 and 1, most with fewer than 100 cases: with a handful of errors the differences that can be seen are few and
    far between, and the limits of both scores that Newcombe combines err on the wide side there."""
    if np.isnan(first.value) or np.isnan(second.value):
        return Interval(estimate=0.0, low=-1.0, high=1.0)
    a, b = score_interval(first, level), score_interval(second, level)
    r = correlation(first, second)
    apart = first.value - second.value

    def reach(x: float, y: float) -> float:
        return float(np.sqrt(max(0.0, x * x + y * y - 2 * r * x * y)))

    down = reach(a.estimate - a.low, b.high - b.estimate)
    up = reach(a.high - a.estimate, b.estimate - b.low)
    return Interval(estimate=apart, low=max(-1.0, apart - down), high=min(1.0, apart + up))


def correlation(first: ScoreEstimate, second: ScoreEstimate) -> float:
    """Of two scores over the same clusters; 0 where one does not vary."""
    x, y = first.influence, second.influence
    both = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return float(np.clip((x * y).sum() / both, -1.0, 1.0)) if both > 0 else 0.0
