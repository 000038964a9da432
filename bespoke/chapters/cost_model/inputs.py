"""The uncertain inputs of the cost model: one set of draws per fact, shared by every route that uses it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bespoke.clients.schema import NegotiatedPrice
from bespoke.facts.reader import Facts
from bespoke.statistics import three_point

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Inputs:
    """Draws of facts by key. The same key gives the same draws whatever was asked for before, so that two
    routes are compared under the same future, and a run repeats exactly.

    With `pinned`, one draw for each entry: the named inputs at the given quantile, all others at their median.
    """

    facts: Facts
    own: Mapping[str, NegotiatedPrice]
    draws: int
    seed: int
    pinned: Sequence[Mapping[str, float]] | None = None
    used: set[str] = field(default_factory=set)
    _sampled: dict[str, Array] = field(default_factory=dict)
    _quantiles: dict[tuple[str, float], float] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Array:
        return self.of(key)

    def of(self, key: str, task_id: str = "") -> Array:
        """The draws of a fact; those of another task are independent when a task is named."""
        self.used.add(key)
        name = f"{key}#{task_id}" if task_id else key
        if name not in self._sampled:
            self._sampled[name] = self._drawn(key, name) if self.pinned is None else self._pinned(key)
        return self._sampled[name]

    def between(self, key: str, task_id: str, low: float, likely: float, high: float) -> Array:
        """A client's own range in place of a fact's, under the same draws: three points on the log scale.

        Ranges of what nobody counted reach over orders of magnitude; on the plain scale their upper end would make
        the mean.
        """
        self.used.add(key)
        least, middle, most = (math.log(max(value, 1.0)) for value in (low, likely, high))
        chances = self._chances(key, f"{key}#{task_id}")
        return np.asarray(np.exp(three_point.quantile(chances, least, middle, most)), dtype=np.float64)

    def text(self, key: str) -> str:
        self.used.add(key)
        return str(self.facts.fact(key).value)

    def constant(self, key: str) -> float:
        self.used.add(key)
        return float(self.own[key].value) if key in self.own else self.facts.number(key)

    def scope(self) -> Inputs:
        """The same draws with a fresh record of what is used."""
        return replace(self, used=set())

    def pin(self, quantiles: Sequence[Mapping[str, float]]) -> Inputs:
        return replace(self, draws=len(quantiles), pinned=quantiles, used=set(), _sampled={})

    def fewer(self, draws: int) -> Inputs:
        """The first draws of the same futures, for what needs many points and few draws."""
        return replace(self, draws=min(draws, self.draws), used=set(), _sampled={})

    def is_uncertain(self, key: str) -> bool:
        if key in self.own:
            return False
        fact = self.facts.fact(key)
        return fact.low is not None and fact.low != fact.high

    def is_unpublished(self, key: str) -> bool:
        return key not in self.own and self.facts.fact(key).kind == "unpublished"

    def _drawn(self, key: str, name: str) -> Array:
        return self._sample(key, self._random(name))

    def _random(self, name: str) -> Array:
        return np.random.default_rng([self.seed, crc32(name.encode())]).random(self.draws)

    def _chances(self, key: str, name: str) -> Array:
        """Cumulative probabilities: drawn, or the median save where the input is pinned."""
        if self.pinned is None:
            return self._random(name)
        return np.array([quantiles.get(key, 0.5) for quantiles in self.pinned])

    def _pinned(self, key: str) -> Array:
        """The median, which every pinned copy shares, save where the input itself is pinned."""
        values = np.full(self.draws, self._at(key, 0.5))
        for place, quantiles in enumerate(self.pinned or ()):
            if key in quantiles:
                values[place] = self._at(key, quantiles[key])
        return values

    def _at(self, key: str, quantile: float) -> float:
        """One quantile of an input, which every route asks for."""
        if (key, quantile) not in self._quantiles:
            self._quantiles[key, quantile] = float(self._sample(key, np.array([quantile]))[0])
        return self._quantiles[key, quantile]

    def _sample(self, key: str, u: Array) -> Array:
        if key in self.own:
            return np.full_like(u, float(self.own[key].value))
        fact = self.facts.fact(key)
        if fact.low is None or fact.high is None:
            return np.full_like(u, float(fact.number))
        low, high = float(fact.low), float(fact.high)
        if fact.value is None:
            return three_point.span(u, low, high)
        return three_point.quantile(u, low, float(fact.number), high)
