"""Regularised least squares on sparse rows, for any number of classes at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def ridge_slopes(rows: Any, target: Array, penalty: Array) -> Array:
    """Slopes, words x classes, for sparse `rows` (texts x words), `target` (texts x classes) and a penalty per text.

    One solve for all classes, in the space of texts or of words, whichever is smaller: the same result (Saunders,
    Gammerman and Vovk 1998), as (X'P⁻¹X + I)⁻¹X'P⁻¹ is X'(XX' + P)⁻¹.
    """
    texts, words = rows.shape
    if texts <= words:
        return np.asarray(rows.T @ np.linalg.solve((rows @ rows.T).toarray() + np.diag(penalty), target))
    weighted = rows.multiply(1 / penalty[:, None]).tocsr()
    return np.asarray(np.linalg.solve((rows.T @ weighted).toarray() + np.eye(words), weighted.T @ target))
