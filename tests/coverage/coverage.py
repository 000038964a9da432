"""How often intervals hold the truth and verdicts are false, by simulation: `make coverage`.

Worlds: clusters whose share right is beta distributed (correlation 0.3 inside clusters of 4), systems that share
half of what makes a case hard. The interval of one share of independent cases depends on their number alone, so its
coverage is computed and not simulated. A simulated cell is called below where two of its standard errors do not reach
the mark. The docstrings of `bespoke.statistics` claim only what this shows.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from bespoke.statistics.clusters import Clusters, Measure
from bespoke.statistics.label_scores import macro_f1
from bespoke.statistics.score_interval import between

Random = np.random.Generator
SIZES = (30, 50, 100, 250)
SCORES = ((0.03, 0.03), (0.1, 0.05), (0.5, 0.5), (0.5, 0.4), (0.9, 0.95), (0.97, 0.97))
WITHIN = 0.3
FEWEST, MOST = 0.93, 0.97


def systems(random: Random, shares: tuple[float, ...], cases: int, size: int) -> list[NDArray[np.bool_]]:
    """Which cases each system has right; their hardness is half shared."""
    clusters = cases // size
    first = shares[0]
    tight = (1 - WITHIN) / WITHIN
    hard = (
        np.repeat(random.beta(first * tight, (1 - first) * tight, clusters), size)
        if size > 1
        else np.full(cases, first)
    )
    shared = random.random(clusters * size)
    found = []
    for share in shares:
        easy = hard * share / first if share <= first else 1 - (1 - hard) * (1 - share) / (1 - first)
        own = np.where(random.random(len(shared)) < 0.5, shared, random.random(len(shared)))
        found.append(own < easy)
    return found


def shares(repeats: int) -> Iterator[tuple[str, float, float]]:
    """Cell, coverage of one share, coverage of a paired difference."""
    random = np.random.default_rng(1)
    for size in (1, 4):
        for cases in SIZES:
            clusters = Clusters([str(i // size) for i in range(cases // size * size)], flips=1)
            for p, q in SCORES:
                one = two = 0
                for _ in range(repeats):
                    a, b = (Measure.share(x.tolist()) for x in systems(random, (p, q), cases, size))
                    low, high = (clusters.interval(a).low, clusters.interval(a).high)
                    apart = between(clusters.estimate(a), clusters.estimate(b))
                    one += low <= p <= high
                    two += apart.low <= p - q <= apart.high
                yield (
                    f"clusters of {size}, n = {cases}, {p:.2f} and {q:.2f}",
                    exact(p, cases) if size == 1 else one / repeats,
                    two / repeats,
                )


def exact(share: float, cases: int) -> float:
    """How often the interval of independent cases holds `share`, over every number of them that can be right."""
    clusters = Clusters([str(i) for i in range(cases)], flips=1)
    right = np.arange(cases + 1)
    found = [clusters.interval(Measure.share([True] * k + [False] * (cases - k))) for k in right]
    inside = np.array([i.low <= share <= i.high for i in found])
    return float(binom.pmf(right, cases, share)[inside].sum())


def macro(repeats: int) -> Iterator[tuple[str, float, float]]:
    """Macro-F1 over 10 labels of very different size, and the difference of two systems."""
    random = np.random.default_rng(2)
    often = np.array([1 / (k + 1) for k in range(10)])
    often /= often.sum()
    for right in (0.6, 0.9):
        for cases in (100, 250, 400):
            values = []
            for _ in range(repeats):
                gold = random.choice(10, cases, p=often)
                said = [
                    np.where(random.random(cases) < share, gold, random.choice(10, cases, p=often))
                    for share in (right, right - 0.1)
                ]
                clusters = Clusters([str(i) for i in range(cases)], flips=1)
                given = [macro_f1(gold.tolist(), [int(x) for x in s]) for s in said]
                values.append(
                    (
                        clusters.interval(given[0]),
                        between(clusters.estimate(given[0]), clusters.estimate(given[1])),
                    )
                )
            truth = np.mean([i.estimate for i, _ in values])  # what is to be expected of so many cases
            apart = np.mean([d.estimate for _, d in values])
            yield (
                f"macro-F1, n = {cases}, about {truth:.2f}",
                float(np.mean([i.low <= truth <= i.high for i, _ in values])),
                float(np.mean([d.low <= apart <= d.high for _, d in values])),
            )


def chosen(repeats: int) -> Iterator[tuple[str, float, float]]:
    """Worlds of equal systems: share with no false verdict at all, share where the best one's interval holds."""
    random = np.random.default_rng(3)
    for size in (1, 4):
        for count in (5, 12):
            for cases, p in ((50, 0.8), (250, 0.6)):
                none = held = 0
                for _ in range(repeats):
                    drawn = systems(random, (p,) * count, cases, size)
                    groups = [str(i // size) for i in range(len(drawn[0]))]
                    clusters = Clusters(groups, flips=1000, seed=int(random.integers(1 << 30)))
                    measures = [Measure.share(x.tolist()) for x in drawn]
                    best = int(np.argmax([x.mean() for x in drawn]))
                    pairs = [(best, b) for b in range(count) if b != best]
                    found = clusters.differences(measures, pairs)
                    none += not any(d.p_any <= 0.05 and d.interval.excludes_zero for d in found)
                    whole = clusters.of_the_best(measures)
                    held += whole is not None and whole.low <= p <= whole.high
                yield f"best of {count}, clusters of {size}, n = {cases}", none / repeats, held / repeats


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=2000)
    repeats = parser.parse_args().repeats
    parts: tuple[tuple[str, str, Callable[[int], Iterator[tuple[str, float, float]]], int], ...] = (
        ("one share", "difference", shares, repeats),
        ("macro-F1", "difference", macro, repeats // 4),
        ("no false verdict", "interval of the best", chosen, repeats // 5),
    )
    outside = 0
    for first, second, part, times in parts:
        print(f"\n{'':44} {first:>18} {second:>22}")
        for cell, a, b in part(times):
            error = float(np.sqrt(FEWEST * (1 - FEWEST) / times))
            below = min(a, b) < FEWEST - 2 * error
            outside += below
            print(f"{cell:44} {a:18.3f} {b:22.3f}{'   below' if below else ''}")
    print(f"\n{outside} cells below {FEWEST}; {MOST} and more is wider than asked for")


if __name__ == "__main__":
    main()
