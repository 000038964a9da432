"""An interval for a score that is no ratio of sums, from leaving out one cluster at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bespoke.statistics.distributions import t_quantile
from bespoke.statistics.interval import Interval
from bespoke.statistics.proportion import wilson

_ROUNDING = 1e-12  # means of the same numbers differ by less


def jackknife(estimate: float, left_out: NDArray[np.float64], *, level: float = 0.95) -> Interval:
    """Student's interval on the jackknife's standard error (Tukey 1958), for a score between 0 and 1.

    `left_out` holds the score without each cluster in turn; NaN where nothing is left to score. It speaks of the
    score to be expected on as many clusters of the same kind, which for a score that shifts with the number of
    notes, as macro-F1 does, is not its limit for endless notes. The jackknife's variance errs upwards on
    average (Efron and Stein 1981). Where leaving out changes nothing, all clusters being right or all wrong,
    Wilson's interval over the clusters takes its place; one cluster knows nothing.
    """
    known = left_out[~np.isnan(left_out)]
    n = len(known)
    if n < 2:
        return Interval(estimate=estimate, low=0.0, high=1.0)
    error = float(np.sqrt((n - 1) / n * ((known - known.mean()) ** 2).sum()))
    if error < _ROUNDING:
        edge = wilson(round(estimate * n), n, level)
        return Interval(estimate=estimate, low=min(edge.low, estimate), high=max(edge.high, estimate))
    reach = float(t_quantile(n - 1, (1 + level) / 2)) * error
    return Interval(estimate=estimate, low=max(0.0, estimate - reach), high=min(1.0, estimate + reach))
