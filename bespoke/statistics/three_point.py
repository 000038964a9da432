"""Three-point estimates: the distributions behind low, likely and high."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bespoke.statistics.distributions import beta_quantile, beta_quantiles

Array = NDArray[np.float64]
DistributionShape = Literal["pert", "triangular"]

PERT_WEIGHT = 4.0  # Malcolm et al. (1959): the mode counts four times
MANY = 1000  # draws; fewer are no faster than one by one


def quantile(u: Array, low: float, likely: float, high: float, shape: DistributionShape = "pert") -> Array:
    """The values at cumulative probabilities `u`, in the unit of the estimate.

    `pert` is the beta distribution on [low, high] with mean (low + 4 likely + high) / 6; `triangular` has its
    mode at `likely`. A point (low equal to high) gives that point for every `u`.
    """
    if low == high:
        return np.full_like(u, low)
    if shape == "triangular":
        return _triangular(u, low, likely, high)
    rise = PERT_WEIGHT * (likely - low) / (high - low)
    share = (beta_quantiles if u.size > MANY else beta_quantile)(u, 1 + rise, 1 + PERT_WEIGHT - rise)
    return np.asarray(low + (high - low) * share, dtype=np.float64)


def span(u: Array, low: float, high: float) -> Array:
    """A range without a likely point: uniform, on the log scale where both ends are positive."""
    if low > 0:
        return np.asarray(low * (high / low) ** u, dtype=np.float64)
    return low + (high - low) * u


def mean(low: float, likely: float, high: float, shape: DistributionShape = "pert") -> float:
    if shape == "triangular":
        return (low + likely + high) / 3
    return (low + PERT_WEIGHT * likely + high) / (2 + PERT_WEIGHT)


def variance(low: float, likely: float, high: float, shape: DistributionShape = "pert") -> float:
    if shape == "triangular":
        return (low**2 + likely**2 + high**2 - low * likely - low * high - likely * high) / 18
    centre = mean(low, likely, high)
    return (centre - low) * (high - centre) / (3 + PERT_WEIGHT)


def _triangular(u: Array, low: float, likely: float, high: float) -> Array:
    width = high - low
    turn = (likely - low) / width
    rising = low + np.sqrt(u * width * (likely - low))
    falling = high - np.sqrt((1 - u) * width * (high - likely))
    return np.where(u < turn, rising, falling)
