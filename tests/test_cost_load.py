"""When requests arrive, and how often the cache is still warm."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bespoke.chapters.cost_model.request_load import SLOTS, day_profile, hit_rate, peak_per_second


@pytest.mark.parametrize("peak", [1.0, 1.3, 2.0, 3.1, 8.0])
def test_the_profile_has_the_stated_peak_and_mean_one(peak: float) -> None:
    profile = day_profile(peak)
    assert profile.mean() == pytest.approx(1)
    assert profile.max() == pytest.approx(peak, rel=1e-3)


def test_a_peak_of_two_is_the_raised_cosine() -> None:
    # n = 1: (1 + cos t) / 2 has mean 1/2, so twice itself has mean 1 and peak 2
    angle = (np.arange(SLOTS) - SLOTS / 2) * 2 * np.pi / SLOTS
    assert day_profile(2.0) == pytest.approx(1 + np.cos(angle), abs=1e-9)


@pytest.mark.parametrize(("gap_minutes", "ttl"), [(5, 5), (20.4, 5), (80.3, 60), (1, 60)])
def test_flat_traffic_has_the_closed_form(gap_minutes: float, ttl: float) -> None:
    hits = hit_rate(np.array([1440 / gap_minutes]), day_profile(1), ttl)
    assert hits[0] == pytest.approx(1 - math.exp(-ttl / gap_minutes))


@pytest.mark.parametrize(("per_day", "peak", "ttl"), [(300, 1, 5), (300, 3.0, 5), (40, 2.5, 60)])
def test_agrees_with_a_simulated_month(per_day: float, peak: float, ttl: float) -> None:
    # thinning: candidates at the peak rate over 400 days, kept in proportion to the profile; a request hits
    # when the one before it came within the TTL. About 16,000 to 120,000 requests: tolerance 0.015.
    rng, profile, days = np.random.default_rng(7), day_profile(peak), 400
    count = rng.poisson(per_day * days * profile.max())
    minutes = np.sort(rng.uniform(0, days * 1440, count))
    slot = (minutes % 1440 // 5).astype(int)
    kept = minutes[rng.random(count) < profile[slot] / profile.max()]
    simulated = (np.diff(kept) <= ttl).mean()
    assert hit_rate(np.array([per_day]), profile, ttl)[0] == pytest.approx(simulated, abs=0.015)


def test_peak_is_per_second() -> None:
    assert peak_per_second(np.array([86_400.0]), 3.0)[0] == 3.0
