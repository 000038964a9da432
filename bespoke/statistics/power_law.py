"""Learning curves as inverse power laws: what a score would be with more examples, and how many a score takes.

Source: Figueroa, Zeng-Treitler, Kandula and Ngo 2012, "Predicting sample size required for classification
performance", BMC Medical Informatics and Decision Making 12:8 (score = top - drop x size^-rate).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RATES = np.geomspace(0.05, 4, 80)  # from almost flat to over after the first few examples
FEWEST = 4  # sizes: three numbers are fitted, and one has to be left to contradict them


@dataclass(frozen=True)
class PowerLaws:
    """Fitted curves, one element each: score = top - drop x size^-rate with top <= 1 and drop >= 0."""

    top: Array
    drop: Array
    rate: Array

    def at(self, size: float) -> Array:
        """The score of each curve with so many examples."""
        return self.top - self.drop * size**-self.rate

    def size_for(self, score: float) -> Array:
        """The examples that each curve takes to a score; infinite where it never gets there."""
        above = self.top - score
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            size = (self.drop / above) ** (1 / self.rate)
        return np.where(self.drop <= above, 1.0, np.where(above > 0, size, np.inf))


def power_laws(sizes: Sequence[int], scores: Array) -> PowerLaws:
    """The least-squares curve of each row of `scores` (curves x sizes; scores on the scale 0 to 1).

    The rate is searched on a grid: for each the other two numbers have a closed form, so no solver is needed.
    Raises ValueError for fewer than four different sizes.
    """
    if len(set(sizes)) < FEWEST:
        raise ValueError(f"a curve of three numbers needs at least {FEWEST} sizes")
    best = np.full(len(scores), np.inf)
    found = np.zeros((3, len(scores)))
    for rate in RATES:
        falls = np.asarray(sizes, dtype=float) ** -rate
        top, drop = _line(falls, scores)
        left = np.sum((top[:, None] - drop[:, None] * falls - scores) ** 2, axis=1)
        better = left < best
        best[better] = left[better]
        found[:, better] = top[better], drop[better], np.broadcast_to(rate, int(better.sum()))
    return PowerLaws(*found)


def _line(falls: Array, scores: Array) -> tuple[Array, Array]:
    """Top and drop of score = top - drop x fall: the plain line, or the best one within its bounds."""
    mean, means = falls.mean(), scores.mean(axis=1)
    drop = -(scores - means[:, None]) @ (falls - mean) / np.sum((falls - mean) ** 2)
    drop = np.maximum(drop, 0.0)
    top = means + drop * mean
    capped = (1 - scores) @ falls / np.sum(falls**2)
    over = top > 1
    return np.where(over, 1.0, top), np.where(over, np.maximum(capped, 0.0), drop)
