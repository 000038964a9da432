"""When requests arrive, and how often one finds the cached prefix of the one before."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from bespoke.chapters.cost_model.inputs import Array

SLOTS = 288  # of five minutes
SLOT_MINUTES = 5.0
MINUTES_PER_DAY = 1440.0
SECONDS_PER_DAY = 86_400.0
STEEPEST = 1e7  # power of a hump that lies within one slot


def day_profile(peak_to_mean: float) -> Array:
    """Relative arrival rate in each five-minute slot of a day, mean 1, largest value `peak_to_mean`.

    One smooth hump: a power of the raised cosine, ((1 + cos t) / 2)^n, whose mean is
    G(n + 1/2) / (sqrt(pi) G(n + 1)); n is solved so that peak over mean is what the client states.
    """
    if peak_to_mean <= 1:
        return np.ones(SLOTS)
    power = _power(peak_to_mean)
    angle = (np.arange(SLOTS) - SLOTS / 2) * (2 * np.pi / SLOTS)
    hump = ((1 + np.cos(angle)) / 2) ** power
    return np.asarray(hump / hump.mean(), dtype=np.float64)


def hit_rate(requests_per_day: Array, profile: Array, ttl_minutes: float) -> Array:
    """Share of requests whose prefix is still cached, one value per entry of `requests_per_day`.

    Arrivals are Poisson with the day's rate; every use refreshes the entry, so a request hits when at least
    one other came in the TTL before it: 1 - exp(-expected arrivals in that window), averaged over requests.
    At a flat rate this is 1 - exp(-rate x TTL).
    """
    asked = np.asarray(requests_per_day, dtype=np.float64)
    same = asked.size > 1 and bool((asked == asked[0]).all())  # so is a point of a curve, in every draw
    found = _hit_rate((asked[:1] if same else asked).tobytes(), profile.tobytes(), float(ttl_minutes))
    return np.full(asked.shape, found[0]) if same else found


@lru_cache(maxsize=32)
def _hit_rate(requests_per_day: bytes, profile: bytes, ttl_minutes: float) -> Array:
    """Kept by value: every route of a task asks for the same volumes and the same day."""
    rates, day = np.frombuffer(requests_per_day), np.frombuffer(profile)
    # The day is the same on both sides of its peak: most slots have a twin with as many arrivals before it.
    arrivals, twins = np.unique(_arrivals_before(day, ttl_minutes).round(9), return_inverse=True)
    missed = np.exp(np.multiply.outer(rates / -MINUTES_PER_DAY, arrivals))
    found = np.asarray(1 - missed @ np.bincount(twins, day) / day.sum(), dtype=np.float64)
    found.flags.writeable = False
    return found


def peak_per_second(requests_per_day: Array, peak_to_mean: float) -> Array:
    return requests_per_day * peak_to_mean / SECONDS_PER_DAY


def _arrivals_before(profile: Array, ttl_minutes: float) -> Array:
    """Expected arrivals in the TTL before each slot, at one request a minute; the day repeats."""
    slots = round(ttl_minutes / SLOT_MINUTES)
    whole = sum((np.roll(profile, shift) for shift in range(1, slots)), np.zeros(SLOTS))
    edges = (profile + np.roll(profile, slots)) / 2
    return np.asarray((whole + edges) * SLOT_MINUTES, dtype=np.float64)


def _power(peak_to_mean: float) -> float:
    """The power whose hump has this peak over its mean: the interval is halved until no number lies inside.

    Not a library's: importing its root finder takes longer than the rest of the chapter.
    """
    low, high = 0.0, STEEPEST
    while low < (middle := (low + high) / 2) < high:
        if _mean_of_hump(middle) * peak_to_mean > 1:
            low = middle
        else:
            high = middle
    return high


def _mean_of_hump(power: float) -> float:
    return math.exp(math.lgamma(power + 0.5) - math.lgamma(power + 1)) / math.sqrt(math.pi)
