"""A proportion and how well n observations know it."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from bespoke.statistics.interval import Interval


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval for a proportion of `successes` in `n` independent trials.

    Keeps its coverage at small n and near 0 and 1, where the normal approximation fails
    (Wilson 1927; Brown, Cai and DasGupta 2001). Without trials nothing is known: estimate 0 within [0, 1].
    Raises ValueError when `successes` is not between 0 and `n` or `level` not between 0 and 1.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie between 0 and n = {n}, not {successes}")
    if n == 0:
        return Interval(estimate=0.0, low=0.0, high=1.0)
    low, high = wilson_limits(successes / n, n, two_sided_z(level))
    return Interval(estimate=successes / n, low=low, high=high)


def wilson_limits(share: float, n: float, z: float) -> tuple[float, float]:
    """Limits of a share known from `n` trials, which need not be whole, by a quantile of the normal or Student's t."""
    centre, reach = (share + z * z / (2 * n)) / (1 + z * z / n), wilson_reach(share, n, z)
    low = 0.0 if share <= 0 else max(0.0, centre - reach)  # exact ends, not 1e-17
    return low, 1.0 if share >= 1 else min(1.0, centre + reach)


def wilson_reach(share: float, n: float, z: float) -> float:
    """Half the width between the limits, as far as neither is cut at 0 or 1: it falls steadily in `n`."""
    return z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))


def two_sided_z(level: float) -> float:
    """The normal quantile that leaves (1 - level) / 2 in each tail: 1.96 for 0.95."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    return NormalDist().inv_cdf((1 + level) / 2)
