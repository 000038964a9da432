"""Quantiles of a stream in little memory: counts in buckets that grow by a fixed share.

DDSketch (Masson, Rim and Lee, VLDB 2019, vol. 12 no. 12, pp. 2195-2205): every quantile is right to within 1%.
"""

from __future__ import annotations

import math
from collections import Counter

ACCURACY = 0.01
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG = math.log(_GAMMA)


class Sketch:
    """Values from nought up. `mean` is exact, `quantile` right to within 1%."""

    def __init__(self) -> None:
        self._buckets: Counter[int] = Counter()
        self._zeros = 0
        self._total = 0.0
        self._least, self._most = math.inf, -math.inf
        self.n = 0

    def add(self, value: float) -> None:
        self.n += 1
        self._total += value
        self._least, self._most = min(self._least, value), max(self._most, value)
        if value <= 0:
            self._zeros += 1
        else:
            self._buckets[math.ceil(math.log(value) / _LOG)] += 1

    @property
    def mean(self) -> float:
        """Raises ZeroDivisionError for no values."""
        return self._total / self.n

    def quantile(self, q: float) -> float:
        """The value that a share `q` of all do not exceed. Raises ValueError for no values."""
        if not self.n:
            raise ValueError("no values")
        rank = math.ceil(q * self.n) or 1
        seen = self._zeros
        if seen >= rank:
            return 0.0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= rank:
                return min(max(2 * _GAMMA**bucket / (_GAMMA + 1), self._least), self._most)
        raise AssertionError("ranks end with the last bucket")
