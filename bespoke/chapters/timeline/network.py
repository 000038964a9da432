"""The simulation: correlated durations through the network, and the path that decided each draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from bespoke.chapters.timeline.estimates import PhaseEstimate
from bespoke.statistics import three_point

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Simulation:
    """Arrays of phases by draws, in working days from the start of the plan."""

    durations: Array
    starts: Array
    finishes: Array
    on_path: NDArray[np.bool_]  # the phase lies on the path that decided the finish

    @property
    def total(self) -> Array:
        return np.asarray(self.finishes.max(axis=0, initial=0.0), dtype=np.float64)

    def criticality(self) -> Array:
        return np.asarray(self.on_path.mean(axis=1), dtype=np.float64)

    def variance_shares(self) -> Array:
        """Each phase's part of the risk: (criticality x standard deviation) squared, scaled to one.

        The square of the schedule sensitivity index (Vanhoucke 2010). On a serial chain every phase is
        critical and the shares are the ratios of the variances.
        """
        weight = (self.criticality() * self.durations.std(axis=1)) ** 2
        return np.asarray(weight / weight.sum() if weight.any() else weight, dtype=np.float64)


def simulate(
    network: Sequence[PhaseEstimate],
    draws: int,
    seed: int,
    correlation: float,
    shape: three_point.DistributionShape = "pert",
) -> Simulation:
    """Draw every phase and pass through the network. Phases must come after their predecessors.

    Durations share one common factor (Gaussian copula): any two phases have this correlation on the normal
    scale, whatever their own distributions are.
    """
    durations = _durations(network, draws, seed, correlation, shape)
    return through(network, durations)


def through(network: Sequence[PhaseEstimate], durations: Array) -> Simulation:
    """Starts, finishes and deciding path for given durations (phases by draws)."""
    index = {estimate.phase: i for i, estimate in enumerate(network)}
    starts, finishes = np.zeros_like(durations), np.zeros_like(durations)
    decided_by = np.full(durations.shape, -1)
    for i, estimate in enumerate(network):
        before = [index[name] for name in estimate.after]
        if before:
            latest = finishes[before].argmax(axis=0)
            decided_by[i] = np.asarray(before)[latest]
            starts[i] = finishes[before].max(axis=0)
        finishes[i] = starts[i] + durations[i]
    return Simulation(durations, starts, finishes, _deciding_path(finishes, decided_by))


def _durations(
    network: Sequence[PhaseEstimate],
    draws: int,
    seed: int,
    correlation: float,
    shape: three_point.DistributionShape,
) -> Array:
    drawn = PhaseDraws(draws, seed, correlation)
    found = [_duration(drawn, e.drawn_as, e.low, e.likely, e.high, shape) for e in network]
    return np.stack(found) if found else np.zeros((0, draws))


class PhaseDraws(NamedTuple):
    """What cumulative probabilities are drawn; those of a phase go by its name."""

    draws: int
    seed: int
    correlation: float


@lru_cache(maxsize=128)
def _duration(
    drawn: PhaseDraws,
    phase: str,
    low: float,
    likely: float,
    high: float,
    shape: three_point.DistributionShape,
) -> Array:
    return three_point.quantile(_probabilities(drawn, phase), low, likely, high, shape)


@lru_cache(maxsize=128)
def _probabilities(drawn: PhaseDraws, phase: str) -> Array:
    common, own = np.sqrt(drawn.correlation), np.sqrt(1 - drawn.correlation)
    mixed = common * _normal(drawn, "") + own * _normal(drawn, phase)
    return np.asarray(ndtr(mixed), dtype=np.float64)


@lru_cache(maxsize=128)
def _normal(drawn: PhaseDraws, name: str) -> Array:
    """Standard normal; the common factor has no name."""
    return np.random.default_rng([drawn.seed, crc32(name.encode())]).standard_normal(drawn.draws)


def _deciding_path(finishes: Array, decided_by: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Walk back from the last finish, each time to the predecessor that was waited for."""
    draws = np.arange(finishes.shape[1])
    on_path = np.zeros(finishes.shape, dtype=bool)
    if not len(finishes):
        return on_path
    at = finishes.argmax(axis=0)
    while (at >= 0).any():
        live = at >= 0
        on_path[at[live], draws[live]] = True
        at = np.where(live, decided_by[at, draws], -1)
    return on_path
