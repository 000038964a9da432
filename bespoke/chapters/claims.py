"""The register of claims: what circulates about customising Claude, recomputed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import numpy as np

from bespoke.chapters.timeline.estimates import PhaseEstimate
from bespoke.chapters.timeline.network import simulate
from bespoke.facts.claim import Claim, Verdict
from bespoke.facts.price_book import MILLION, TokenRates, tariff
from bespoke.facts.reader import Facts, all_in_force, rows_of
from bespoke.results import Part, Result
from bespoke.show.filling import filled
from bespoke.show.numbers import day, decimal, exact
from bespoke.statistics.proportion import wilson
from bespoke.statistics.seed import SEED
from bespoke.statistics.three_point import DistributionShape

Inputs = Mapping[str, Decimal | str]
HOUR = Decimal(3600)
DAY = Decimal(86_400)
SERIAL = ("audit", "dataset", "training", "evaluation_ab", "integration")
DRAWS = 20_000


class Computed(Part):
    name: str
    value: str  # as the finding prints it


class ClaimFinding(Part):
    id: str
    claim: str
    finding: str
    verdict: Verdict
    source: str
    read_on: date
    computed: tuple[Computed, ...]  # empty where the finding rests on the source alone


class ClaimsRegister(Result):
    claims: tuple[ClaimFinding, ...]

    def claim(self, claim_id: str) -> ClaimFinding:
        return next(claim for claim in self.claims if claim.id == claim_id)


def compute(facts: Facts) -> ClaimsRegister:
    """Every claim with what the code finds today; the numbers are computed, never retyped."""
    current = all_in_force(rows_of(Claim, "claims"), lambda claim: claim.id, facts.as_of)
    found = tuple(_finding(claim, facts) for claim in current)
    return ClaimsRegister(claims=found, facts_used=tuple(sorted(facts.used)))


def _finding(claim: Claim, facts: Facts) -> ClaimFinding:
    values = CHECKS[claim.check](claim.inputs, facts) if claim.check else {}
    return ClaimFinding(
        id=claim.id,
        claim=filled(claim.claim),
        finding=filled(claim.finding, **values),
        verdict=claim.verdict,
        source=claim.source,
        read_on=claim.read_on,
        computed=tuple(Computed(name=name, value=value) for name, value in values.items()),
    )


# --- the computations ------------------------------------------------------------------------------------


def caching_saving(inputs: Inputs, facts: Facts) -> dict[str, str]:
    """Requests a month for a saving, when every request hits and when some write the cache instead."""
    rates, tokens, hits = _rates(inputs, facts), _number(inputs, "prefix_tokens"), _number(inputs, "hit_rate")
    read, write = _sold(rates.cache_read), _sold(rates.cache_write_5m)
    per_hit = tokens * (rates.input - read) / MILLION
    per_miss = tokens * (write - rates.input) / MILLION
    saving = _number(inputs, "saving_usd")
    return {
        "per_hit": exact(per_hit),
        "requests": _count(saving / per_hit),
        "requests_with_misses": _count(saving / (hits * per_hit - (1 - hits) * per_miss)),
        "hit_percent": decimal(hits * 100),
    }


def provisioned_break_even(inputs: Inputs, facts: Facts) -> dict[str, str]:
    """What one request costs on capacity at a rate, and the rate at which tokens cost the same, by shape."""
    rates = _rates(inputs, facts)
    per_second_usd = _number(inputs, "usd_per_hour") / HOUR
    per_request = per_second_usd / _number(inputs, "per_second")
    values = {
        "per_request": decimal(per_request, 7),
        "input_tokens": decimal(per_request * MILLION / rates.input),
        "output_tokens": decimal(per_request * MILLION / rates.output),
    }
    for shape in "1234":
        tokens_in, tokens_out = _number(inputs, f"in_{shape}"), _number(inputs, f"out_{shape}")
        cost = (tokens_in * rates.input + tokens_out * rates.output) / MILLION
        rate = per_second_usd / cost
        values[f"rate_{shape}"] = decimal(rate, 0 if rate >= 20 else 1)
    return values


def caching_gap(inputs: Inputs, facts: Facts) -> dict[str, str]:
    """Mean gap in minutes at which a cached prefix costs as much as an uncached one, Poisson arrivals.

    With hit share h, h x read + (1 - h) x write = input; and h = 1 - exp(-TTL / gap).
    """
    rates = _rates(inputs, facts)
    read = _sold(rates.cache_read)
    gaps = {}
    for name, write in (("5m", rates.cache_write_5m), ("1h", rates.cache_write_1h)):
        needed = (_sold(write) - rates.input) / (_sold(write) - read)
        ttl = facts.number(f"price.cache_ttl_{name}")
        gaps[f"gap_{name}"] = decimal(ttl / -math.log(1 - float(needed)), 1)
    return gaps


def saved_tokens(inputs: Inputs, facts: Facts) -> dict[str, str]:
    """The request size a saving implies, and the volume at which it would pay for one unit by the hour."""
    saved = _number(inputs, "saved_tokens")
    unit = _number(inputs, "usd_per_hour") * _number(inputs, "hours_per_month")
    requests = unit / (saved * _rates(inputs, facts).input / MILLION)
    return {
        "implied_tokens": decimal(saved / _number(inputs, "saved_share")),
        "requests_millions": decimal(requests / MILLION),
    }


def volume_spread(inputs: Inputs, facts: Facts) -> dict[str, str]:
    """How far apart the volume thresholds are, all as requests a day."""
    by_second = _number(inputs, "per_second") * DAY
    volumes = (_number(inputs, "per_day_1"), _number(inputs, "per_day_2"), by_second)
    return {
        "per_day_millions": decimal(by_second / MILLION, 1),
        "spread": decimal(max(volumes) / min(volumes)),
    }


def phase_sum(inputs: Inputs, facts: Facts) -> dict[str, str]:
    """Sums of the source document's phases, and the best chance of six weeks in three models."""
    ranges = [tuple(map(float, facts.fact(f"phase.{phase}.days").range)) for phase in SERIAL]
    low, high = (sum(ends) / 5 for ends in zip(*ranges, strict=True))
    best = max(_within(ranges, 30.0, *model) for model in THREE_MODELS)
    return {
        "low_weeks": decimal(low, 1),
        "high_weeks": decimal(high, 1),
        "within_six_percent": decimal(100 * best, 1),
    }


def training_steps(inputs: Inputs, facts: Facts) -> dict[str, str]:
    """Optimiser steps of the smallest and the largest data set."""
    batch, epochs = int(_number(inputs, "batch")), int(_number(inputs, "epochs"))
    ends = (int(_number(inputs, "examples_low")), int(_number(inputs, "examples_high")))
    low, high = (math.ceil(examples / batch) * epochs for examples in ends)
    return {"steps_low": str(low), "steps_high": str(high), "warm_up": decimal(_number(inputs, "warm_up"))}


def missing_interval(inputs: Inputs, facts: Facts) -> dict[str, str]:
    """The 95% Wilson intervals two accuracies would have on a test set of a stated size."""
    cases = int(_number(inputs, "cases"))
    values = {"cases": str(cases)}
    for name in ("before", "after"):
        interval = wilson(round(float(_number(inputs, name)) * cases), cases)
        values |= {f"{name}_low": decimal(100 * interval.low), f"{name}_high": decimal(100 * interval.high)}
    return values


def haiku_lifecycle(inputs: Inputs, facts: Facts) -> dict[str, str]:
    days = {stage: facts.day(f"model.claude-3-haiku.{stage}") for stage in ("legacy", "end_of_life")}
    return {stage: day(known) for stage, known in days.items() if known}


CHECKS: dict[str, Callable[[Inputs, Facts], dict[str, str]]] = {
    check.__name__: check
    for check in (
        caching_saving, provisioned_break_even, caching_gap, saved_tokens, volume_spread, phase_sum,
        training_steps, missing_interval, haiku_lifecycle,
    )
}  # fmt: skip

# (shape, where the likely point lies in the range, correlation)
THREE_MODELS: tuple[tuple[DistributionShape, float, float], ...] = (
    ("triangular", 1 / 2, 0.0),
    ("triangular", 1 / 2, 0.6),
    ("pert", 1 / 3, 0.3),
)


def _within(
    ranges: list[tuple[float, ...]], days: float, shape: DistributionShape, mode: float, correlation: float
) -> float:
    """Probability that a serial chain of these ranges ends within so many working days."""
    chain = [
        PhaseEstimate(str(i), low, low + mode * (high - low), high, (str(i - 1),) if i else ())
        for i, (low, high) in enumerate(ranges)
    ]
    total = simulate(chain, DRAWS, SEED, correlation, shape).total
    return float(np.mean(total <= days))


def _rates(inputs: Inputs, facts: Facts) -> TokenRates:
    return tariff(str(inputs["model"]), facts.as_of, facts=facts).base


def _sold(rate: Decimal | None) -> Decimal:
    assert rate is not None, "the claims name models that are sold with caching"
    return rate


def _number(inputs: Inputs, name: str) -> Decimal:
    return Decimal(inputs[name])


def _count(value: Decimal) -> str:
    """Whole requests, rounded up: fewer would not reach the saving."""
    return decimal(math.ceil(value))
