"""How far two people who labelled the same items agree beyond chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bespoke.results import Part
from bespoke.statistics.proportion import two_sided_z, wilson


class Kappa(Part):
    """Cohen's kappa of two annotators with its interval; `observed` is the plain share of agreement."""

    kappa: float
    low: float
    high: float
    n: int
    observed: float


def cohen_kappa(first: Sequence[str], second: Sequence[str], level: float = 0.95) -> Kappa:
    """Cohen's kappa of two annotators' labels of the same items, in the same order.

    The interval uses the large-sample standard error of Fleiss, Cohen and Everitt (1969), cut to [-1, 1].
    Where that error is zero (perfect agreement, for one) the limits come from Wilson's interval of the
    observed agreement with the expected agreement held. Defined edges: no items give kappa 0 within [-1, 1];
    one and the same label throughout gives kappa 1 within [-1, 1], since chance alone would then agree
    always. Raises ValueError when the two lists differ in length.
    """
    if len(first) != len(second):
        raise ValueError(f"both annotators must label the same items: {len(first)} against {len(second)}")
    n = len(first)
    if n == 0:
        return Kappa(kappa=0.0, low=-1.0, high=1.0, n=0, observed=0.0)
    table = _shares(first, second)
    observed, expected = float(np.trace(table)), float(table.sum(1) @ table.sum(0))
    if np.count_nonzero(table) == 1 and observed > 0:
        return Kappa(kappa=1.0, low=-1.0, high=1.0, n=n, observed=1.0)
    kappa = (observed - expected) / (1 - expected)
    error = _standard_error(table, observed, expected, n)
    if error > 1e-9:
        reach = two_sided_z(level) * error
        low, high = kappa - reach, kappa + reach
    else:
        agreement = wilson(round(observed * n), n, level)
        low, high = ((limit - expected) / (1 - expected) for limit in (agreement.low, agreement.high))
    return Kappa(kappa=kappa, low=max(-1.0, low), high=min(1.0, high), n=n, observed=observed)


def _shares(first: Sequence[str], second: Sequence[str]) -> NDArray[np.float64]:
    """The contingency table of both label lists, rows the first annotator's, as shares of all items."""
    labels = {label: i for i, label in enumerate(sorted({*first, *second}))}
    table = np.zeros((len(labels), len(labels)))
    for a, b in zip(first, second, strict=True):
        table[labels[a], labels[b]] += 1
    return table / len(first)


def _standard_error(table: NDArray[np.float64], observed: float, expected: float, n: int) -> float:
    """Fleiss, Cohen and Everitt (1969), formula 13: the standard error when kappa is not zero."""
    rows, columns = table.sum(1), table.sum(0)
    kappa = (observed - expected) / (1 - expected)
    agree = sum(table[i, i] * (1 - (rows[i] + columns[i]) * (1 - kappa)) ** 2 for i in range(len(rows)))
    crossed = table * (columns[:, None] + rows[None, :]) ** 2  # item in row i and column j: p.i + pj.
    apart = (1 - kappa) ** 2 * float(crossed.sum() - np.trace(crossed))
    spread = agree + apart - (kappa - expected * (1 - kappa)) ** 2
    return float(np.sqrt(max(0.0, spread) / n) / (1 - expected))
