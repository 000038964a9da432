"""The beta and Student's t distributions, by scipy, which is imported when one is first asked for.

A command that only reads a client folder knows the scorers, and so these; scipy takes half a second to import.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def t_cdf(freedom: object, x: object) -> Any:
    """The share of Student's t with so many degrees of freedom below x."""
    from scipy.special import stdtr

    return stdtr(freedom, x)


def t_quantile(freedom: object, share: object) -> Any:
    """The point that this share of Student's t lies below."""
    from scipy.special import stdtrit

    return stdtrit(freedom, share)


def beta_quantile(share: object, a: float, b: float) -> Any:
    """The point of [0, 1] that this share of a beta distribution lies below."""
    from scipy.special import betaincinv

    return betaincinv(a, b, share)


def beta_quantiles(shares: NDArray[np.float64], a: float, b: float) -> NDArray[np.float64]:
    """`beta_quantile` of many shares at once, read off the distribution function at points denser towards both ends.

    Within 3e-7 of it for PERT's shapes (a and b from 1 to 5), at a tenth of the time: far inside what draws differ by.
    """
    from scipy.special import betainc

    points = np.sin(np.linspace(0, np.pi / 2, 4097)) ** 2
    return np.asarray(np.interp(shares, betainc(a, b, points), points))
