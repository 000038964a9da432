"""How long records are, in tokens estimated from bytes, with the estimate's error stated."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np

from bespoke.chapters.dataset_readiness.dataset_rules import Rules
from bespoke.chapters.dataset_readiness.result import TokenBin, TokenStats

BINS = 16  # at most, in the distribution's figure
WIDTHS = (5, 10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 25_000, 50_000)


@dataclass(frozen=True, slots=True)
class Estimator:
    """Bytes of UTF-8 per token: the likely figure and the range in which true tokenisers lie."""

    bytes_per_token: float
    low: float  # dense text: more tokens
    high: float  # plain prose: fewer

    def tokens(self, size: int) -> int:
        """Estimated tokens of so many bytes."""
        return round(size / self.bytes_per_token)

    def stats(self, tokens: array[int]) -> TokenStats | None:
        """Mean, nearest-rank 95th percentile, longest and total; None without records."""
        if not tokens:
            return None
        counts = np.frombuffer(tokens, dtype=np.uint64)
        total = int(counts.sum())
        return TokenStats(
            mean=total / len(tokens),
            p95=int(np.percentile(counts, 95, method="inverted_cdf")),
            longest=int(counts.max()),
            total=total,
            total_low=round(total * self.bytes_per_token / self.high),
            total_high=round(total * self.bytes_per_token / self.low),
        )


def estimator(rules: Rules) -> Estimator:
    """The estimator that the rule table states."""
    row = rules.one("tokens_estimate")
    assert row.low is not None
    assert row.high is not None
    return Estimator(row.number, float(row.low), float(row.high))


def bins(tokens: array[int]) -> tuple[TokenBin, ...]:
    """The distribution in at most 16 bins of a round width; the last one takes everything above."""
    if not tokens:
        return ()
    counts = np.frombuffer(tokens, dtype=np.uint64).astype(np.int64)
    first, last = int(counts.min()), int(counts.max())
    width = next((w for w in WIDTHS if (last // w - first // w) < BINS), WIDTHS[-1])
    start = first // width
    places = np.minimum(counts // width - start, BINS - 1)
    heights = np.bincount(places)
    top = len(heights) - 1
    return tuple(
        TokenBin(
            low=(start + n) * width,
            high=last + 1 if n == top == BINS - 1 else (start + n + 1) * width,
            records=int(height),
        )
        for n, height in enumerate(heights)
    )
