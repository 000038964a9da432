"""How many notes a comparison needs, and what a given number of notes can show.

Two systems on the same notes; `discordant` is the share of notes that just one of them gets right. Sample
size after Connor (1987, "Sample size for testing differences in proportions for the paired-sample design"):
n = (z_level sqrt(discordant) + z_power sqrt(discordant - difference²))² / difference².
"""

from __future__ import annotations

from math import ceil, sqrt
from statistics import NormalDist

from bespoke.statistics.proportion import two_sided_z, wilson_reach


def paired_notes_needed(
    difference: float, discordant: float, *, power: float = 0.8, level: float = 0.95
) -> int:
    """Notes needed to find a difference of two paired proportions with the given power.

    Raises ValueError unless 0 < |difference| <= discordant <= 1: systems cannot differ by more than the notes
    on which they disagree.
    """
    gap = abs(difference)
    if not 0 < gap <= discordant <= 1:
        raise ValueError(f"needs 0 < |difference| <= discordant <= 1, not {difference} and {discordant}")
    return ceil(_root_n(gap, discordant, power, level) ** 2)


def minimum_detectable_difference(
    n: int, discordant: float, *, power: float = 0.8, level: float = 0.95
) -> float | None:
    """The smallest difference that n notes find with the given power; None when not even the largest is found."""
    if n < 1 or not 0 < discordant <= 1:
        return None
    low, high = 1e-9, discordant
    if _root_n(high, discordant, power, level) ** 2 > n:
        return None
    for _ in range(60):  # the notes needed fall as the difference grows: halve to the answer
        middle = (low + high) / 2
        low, high = (low, middle) if _root_n(middle, discordant, power, level) ** 2 <= n else (middle, high)
    return high


def notes_for_half_width(share: float, half_width: float, *, level: float = 0.95) -> int:
    """Notes after which Wilson's interval around `share` has this half-width or less."""
    if not 0 <= share <= 1 or not 0 < half_width < 1:
        raise ValueError(f"needs a share in [0, 1] and a half-width in (0, 1), not {share} and {half_width}")
    z, low, high = two_sided_z(level), 0, 1
    while wilson_reach(share, high, z) > half_width:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if wilson_reach(share, middle, z) <= half_width else (middle, high)
    return high


def _root_n(gap: float, discordant: float, power: float, level: float) -> float:
    reach = two_sided_z(level) * sqrt(discordant)
    return (reach + NormalDist().inv_cdf(power) * sqrt(max(0.0, discordant - gap * gap))) / gap
