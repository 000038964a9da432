"""Intervals of ratios of sums when the observations come in clusters: one weights matrix, one product.

Every score of a set-valued prediction is a ratio of sums over notes: precision tp / (tp + fp), F1
2tp / (2tp + fp + fn), a mean per note x / 1. So a resample of whole clusters needs no second look at the
notes: its sums are the number of times each cluster was drawn, times the clusters' own sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bespoke.results import Part
from bespoke.statistics.clusters import Measure, sums_of_clusters
from bespoke.statistics.distributions import normal_cdf, normal_quantile, t_cdf, t_quantile
from bespoke.statistics.interval import Interval
from bespoke.statistics.proportion import wilson

Array = NDArray[np.float64]

RESAMPLES = 2_000  # of every interval and test that draws cases anew
_BLOCK = 200_000  # draws counted at a time: as many as stay in the processor's cache
_EXACT = 2**24  # whole numbers up to here are exact in single precision, and so are their sums


class RatioDifference(Part):
    """One ratio minus another on the same notes, and the two-sided p that its interval implies."""

    interval: Interval
    p: float


class ClusterBootstrap:
    """Draws clusters of notes with replacement and answers for any ratio over those notes.

    `groups` names each note's cluster (patient, article). The same draws serve every statistic and system,
    so differences are paired. Intervals are BCa (Efron 1987) with Hesterberg's (2015) widening for few
    clusters; where a ratio is the same in every resample (0 or 1 throughout) Wilson's interval over the
    clusters takes its place, since a resample cannot show what no note showed.
    """

    def __init__(
        self, groups: Sequence[str], *, resamples: int = RESAMPLES, seed: int = 0, level: float = 0.95
    ) -> None:
        if not groups:
            raise ValueError("a bootstrap needs at least one observation")
        names, self.cluster = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
        self.clusters, self.resamples, self.seed, self.level = len(names), resamples, seed, level

    @cached_property
    def weights(self) -> NDArray[np.float32]:
        """How often each resample (row) drew each cluster (column); every row adds up to the clusters.

        In single precision, which holds these counts exactly and multiplies twice as fast.
        """
        random, n = np.random.default_rng(self.seed), self.clusters
        weights = np.empty((self.resamples, n), dtype=np.float32)
        rows = max(1, _BLOCK // n)
        narrow = np.uint16 if n <= 2**16 else np.uint32  # fewer random bits to make for each draw
        first = (np.arange(rows, dtype=np.intp) * n)[:, None]
        for start in range(0, self.resamples, rows):
            block = weights[start : start + rows]
            draws = random.integers(n, size=block.shape, dtype=narrow) + first[: len(block)]
            block[:] = np.bincount(draws.ravel(), minlength=block.size).reshape(block.shape)
        return weights

    def ratio(self, ratio: Measure) -> Interval:
        """The ratio of the summed numerators to the summed denominators, with its interval."""
        return self.ratios([ratio])[0]

    def ratios(self, ratios: Sequence[Measure]) -> tuple[Interval, ...]:
        """Many ratios of the same notes at once; a ratio without any denominator is 0 within [0, 1]."""
        if not ratios:
            return ()
        whole, drawn, left_out, informative = self._drawn(ratios)
        return tuple(
            self._interval(
                float(whole[k]), _defined(drawn[:, k]), _defined(left_out[:, k]), int(informative[k])
            )
            for k in range(len(ratios))
        )

    def difference(self, first: Measure, second: Measure) -> RatioDifference:
        """`first` minus `second` on the same notes; both see the same resamples, so it is paired."""
        return self.differences([first, second], [(0, 1)])[0]

    def differences(
        self, ratios: Sequence[Measure], pairs: Sequence[tuple[int, int]]
    ) -> tuple[RatioDifference, ...]:
        """The paired difference of each pair of `ratios`, named by their places; each ratio is drawn once."""
        if not pairs:
            return ()
        whole, drawn, left_out, _ = self._drawn(ratios)
        return tuple(
            self._difference(
                float(whole[a] - whole[b]),
                _defined(drawn[:, a] - drawn[:, b]),
                _defined(left_out[:, a] - left_out[:, b]),
            )
            for a, b in pairs
        )

    def _difference(self, estimate: float, drawn: Array, left_out: Array) -> RatioDifference:
        if np.isnan(estimate):
            return RatioDifference(interval=Interval(estimate=0.0, low=-1.0, high=1.0), p=1.0)
        if drawn.size == 0 or np.ptp(drawn) == 0:
            return RatioDifference(interval=Interval(estimate=estimate, low=estimate, high=estimate), p=1.0)
        shape = _shape(estimate, drawn, left_out)
        low, high = np.quantile(drawn, self._levels(*shape))
        return RatioDifference(
            interval=Interval(estimate=estimate, low=float(low), high=float(high)),
            p=self._p_of_zero(drawn, *shape),
        )

    def _resampled(self, sums: Array) -> Array:
        """The sums of every resample, resamples x columns. Counts stay exact; the rest in double precision."""
        counts = (sums == np.rint(sums)).all(0) & (self.clusters * np.abs(sums).max(0) < _EXACT)
        drawn = np.empty((self.resamples, sums.shape[1]), order="F")  # each column is read by itself
        drawn[:, counts] = self.weights @ sums[:, counts].astype(np.float32)
        if not counts.all():
            rows = max(1, _BLOCK // self.clusters)
            for start in range(0, self.resamples, rows):
                here = slice(start, start + rows)
                drawn[here, ~counts] = self.weights[here].astype(float) @ sums[:, ~counts]
        return drawn

    def _drawn(self, ratios: Sequence[Measure]) -> tuple[Array, Array, Array, Array]:
        """Of each ratio: its value, that of every resample and without each cluster, and the clusters that tell it."""
        sums = sums_of_clusters(
            np.column_stack([ratio.columns for ratio in ratios]), self.cluster, self.clusters
        )
        top, bottom = sums[:, 0::2], sums[:, 1::2]
        drawn = _divide(self._resampled(top), self._resampled(bottom))
        left_out = _divide(top.sum(0) - top, bottom.sum(0) - bottom)
        return _divide(top.sum(0), bottom.sum(0)), drawn, left_out, (bottom > 0).sum(0)

    def _interval(self, estimate: float, drawn: Array, left_out: Array, informative: int) -> Interval:
        if np.isnan(estimate):
            return Interval(estimate=0.0, low=0.0, high=1.0)
        if drawn.size == 0 or np.ptp(drawn) == 0:
            if estimate not in (0.0, 1.0):
                alone = informative < 2  # one cluster cannot show how clusters differ
                return Interval(
                    estimate=estimate, low=0.0 if alone else estimate, high=1.0 if alone else estimate
                )
            edge = wilson(informative if estimate == 1.0 else 0, informative, self.level)
            return Interval(estimate=estimate, low=edge.low, high=edge.high)
        low, high = np.quantile(drawn, self._levels(*_shape(estimate, drawn, left_out)))
        return Interval(estimate=estimate, low=float(min(low, estimate)), high=float(max(high, estimate)))

    def _levels(self, bias: float, acceleration: float) -> Array:
        """The two quantiles of the resamples that the interval takes instead of 2.5% and 97.5%."""
        tail = (1 - self.level) / 2
        z = self._widening * np.array([t_quantile(self._freedom, tail), t_quantile(self._freedom, 1 - tail)])
        return np.asarray(normal_cdf(bias + (bias + z) / (1 - acceleration * (bias + z))), dtype=float)

    def _p_of_zero(self, drawn: Array, bias: float, acceleration: float) -> float:
        """The level at which an interval built as above would just touch zero."""
        below = np.clip(_share_below(drawn, 0.0), 1 / (len(drawn) + 1), 1 - 1 / (len(drawn) + 1))
        u = normal_quantile(below) - bias
        z = (u / (1 + acceleration * u) - bias) / self._widening
        return float(min(1.0, 2 * t_cdf(self._freedom, -abs(z))))

    @property
    def _freedom(self) -> int:
        return max(1, self.clusters - 1)

    @property
    def _widening(self) -> float:
        return float(np.sqrt(self.clusters / self._freedom))


def _divide(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)


def _defined(values: Array) -> Array:
    """Resamples that drew no note with a denominator say nothing about the ratio."""
    return values[~np.isnan(values)]


def _share_below(values: Array, point: float) -> float:
    return float(np.mean(values < point) + np.mean(values == point) / 2)


def _shape(estimate: float, drawn: Array, left_out: Array) -> tuple[float, float]:
    """Efron's bias correction and acceleration, the latter from leaving one cluster out at a time."""
    n = len(drawn)
    bias = float(normal_quantile(np.clip(_share_below(drawn, estimate), 1 / (n + 1), 1 - 1 / (n + 1))))
    apart = left_out.mean() - left_out
    spread = float((apart**2).sum())
    return bias, float((apart**3).sum() / (6 * spread**1.5)) if spread > 0 else 0.0
