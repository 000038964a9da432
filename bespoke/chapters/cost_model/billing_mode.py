"""What a route runs on every month: calls by the token, or capacity by the hour."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from bespoke.chapters.cost_model.call import Cached, ModelCall, request_cost
from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.chapters.cost_model.request_load import SLOTS, hit_rate, peak_per_second
from bespoke.statistics.least_squares import not_negative

HOURS_PER_DAY = 24.0
SECONDS_PER_SLOT = 300.0


@dataclass(frozen=True)
class Load:
    """How a task's requests arrive. `days` is days per month, `retry` the share of requests paid twice."""

    profile: Array
    peak_to_mean: float
    days: float
    retry: Array

    def per_month(self, requests_per_day: Array) -> Array:
        return requests_per_day * self.days * (1 + self.retry)

    def peak(self, requests_per_day: Array) -> Array:
        return peak_per_second(requests_per_day * (1 + self.retry), self.peak_to_mean)


@dataclass(frozen=True)
class TokenPlan:
    """Pays by the token. `ttl_minutes` names the cache, 0 for none."""

    calls: tuple[ModelCall, ...]
    sigma: Array
    load: Load
    fixed: dict[str, Array] = field(default_factory=dict)  # USD per month
    ttl_minutes: int = 0

    def monthly(self, requests_per_day: Array) -> dict[str, Array]:
        """USD per month by component, one value per draw."""
        cached = self.cached(requests_per_day)
        requests = self.load.per_month(requests_per_day)
        total = {name: value * np.ones_like(requests) for name, value in self.fixed.items()}
        for call in self.calls:
            for name, value in request_cost(call, self.sigma, cached).items():
                total[name] = total.get(name, 0.0) + value * requests
        return total

    def cached(self, requests_per_day: Array) -> Cached | None:
        if not self.ttl_minutes:
            return None
        return Cached(hit_rate(requests_per_day, self.load.profile, self.ttl_minutes), self.ttl_minutes)

    def units(self, requests_per_day: Array) -> Array | None:
        return None


@dataclass(frozen=True)
class AlwaysOnPlan:
    """Units rented by the hour, day and night, enough for the peak: GPUs or Provisioned Throughput."""

    per_unit_second: Array  # requests one unit serves, planning margin included
    usd_per_hour: Array
    load: Load
    fixed: dict[str, Array]
    smallest: float = 1.0

    def monthly(self, requests_per_day: Array) -> dict[str, Array]:
        hosting = self.units(requests_per_day) * self.usd_per_hour * HOURS_PER_DAY * self.load.days
        return {"hosting": hosting, **{k: v * np.ones_like(hosting) for k, v in self.fixed.items()}}

    def units(self, requests_per_day: Array) -> Array:
        needed = np.ceil(self.load.peak(requests_per_day) / self.per_unit_second)
        return np.asarray(np.maximum(needed, self.smallest), dtype=np.float64)


@dataclass(frozen=True)
class ImportPlan:
    """Copies of an imported model, billed in windows while requests come: Custom Model Import."""

    per_copy_second: Array
    usd_per_window: Array  # of one copy
    window_minutes: float
    load: Load
    fixed: dict[str, Array]

    def monthly(self, requests_per_day: Array) -> dict[str, Array]:
        share, slots = np.unique(self.load.profile, return_counts=True)  # the afternoon repeats the morning
        arrivals = requests_per_day[:, None] * (1 + self.load.retry[:, None]) * share[None, :] / SLOTS
        active = 1 - np.exp(-arrivals * self.window_minutes * 60 / SECONDS_PER_SLOT)
        copies = np.maximum(1.0, np.ceil(arrivals / SECONDS_PER_SLOT / self.per_copy_second[:, None]))
        windows = (active * copies * slots).sum(axis=1) * SECONDS_PER_SLOT / (self.window_minutes * 60)
        hosting = windows * self.usd_per_window * self.load.days
        return {"hosting": hosting, **{k: v * np.ones_like(hosting) for k, v in self.fixed.items()}}

    def units(self, requests_per_day: Array) -> Array:
        return np.asarray(np.maximum(1.0, np.ceil(self.load.peak(requests_per_day) / self.per_copy_second)))


Plan = TokenPlan | AlwaysOnPlan | ImportPlan


def total(parts: dict[str, Array]) -> Array:
    return np.asarray(np.sum(list(parts.values()), axis=0), dtype=np.float64)


def per_gpu_second(inputs: Inputs, prompt: Array, output: Array) -> Array:
    """Requests per second one H100 serves, for a request of these mean tokens.

    Fits seconds per request = a in + b out + c out (in + out / 2) to the published points: reading the
    prompt, writing the answer, and the memory that every written token reads back. Non-negative least
    squares on relative errors.
    """
    a, b, c = _service_times(inputs)
    seconds = a * prompt + b * output + c * output * (prompt + output / 2)
    return np.asarray(inputs["gpu.h100.throughput_factor"] / np.maximum(seconds, 1e-9), dtype=np.float64)


def _service_times(inputs: Inputs) -> tuple[float, float, float]:
    keys = inputs.facts.keys("gpu.h100.throughput.")
    return _fitted(tuple((key.rsplit(".", 1)[1], inputs.constant(key)) for key in keys))


@lru_cache(maxsize=8)
def _fitted(points: tuple[tuple[str, float], ...]) -> tuple[float, float, float]:
    """`points` are tokens in and out, as `1024_128`, and requests per second."""
    shapes = np.array([[float(n) for n in shape.split("_")] for shape, _ in points])
    rates = np.array([rate for _, rate in points])
    tokens_in, tokens_out = shapes[:, 0], shapes[:, 1]
    terms = np.stack([tokens_in, tokens_out, tokens_out * (tokens_in + tokens_out / 2)], axis=1)
    a, b, c = not_negative(terms * rates[:, None], np.ones(len(rates)))
    return float(a), float(b), float(c)
