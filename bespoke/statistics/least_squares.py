"""Least squares with few terms."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def not_negative(terms: Array, wanted: Array) -> Array:
    """The coefficients x >= 0 that bring `terms` x (rows x terms) closest to `wanted` (rows).

    The best fit with a coefficient of zero is the plain fit of the other terms, so every subset of the terms is
    fitted: for a handful of terms. A library's solver takes longer to import than the chapter that needs this.
    """
    count = terms.shape[1]
    best, smallest = np.zeros(count), float(wanted @ wanted)
    for size in range(1, count + 1):
        for kept in map(list, combinations(range(count), size)):
            found = np.linalg.lstsq(terms[:, kept], wanted)[0]
            left = float(np.sum((terms[:, kept] @ found - wanted) ** 2))
            if found.min() >= 0 and left < smallest:
                best, smallest = np.zeros(count), left
                best[kept] = found
    return best
