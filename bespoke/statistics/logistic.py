"""Logistic regression with a ridge penalty, small enough not to need a library that takes a second to import."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_STEPS = 50  # Newton's method ends after a handful
_ENOUGH = 1e-8  # a step this small changes no decision


@dataclass(frozen=True)
class Logistic:
    """Weights on standardised columns. `score` is the log odds of "right", for ranking or a threshold at 0."""

    mean: Array
    spread: Array
    weights: Array
    intercept: float

    def score(self, rows: Array) -> Array:
        return np.asarray((rows - self.mean) / self.spread @ self.weights + self.intercept)


def fit_logistic(rows: Array, right: NDArray[np.bool_], *, strength: float = 1.0) -> Logistic:
    """Maximum penalised likelihood by Newton's method (iteratively reweighted least squares).

    `rows` are observations x features, standardised here; a constant feature stays at weight 0. `strength` is
    scikit-learn's C, the inverse of the penalty on the weights; the intercept is free. The tests hold it
    against scikit-learn. Raises ValueError unless both outcomes occur.
    """
    if right.all() or not right.any():
        raise ValueError("both outcomes must occur to learn how to tell them apart")
    mean, spread = rows.mean(0), rows.std(0)
    spread = np.where(spread > 0, spread, 1.0)
    x = np.column_stack([(rows - mean) / spread, np.ones(len(rows))])
    penalty = np.append(np.full(rows.shape[1], 1 / strength), 0.0)
    weights = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-np.clip(x @ weights, -35, 35)))
        slope = x.T @ (right - share) - penalty * weights
        curve = (x * (share * (1 - share))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < _ENOUGH:
            break
    return Logistic(mean, spread, weights[:-1], float(weights[-1]))
