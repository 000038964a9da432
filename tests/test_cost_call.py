"""The expected cost of one request: tiers and cached prefixes in closed form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bespoke.chapters.cost_model.call import NORMAL_95, Cached, ModelCall, request_cost, sigma_of, tail
from bespoke.facts.price_book import RequestTokens, tariff
from bespoke.facts.price_book import request_cost as invoice

DAY = date(2026, 11, 20)
ONE = np.ones(1)


def call(model: str, prefix: float, tokens: float, output: float) -> ModelCall:
    return ModelCall(tariff(model, DAY), prefix * ONE, tokens * ONE, output * ONE, ONE)


def test_without_a_tier_the_mean_is_the_invoice_of_the_mean() -> None:
    parts = request_cost(call("claude-sonnet-4-6", 3_400, 780, 190), ONE)
    expected = invoice("claude-sonnet-4-6", RequestTokens(uncached_input=4_180, output=190), DAY)
    assert sum(part[0] for part in parts.values()) == pytest.approx(float(expected))


def test_a_cached_prefix_is_read_on_a_hit_and_written_on_a_miss() -> None:
    # 1,000 prefix tokens at 80% hits: 800 x 0.30 + 200 x 3.75 = 240 + 750 USD per million requests
    parts = request_cost(call("claude-sonnet-4-6", 1_000, 0, 0), ONE, Cached(0.8 * ONE, 5))
    assert (parts["cache read"][0], parts["cache write"][0]) == (pytest.approx(240e-6), pytest.approx(750e-6))


def test_the_hour_costs_a_dearer_write() -> None:
    parts = request_cost(call("claude-sonnet-4-6", 1_000, 0, 0), ONE, Cached(0.8 * ONE, 60))
    assert parts["cache write"][0] == pytest.approx(200 * 6e-6)


def test_a_request_that_calls_three_times_costs_three_calls() -> None:
    once = call("claude-haiku-5-5", 90_000, 60_000, 400)
    thrice = request_cost(replace(once, times=3 * ONE), ONE)
    assert {name: part[0] for name, part in thrice.items()} == {
        name: pytest.approx(3 * part[0]) for name, part in request_cost(once, ONE).items()
    }


def test_sigma_gives_the_stated_p95() -> None:
    # p95 / mean = exp(1.645 s - s^2 / 2), which two sigmas fulfil: the smaller is below 1.645
    stated = np.array([1.5, 2.0, 3.8])
    sigma = sigma_of(stated)
    assert np.exp(1.6448536 * sigma - sigma**2 / 2) == pytest.approx(stated)
    assert (sigma < 1.6448).all()


def test_a_p95_that_no_log_normal_has_gives_the_widest_and_one_at_the_mean_next_to_none() -> None:
    # exp(1.645^2 / 2) = 3.868; a p95 at or below the mean counts as 1.001 times it: 1.645 s = .001
    assert sigma_of(np.array([3.87, 100.0])) == pytest.approx([NORMAL_95, NORMAL_95])
    assert sigma_of(np.array([1.0, 0.2])) == pytest.approx([0.00061, 0.00061], abs=1e-5)


def test_tail_of_a_log_normal() -> None:
    # mean 1, sigma 1: median exp(-1/2); half of the lengths are above it and hold P(Z < 1) = 84.13%
    share, tokens = tail(ONE, ONE, np.array([np.exp(-0.5)]))
    assert (share[0], tokens[0]) == (pytest.approx(0.5), pytest.approx(0.8413, abs=1e-4))


def test_where_nothing_changes_no_request_is_above_a_threshold_that_the_prefix_does_not_reach() -> None:
    share, tokens = tail(0 * ONE, ONE, 5 * ONE)
    assert (share[0], tokens[0]) == (0.0, 0.0)


def test_a_prefix_beyond_the_threshold_puts_every_request_above_it() -> None:
    share, tokens = tail(5 * ONE, ONE, np.array([-1.0]))
    assert (share[0], tokens[0]) == (1.0, 5.0)


def test_a_tier_is_expected_over_the_lengths_not_at_the_mean() -> None:
    # a mean prompt of 80,000 is below the tier of 100,000, yet many are above: against 20,000 invoices
    one, sigma = call("claude-haiku-5-5", 20_000, 60_000, 400), sigma_of(np.array([2.5]))
    lengths = np.random.default_rng(1).lognormal(np.log(60_000) - sigma[0] ** 2 / 2, sigma[0], 20_000)
    bills = [
        float(invoice("claude-haiku-5-5", RequestTokens(uncached_input=20_000 + int(n), output=400), DAY))
        for n in lengths
    ]
    expected = sum(part[0] for part in request_cost(one, sigma).values())
    assert expected == pytest.approx(np.mean(bills), rel=0.03)
    assert expected > 1.5 * float(
        invoice("claude-haiku-5-5", RequestTokens(uncached_input=80_000, output=400), DAY)
    )
