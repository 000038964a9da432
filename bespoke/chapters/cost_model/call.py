"""The expected cost of one request, in closed form: means, a price tier and a cached prefix."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from bespoke.chapters.cost_model.inputs import Array
from bespoke.facts.price_book import MILLION, Tariff, TokenRates

NORMAL_95 = 1.6448536269514722


@dataclass(frozen=True)
class ModelCall:
    """One model call of a request: expected tokens per draw, and how often a request makes it."""

    tariff: Tariff
    prefix: Array  # the same text in every request
    input: Array  # what changes; log-normal around this mean
    output: Array
    times: Array


@dataclass(frozen=True)
class Cached:
    """How the prefix is cached: the share of requests that find it, and which write price a miss pays."""

    hit_rate: Array
    ttl_minutes: int


def request_cost(call: ModelCall, sigma: Array, cached: Cached | None = None) -> dict[str, Array]:
    """Expected USD per request by component. `sigma` is that of the log of the changing input.

    A tier raises the price of the whole request once its prompt is longer than the threshold, so the
    expectation needs the share of such requests and the tokens they hold, not only the mean.
    """
    total = _at_rates(call.tariff.base, call, call.input, np.ones_like(call.input), cached)
    below = call.tariff.base
    for tier in call.tariff.tiers:
        share, tokens = tail(call.input, sigma, tier.above - call.prefix)
        dearer = _at_rates(tier.rates, call, tokens, share, cached)
        cheaper = _at_rates(below, call, tokens, share, cached)
        total = {name: total[name] + dearer[name] - cheaper[name] for name in total}
        below = tier.rates
    return {name: value * call.times for name, value in total.items()}


def tail(mean: Array, sigma: Array, above: Array) -> tuple[Array, Array]:
    """Share of log-normal lengths above a threshold, and their part of the mean: P(X > k), E[X; X > k]."""
    safe = np.maximum(above, 1e-9)
    with np.errstate(divide="ignore"):
        distance = (np.log(np.maximum(mean, 1e-300)) - np.log(safe)) / sigma
    share = np.where(above <= 0, 1.0, ndtr(distance - sigma / 2))
    tokens = np.where(above <= 0, mean, mean * ndtr(distance + sigma / 2))
    return np.asarray(share), np.asarray(tokens)


def sigma_of(p95_to_mean: Array) -> Array:
    """Sigma of a log-normal whose 95th percentile is this many times its mean: exp(1.645 s - s^2/2).

    The smaller root: beyond exp(1.645^2 / 2) = 3.87 no log-normal has such a p95.
    """
    limit = math.exp(NORMAL_95**2 / 2)
    return np.asarray(NORMAL_95 - np.sqrt(NORMAL_95**2 - 2 * np.log(np.clip(p95_to_mean, 1.001, limit))))


def _at_rates(
    rates: TokenRates, call: ModelCall, tokens: Array, share: Array, cached: Cached | None
) -> dict[str, Array]:
    """USD of `share` of the requests, which hold `tokens` of the mean input."""
    prefix = call.prefix * share
    parts = {
        "input": tokens * _usd(rates.input),
        "cache read": np.zeros_like(tokens),
        "cache write": np.zeros_like(tokens),
        "output": call.output * share * _usd(rates.output),
    }
    if cached is None:
        parts["input"] = parts["input"] + prefix * _usd(rates.input)
        return parts
    write = rates.cache_write_1h if cached.ttl_minutes == 60 else rates.cache_write_5m
    parts["cache read"] = prefix * cached.hit_rate * _usd(rates.cache_read)
    parts["cache write"] = prefix * (1 - cached.hit_rate) * _usd(write)
    return parts


def _usd(rate: object) -> float:
    """USD per token of a rate per million; only called for what the provider sells."""
    assert rate is not None
    return float(rate / MILLION)  # type: ignore[operator]
