"""Seconds of paired resamples of micro-F1 beside `scipy.stats.bootstrap`, in alternation. `make bench`.

The task: 8 systems on the same 1,000 notes, 10,000 resamples, each system against the one below it, with a BCa
interval of the difference of micro-F1. What a user would do without us is one `scipy.stats.bootstrap` per pair:

- "per pair, plain":       paired=True on the notes' own numbers, vectorized=False, as its manual shows
- "per pair, indices":     vectorized=False on note numbers, the statistic looking the counts up
- "per pair, vectorised":  paired=True, vectorized=True, the statistic summing along an axis
- "all pairs, vectorised": one call on note numbers for all pairs, the most that can be made of it

Ours also gives each system's own interval and every p-value, which the others do not. One thread each.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable, Sequence
from statistics import median

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # read when numpy is loaded

import numpy as np  # noqa: E402
import scipy  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from scipy.stats import bootstrap  # noqa: E402

from bespoke.statistics.bootstrap import ClusterBootstrap  # noqa: E402
from bespoke.statistics.clusters import Measure  # noqa: E402

NOTES, SYSTEMS, RESAMPLES = 1_000, 8, 10_000
PAIRS = [(k + 1, k) for k in range(SYSTEMS - 1)]
Limits = list[tuple[float, float]]


def counted() -> list[Measure]:
    """Micro-F1 as ratios of sums over notes: 2 hits / (answered + gold), each system a little better."""
    random = np.random.default_rng(2026)
    gold = 1 + random.poisson(2, NOTES)
    ease = random.beta(2.4, 1.6, NOTES)
    systems = []
    for k in range(SYSTEMS):
        hits = random.binomial(gold, ease * (0.6 + 0.05 * k))
        answered = hits + random.poisson(1, NOTES)
        systems.append(Measure.ratio(2.0 * hits, (answered + gold).astype(float)))
    return systems


def ours(systems: Sequence[Measure]) -> Limits:
    draws = ClusterBootstrap([str(i) for i in range(NOTES)], resamples=RESAMPLES, seed=1)
    draws.ratios(systems)
    return [(d.interval.low, d.interval.high) for d in draws.differences(systems, PAIRS)]


def plain(systems: Sequence[Measure]) -> Limits:
    def difference(
        a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64]
    ) -> float:
        return float(a.sum() / b.sum() - c.sum() / d.sum())

    return [_scipy(difference, [*_numbers(systems, pair)], paired=True, vectorized=False) for pair in PAIRS]


def indices(systems: Sequence[Measure]) -> Limits:
    def of(pair: tuple[int, int]) -> Callable[[NDArray[np.intp]], float]:
        a, b, c, d = _numbers(systems, pair)
        return lambda at: float(a[at].sum() / b[at].sum() - c[at].sum() / d[at].sum())

    return [_scipy(of(pair), [np.arange(NOTES)], paired=False, vectorized=False) for pair in PAIRS]


def vectorised(systems: Sequence[Measure]) -> Limits:
    def difference(a: object, b: object, c: object, d: object, axis: int = -1) -> object:
        return np.sum(a, axis) / np.sum(b, axis) - np.sum(c, axis) / np.sum(d, axis)  # type: ignore[call-overload]

    return [_scipy(difference, [*_numbers(systems, pair)], paired=True, vectorized=True) for pair in PAIRS]


def all_at_once(systems: Sequence[Measure]) -> Limits:
    def differences(at: NDArray[np.intp], axis: int = -1) -> NDArray[np.float64]:
        f1 = [s.columns[at, 0].sum(axis) / s.columns[at, 1].sum(axis) for s in systems]
        return np.stack([f1[a] - f1[b] for a, b in PAIRS])

    found = bootstrap(
        (np.arange(NOTES),), differences, n_resamples=RESAMPLES, vectorized=True, batch=500, method="BCa",
        rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    return [*zip(found.low.tolist(), found.high.tolist(), strict=True)]


def _numbers(systems: Sequence[Measure], pair: tuple[int, int]) -> list[NDArray[np.float64]]:
    first, second = (systems[k] for k in pair)
    return [*first.columns.T, *second.columns.T]


def _scipy(
    statistic: Callable[..., object], data: list[NDArray[np.float64]], *, paired: bool, vectorized: bool
) -> tuple[float, float]:
    found = bootstrap(
        data, statistic, n_resamples=RESAMPLES, paired=paired, vectorized=vectorized, method="BCa",
        batch=500 if vectorized else None, rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ways: dict[str, Callable[[Sequence[Measure]], Limits]] = {
        "bespoke": ours, "scipy, per pair, plain": plain, "scipy, per pair, indices": indices,
        "scipy, per pair, vectorised": vectorised, "scipy, all pairs, vectorised": all_at_once,
    }  # fmt: skip
    systems, limits = counted(), dict[str, Limits]()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            limits[name] = way(systems)
            times[name].append(time.perf_counter() - started)
    base = median(times["bespoke"])
    print(
        f"{RESAMPLES:,} paired resamples, {NOTES:,} notes, {SYSTEMS} systems, {len(PAIRS)} differences; "
        f"{options.rounds} rounds in alternation, scipy {scipy.__version__}, numpy {np.__version__}, "
        f"{os.cpu_count()} cores, {platform.platform()}"
    )
    print(f"{'':30}{'median':>9}{'min':>9}{'max':>9}{'ours is':>10}   furthest limit from ours")
    for name, values in times.items():
        apart = max(
            abs(x - y)
            for a, b in zip(limits[name], limits["bespoke"], strict=True)
            for x, y in zip(a, b, strict=True)
        )
        print(
            f"{name:30}{median(values):8.3f}s{min(values):8.3f}s{max(values):8.3f}s"
            f"{median(values) / base:9.1f}x   {apart:.4f}"
        )


if __name__ == "__main__":
    main()
