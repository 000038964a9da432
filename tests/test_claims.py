"""The register of claims: every number is recomputed here by hand."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pytest

from bespoke.chapters.claims import ClaimsRegister, compute
from bespoke.facts.reader import Facts
from bespoke.inspection import facts_listing


@pytest.fixture(scope="module")
def register() -> ClaimsRegister:
    return compute(Facts(as_of=date(2026, 11, 20)))


def values(register: ClaimsRegister, claim_id: str) -> dict[str, str]:
    return {computed.name: computed.value for computed in register.claim(claim_id).computed}


def test_caching_saves_3800(register: ClaimsRegister) -> None:
    # 12,000 x (3.00 - 0.30) / 1e6 = 0.0324; 3,800 / 0.0324 = 117,283.95
    # at 90% hits: 0.9 x 0.0324 - 0.1 x 12,000 x (3.75 - 3.00) / 1e6 = 0.02916 - 0.0009 = 0.02826
    assert Decimal(3_800) / Decimal("0.0324") < 117_284 < Decimal(3_800) / Decimal("0.0324") + 1
    assert Decimal(3_800) / Decimal("0.02826") < 134_466 < Decimal(3_800) / Decimal("0.02826") + 1
    found = values(register, "caching-saves-3800")
    assert (found["per_hit"], found["requests"], found["requests_with_misses"]) == (
        "0.0324",
        "117,284",
        "134,466",
    )


def test_provisioned_throughput_breaks_even_by_shape(register: ClaimsRegister) -> None:
    # 50 / 3,600 / 80 = 0.0001736; / 0.25e-6 = 694.4 input, / 1.25e-6 = 138.9 output tokens
    # 50 / 3,600 = 0.013889 a second: / 0.000075 = 185.2, / 0.0001875 = 74.07, / 0.00075 = 18.52,
    # / 0.00325 = 4.27
    found = values(register, "provisioned-below-80-per-second")
    assert found["per_request"] == "0.0001736"
    assert (found["input_tokens"], found["output_tokens"]) == ("694", "139")
    assert [found[f"rate_{n}"] for n in "1234"] == ["185", "74", "18.5", "4.3"]


def test_caching_loses_at_long_gaps(register: ClaimsRegister) -> None:
    # 5 min: 0.1 h + 1.25 (1 - h) = 1 -> h = 0.25 / 1.15; gap = 5 / -ln(1 - h) = 20.40
    # 1 h: 0.1 h + 2 (1 - h) = 1 -> h = 1 / 1.9; gap = 60 / -ln(1 - h) = 80.30
    assert 5 / -math.log(1 - 0.25 / 1.15) == pytest.approx(20.4, abs=0.005)
    assert 60 / -math.log(1 - 1 / 1.9) == pytest.approx(80.3, abs=0.005)
    assert values(register, "caching-at-low-volume") == {"gap_5m": "20.4", "gap_1h": "80.3"}


def test_340_tokens(register: ClaimsRegister) -> None:
    # 340 / 0.18 = 1,888.9; 50 x 730 / (340 x 0.25e-6) = 36,500 / 0.000085 = 429.4 million
    assert values(register, "saves-340-tokens") == {"implied_tokens": "1,889", "requests_millions": "429"}


def test_volume_thresholds_are_691_times_apart(register: ClaimsRegister) -> None:
    # 80 x 86,400 = 6,912,000 a day; / 10,000 = 691.2
    assert values(register, "volume-where-the-api-suffices") == {"per_day_millions": "6.9", "spread": "691"}


def test_phases_add_up_to_less_than_promised(register: ClaimsRegister) -> None:
    # 2 + 10 + 5 + 5 + 5 = 27 days = 5.4 weeks; 3 + 30 + 10 + 5 + 10 = 58 days = 11.6 weeks
    found = values(register, "six-to-twelve-weeks")
    assert (found["low_weeks"], found["high_weeks"]) == ("5.4", "11.6")
    assert 0 < float(found["within_six_percent"]) < 2


def test_fewer_steps_than_the_warm_up(register: ClaimsRegister) -> None:
    # ceil(200 / 32) x 2 = 14, ceil(500 / 32) x 2 = 32
    found = values(register, "fifty-warm-up-steps")
    assert (found["steps_low"], found["steps_high"], found["warm_up"]) == ("14", "32", "50")


def test_what_an_interval_would_have_been(register: ClaimsRegister) -> None:
    # Wilson, 27 of 50: centre (27 + 1.92) / 53.84 = 0.537, half 1.96 sqrt(27 x 23 / 50 + 0.96) / 53.84
    # = 0.1332
    found = values(register, "f1-61-to-89")
    assert (found["before_low"], found["before_high"]) == ("40", "67")


@pytest.mark.parametrize(
    ("as_of", "verdict"),
    [(date(2026, 2, 1), "incomplete"), (date(2026, 6, 1), "outdated"), (date(2026, 11, 20), "outdated")],
)
def test_the_verdict_moves_with_the_day(as_of: date, verdict: str) -> None:
    claim = compute(Facts(as_of=as_of)).claim("only-supported-path")
    assert claim.verdict == verdict
    assert "10 Sept 2026" in claim.finding


def test_every_claim_is_whole(register: ClaimsRegister) -> None:
    assert len({claim.id for claim in register.claims}) == len(register.claims)
    assert all("{" not in claim.finding for claim in register.claims)
    assert sum(bool(claim.computed) for claim in register.claims) == 9
    assert "price.cache_ttl_5m" in register.facts_used


@pytest.mark.parametrize(
    ("claim_id", "verdict"),
    [
        ("terms-allow-distillation", "wrong"),  # Commercial Terms D.4: prior authorisation
        ("claude-3-sonnet-tuning", "wrong"),  # the support table names Claude 3 Haiku alone
        ("upload-by-api-or-web", "wrong"),  # the SDK has no such resource
        ("unchanged-1-2-seconds", "unsupported"),
        ("four-tier-order", "incomplete"),
        ("chain-of-thought", "wrong in general"),
        ("safety-review-of-new-data", "incomplete"),
    ],
)
def test_the_claims_that_rest_on_a_source_alone(
    register: ClaimsRegister, claim_id: str, verdict: str
) -> None:
    claim = register.claim(claim_id)
    assert claim.verdict == verdict
    assert not claim.computed
    assert claim.source


def test_the_register_is_an_option_of_facts(register: ClaimsRegister) -> None:
    """Each claim on a line of five cells, with its numbers filled in."""
    header, *lines = facts_listing.claims(date(2026, 11, 20))
    assert header.split("\t") == list(facts_listing.CLAIMS_HEADER)
    assert [line.split("\t")[2] for line in lines] == [claim.verdict for claim in register.claims]
    assert any("117,284" in line.split("\t")[1] for line in lines)  # by hand above
