"""Whole clusters of cases drawn with replacement: one matrix of counts serves every statistic of sums."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000  # of every interval that draws cases anew
_BLOCK = 200_000  # draws counted at a time: as many as stay in the processor's cache


def cluster_counts(clusters: int, *, resamples: int = RESAMPLES, seed: int = 0) -> NDArray[np.float64]:
    """How often each resample (row) draws each cluster (column); every row adds up to the clusters.

    The sums of a resample are this matrix times the sums of the clusters. Raises ValueError without a cluster.
    """
    if clusters < 1:
        raise ValueError("a bootstrap needs at least one observation")
    random = np.random.default_rng(seed)
    counts = np.empty((resamples, clusters))
    rows = max(1, _BLOCK // clusters)
    narrow = np.uint16 if clusters <= 2**16 else np.uint32  # fewer random bits to make for each draw
    first = (np.arange(rows, dtype=np.intp) * clusters)[:, None]
    for start in range(0, resamples, rows):
        block = counts[start : start + rows]
        draws = random.integers(clusters, size=block.shape, dtype=narrow) + first[: len(block)]
        block[:] = np.bincount(draws.ravel(), minlength=block.size).reshape(block.shape)
    return counts
