"""Tokens at the prices of their days, tiers and kinds. Per million tokens Sonnet 4.6 takes 3 USD in, 15 out, .30 read,
3.75 and 6 written; Haiku 5.5 takes .10 in and .50 out, and above 100,000 tokens of prompt .50 and 2.50."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bespoke.intake.token_pricing import PricedTokens
from bespoke.intake.usage_record import Record

MILLION = 1_000_000
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SONNET, HAIKU, OURS = "claude-sonnet-4-6", "claude-haiku-5-5", "house-lora"


def priced(*records: Record) -> PricedTokens:
    found = PricedTokens(None)
    for record in records:
        found.add(record)
    return found


def record(model: str = SONNET, **more: Any) -> Record:
    return Record(start=NOON, model=model, **more)


def test_every_kind_of_token_has_its_own_price() -> None:
    kinds = {
        "uncached": "3",
        "cache_read": "0.3",
        "cache_write_5m": "3.75",
        "cache_write_1h": "6",
        "output": "15",
    }
    for kind, usd in kinds.items():
        assert priced(record(**{kind: MILLION})).total() == Decimal(usd)
    assert priced(*(record(**{kind: MILLION}) for kind in kinds)).total() == Decimal("28.05")
    assert priced(record(batch=True, output=MILLION)).total() == Decimal("7.5")
    assert priced().total() is None


def test_a_long_prompt_puts_its_whole_call_into_the_dearer_tier_and_a_bucket_tells_nothing_of_it() -> None:
    at, above = (record(HAIKU, uncached=n, output=1_000) for n in (100_000, 100_001))
    assert priced(at).total() == Decimal("0.0105")  # .0100 and .0005
    assert priced(above).total() == Decimal("0.0525005")
    assert priced(at, above).total() == Decimal("0.0630005")
    bucket = Record(start=NOON, end=NOON.replace(hour=13), model=HAIKU, uncached=100_001, output=1_000)
    assert priced(bucket).total() == Decimal("0.0105001")


@pytest.mark.parametrize(
    ("spend", "says"),
    [
        (None, ""),
        ("3.06", "within 2% of list prices"),
        ("2.94", "within 2% of list prices"),
        ("3.0601", "not explained: ask for the contract or the missing rows"),
        ("3.30", "more than list prices, as if all of it were served in one region at 1.1 times the price"),
        ("1.47", "less than list prices, as if all of it were batches at half the price"),
        ("1.4699", "not explained: ask for the contract or the missing rows"),
    ],
)
def test_a_bill_is_explained_within_two_percent(spend: str | None, says: str) -> None:
    assert priced(record(uncached=MILLION)).compared(spend and Decimal(spend)) == says


def test_a_cache_written_for_an_hour_is_seen() -> None:
    written = priced(record(cache_write_5m=MILLION))
    assert written.compared(Decimal(6)) == "more than list prices, as if the cache were written for an hour"


def test_models_without_a_price_are_named_and_the_others_compared() -> None:
    both = priced(record(uncached=MILLION), record(OURS, output=5), record("", output=5))
    missing = "no price is known for (not named), house-lora"
    assert both.unpriced() == ["(not named)", "house-lora"]
    assert both.compared(Decimal(3)) == f"within 2% of list prices; {missing}"
    assert both.compared(Decimal(90)) == both.compared(None) == missing
    assert priced(record(OURS, output=5)).total() is None
    assert priced(record(OURS, output=5)).compared(Decimal(9)) == "no price is known for house-lora"
