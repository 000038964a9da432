"""Two systems judged right or wrong on the same notes, whose patients may have several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bespoke.results import Part


class McNemar(Part):
    """`first_only` and `second_only` count the notes that one system alone got right.

    `design_effect` is how much more the difference varies than with independent notes; 1 where every note
    stands alone.
    """

    n: int
    first_only: int
    second_only: int
    p: float
    design_effect: float = 1.0

    @property
    def discordant(self) -> float:
        """The share of notes on which just one of the two was right; 0 without notes."""
        return (self.first_only + self.second_only) / self.n if self.n else 0.0

    @property
    def independent(self) -> int:
        """As many independent notes would know the difference as well as these; never more than there are."""
        return int(self.n / max(1.0, self.design_effect))


def mcnemar(
    first: Sequence[bool], second: Sequence[bool], clusters: Sequence[Hashable] | None = None
) -> McNemar:
    """Two-sided exact p that both systems are right equally often, whole clusters of notes exchanged at a time.

    Were the systems alike, their names could be swapped in any cluster (patient, article): each cluster's sum of
    "first alone right" less "second alone right" would be as likely with the other sign. p is the share of all
    2^clusters such swaps with a total at least as far from zero as the one seen, counted exactly. With one note
    a cluster this is McNemar's exact test (1947, binomial form); the sign-flip test for clusters goes back to
    Fisher (1935) and Pitman (1937). Without discordant notes p is 1. `clusters` names each note's cluster; left
    out, every note is its own. Raises ValueError when the lists differ in length.
    """
    if len(first) != len(second):
        raise ValueError(f"both systems must be judged on the same notes: {len(first)} against {len(second)}")
    if clusters is not None and len(clusters) != len(first):
        raise ValueError(f"{len(clusters)} clusters for {len(first)} notes")
    each = [int(a) - int(b) for a, b in zip(first, second, strict=True)]
    sums: Counter[Hashable] = Counter()
    for cluster, sign in zip(range(len(each)) if clusters is None else clusters, each, strict=True):
        sums[cluster] += sign
    discordant = sum(map(abs, each))
    return McNemar(
        n=len(each),
        first_only=each.count(1),
        second_only=each.count(-1),
        p=_exceeding(sums.values()),
        design_effect=sum(s * s for s in sums.values()) / discordant if discordant else 1.0,
    )


def _exceeding(sums: Iterable[int]) -> float:
    """The share of all choices of signs whose total is at least as far from zero as that of the sums given."""
    given = list(sums)
    sizes = Counter(abs(s) for s in given if s)
    total = np.ones(1)  # the distribution of the total, from -reach to +reach
    for size, count in sorted(sizes.items()):
        flips = np.zeros(2 * size * count + 1)  # heads - tails of `count` coins, `size` apiece
        flips[:: 2 * size] = _heads(count)
        total = np.convolve(total, flips)
    reach = len(total) // 2
    seen = abs(sum(given))
    tail = float(total[: reach - seen + 1].sum())
    return min(1.0, 2 * tail)


def _heads(coins: int) -> NDArray[np.float64]:
    """The chance of 0, 1, ... heads in so many throws, from whole numbers: no rounding before the last division."""
    ways, all_ways = [1], 2**coins
    for heads in range(1, coins + 1):
        ways.append(ways[-1] * (coins - heads + 1) // heads)
    return np.array([number / all_ways for number in ways])
