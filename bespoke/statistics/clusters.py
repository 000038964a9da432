"""Intervals and tests of scores over cases that come in clusters, from what each cluster contributes.

A score is a function of sums over cases: precision tp / (tp + fp), F1 2tp / (2tp + fp + fn), macro-F1 a mean of such
ratios. So leaving out a cluster, or exchanging two systems on it, needs no second look at the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bespoke.results import Part
from bespoke.statistics.distributions import t_cdf, t_quantile
from bespoke.statistics.interval import Interval
from bespoke.statistics.score_interval import ScoreEstimate, between, score_interval

Array = NDArray[np.float64]
Combine = Callable[[Array], Array]

FLIPS = 20_000  # exchanges of two systems that a p value rests on
_BLOCK = 4_000_000  # numbers held at a time
_NOTHING = 1e-12  # sums of the same numbers differ by less


def ratio_of_sums(sums: Array) -> Array:
    """The first column over the second; NaN where there is nothing to divide by."""
    top, bottom = sums[..., 0], sums[..., 1]
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)


@dataclass(frozen=True)
class Measure:
    """What each case adds (cases x columns), and what sums of it (... x columns) make: a score from 0 to 1."""

    columns: Array
    combine: Combine = ratio_of_sums

    @classmethod
    def share(cls, right: Sequence[bool | float | None], among: Sequence[bool] | None = None) -> Measure:
        """A mean over the cases that are judged, or of those `among` them that are wanted; None is not judged."""
        asked = [True] * len(right) if among is None else among
        pairs = zip(right, asked, strict=True)
        return cls(np.array([(float(r), 1.0) if r is not None and a else (0.0, 0.0) for r, a in pairs]))

    @classmethod
    def ratio(cls, top: Sequence[float] | Array, bottom: Sequence[float] | Array) -> Measure:
        return cls(np.column_stack([np.asarray(top, float), np.asarray(bottom, float)]))

    def only(self, known: NDArray[np.bool_]) -> Measure:
        """The same where the cases that are not known add nothing."""
        return Measure(self.columns * known[:, None], self.combine)


class ScoreDifference(Part):
    """One score minus another on the same cases. `p` is two-sided, by exchanging the systems cluster by cluster.

    `p_any` allows for every pair that was looked at, the choice of the best among them included.
    """

    interval: Interval
    p: float
    p_any: float


class Clusters:
    """Answers for any measure of cases whose clusters (patient, matter, merchant) are named by `groups`.

    Intervals: see `score_interval`. Tests exchange two systems in whole clusters, `flips` times (Fisher 1935;
    Pitman 1937), or in every possible way where there are few clusters. `make coverage` shows what they hold.
    """

    def __init__(
        self, groups: Sequence[str], *, flips: int = FLIPS, seed: int = 0, level: float = 0.95
    ) -> None:
        if not groups:
            raise ValueError("a score needs at least one case")
        names, self.cluster = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
        self.clusters, self.flips, self.seed, self.level = len(names), flips, seed, level
        self.sizes = np.bincount(self.cluster)

    def estimate(self, measure: Measure) -> ScoreEstimate:
        """The score, and what it would be without each cluster in turn."""
        sums = self._sums(measure.columns)
        total = sums.sum(0)
        known = np.abs(sums).sum(1) > 0  # a cluster that adds nothing knows nothing
        return ScoreEstimate(
            value=float(measure.combine(total)),
            left_out=np.asarray(measure.combine(total - sums), dtype=float),
            known=known,
            cases=int((np.abs(measure.columns).sum(1) > 0).sum()),
        )

    def interval(self, measure: Measure) -> Interval:
        """A ratio of sums without any denominator is 0 within [0, 1]."""
        return score_interval(self.estimate(measure), self.level)

    def difference(self, first: Measure, second: Measure) -> ScoreDifference:
        """`first` less `second` on the same cases, by itself."""
        return self.differences([first, second], [(0, 1)])[0]

    def differences(
        self, measures: Sequence[Measure], pairs: Sequence[tuple[int, int]]
    ) -> tuple[ScoreDifference, ...]:
        """Each pair of measures by their places; the family that `p_any` allows for is all pairs of `measures`."""
        if not pairs:
            return ()
        estimates = [self.estimate(measure) for measure in measures]
        sums = [self._sums(measure.columns) for measure in measures]
        highest = self._highest(estimates)
        exchanged = self._exchanged([(measures[a].combine, sums[a], sums[b]) for a, b in pairs])
        return tuple(
            ScoreDifference(
                interval=between(estimates[a], estimates[b], self.level),
                p=p,
                # whoever looks at more pairs is never surer than whoever looks at one
                p_any=max(p, self._p_any(estimates[a], estimates[b], highest)),
            )
            for (a, b), p in zip(pairs, exchanged, strict=True)
        )

    def of_the_best(self, measures: Sequence[Measure]) -> Interval | None:
        """The interval of the highest score that allows for its having been chosen among all of these."""
        estimates = [self.estimate(measure) for measure in measures]
        if not estimates:
            return None
        best = max(estimates, key=lambda e: -1.0 if np.isnan(e.value) else e.value)
        if len(estimates) == 1:
            return score_interval(best, self.level)
        moves = self._influences(estimates)
        drawn = self._swings(moves)
        reach = float(np.quantile(self._studentised(drawn, (moves**2).sum(0)).max(1), self.level))
        freedom = max(1, self.clusters - 1)
        return score_interval(best, max(self.level, 1 - 2 * float(t_cdf(freedom, -reach))))

    def reach_of_any(self, measures: Sequence[Measure]) -> float:
        """Standard errors that a difference needs to count among all pairs of these; 1.96 for one pair."""
        highest = self._highest([self.estimate(measure) for measure in measures])
        return float(np.quantile(highest, self.level)) if highest.size else 1.96

    @cached_property
    def signs(self) -> NDArray[np.int8]:
        """Which clusters are exchanged (-1), flips x clusters; every way there is where that is fewer."""
        if 2**self.clusters <= self.flips:
            ways = np.arange(2**self.clusters)[:, None] >> np.arange(self.clusters)
            return (1 - 2 * (ways & 1)).astype(np.int8)
        random = np.random.default_rng(self.seed)
        bits = random.integers(0, 2, size=(self.flips, self.clusters), dtype=np.int8)
        return (1 - 2 * bits).astype(np.int8)

    def _sign_blocks(self, width: int, dtype: type[np.floating[Any]]) -> Iterator[Array]:
        """The signs as numbers, some rows at a time: all of them at once are eight times as large as they are kept."""
        rows = max(1, _BLOCK // (self.clusters + width))
        for start in range(0, len(self.signs), rows):
            yield self.signs[start : start + rows].astype(dtype)

    def _exchanged(self, pairs: Sequence[tuple[Combine, Array, Array]]) -> list[float]:
        """For each pair of sums the share of exchanges whose difference is at least as far from zero as the one seen.

        The one seen is among them.
        """
        seen = [float(combine(first.sum(0)) - combine(second.sum(0))) for combine, first, second in pairs]
        middles = [(first + second).sum(0) / 2 for _, first, second in pairs]
        halves = [(first - second) / 2 for _, first, second in pairs]
        far = [0] * len(pairs)
        for signs in self._sign_blocks(4 * max(half.shape[1] for half in halves), np.float64):
            for i, (combine, _, _) in enumerate(pairs):
                swung = signs @ halves[i]
                apart = combine(middles[i] + swung) - combine(middles[i] - swung)
                far[i] += int((np.abs(apart) >= abs(seen[i]) - _NOTHING).sum())
        added = 0 if 2**self.clusters <= self.flips else 1  # every exchange that there is holds the one seen
        return [
            1.0 if np.isnan(s) else (added + f) / (added + len(self.signs))
            for s, f in zip(seen, far, strict=True)
        ]

    def _influences(self, estimates: Sequence[ScoreEstimate]) -> Array:
        """How each cluster moves each score: clusters x scores, in float32 for the product with the signs."""
        return np.column_stack([estimate.influence for estimate in estimates]).astype(np.float32)

    def _swings(self, moves: Array) -> Array:
        """What each flip makes of each score's influences: flips x scores."""
        return np.concatenate([signs @ moves for signs in self._sign_blocks(moves.shape[1], np.float32)])

    def _highest(self, estimates: Sequence[ScoreEstimate]) -> Array:
        """The largest studentised difference among all pairs when no system differs, once per flip."""
        moves = self._influences(estimates)
        drawn = self._swings(moves)
        highest = np.zeros(len(drawn))
        for a in range(len(estimates) - 1):
            variance = ((moves[:, a, None] - moves[:, a + 1 :]) ** 2).sum(0)
            apart = self._studentised(drawn[:, a, None] - drawn[:, a + 1 :], variance)
            np.maximum(highest, apart.max(1), out=highest)
        return highest

    def _studentised(self, drawn: Array, variance: Array) -> Array:
        """Each flip's sum over its own standard error: flipping keeps the squares, so its mean's share goes off."""
        left = np.maximum(variance - drawn**2 / self.clusters, variance * 1e-6)
        return np.divide(
            np.abs(drawn), np.sqrt(left), out=np.zeros(drawn.shape), where=variance > _NOTHING**2
        )

    def _p_any(self, first: ScoreEstimate, second: ScoreEstimate, highest: Array) -> float:
        apart = first.value - second.value
        if np.isnan(apart):
            return 1.0
        spread = float(np.sqrt(((first.influence - second.influence) ** 2).sum()))
        if spread <= _NOTHING:  # the same distance in every cluster
            return 1.0 if abs(apart) <= _NOTHING else float(2.0 ** (1 - min(self.clusters, 50)))
        return float((1 + (highest >= abs(apart) / spread - _NOTHING).sum()) / (1 + len(highest)))

    def _sums(self, columns: Array) -> Array:
        return sums_of_clusters(columns, self.cluster, self.clusters)


def sums_of_clusters(columns: Array, cluster: NDArray[np.intp], clusters: int) -> Array:
    """What cases add (cases x columns), added up by the number of each one's cluster: clusters x columns."""
    if len(columns) != len(cluster):
        raise ValueError(f"{len(columns)} values for {len(cluster)} cases")
    sums = np.zeros((clusters, columns.shape[1]))
    np.add.at(sums, cluster, columns)
    return sums


def quantile_of_t(level: float, clusters: int) -> float:
    """The two-sided quantile of Student's t with one degree of freedom less than there are clusters."""
    return float(t_quantile(max(1, clusters - 1), (1 + level) / 2))
