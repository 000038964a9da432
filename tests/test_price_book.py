"""The price book: one worked invoice per price feature, by hand, in Decimal."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price
from hypothesis import given, settings
from hypothesis import strategies as st

from bespoke.clients.schema import NegotiatedPrice
from bespoke.errors import BespokeError
from bespoke.facts.price_book import RequestTokens, canonical, known_models, request_cost, tariff

DAY = date(2026, 11, 20)
SONNET = "claude-sonnet-4-6"  # 3 in, 15 out, 0.30 read, 3.75 and 6 write
MIXED = RequestTokens(
    uncached_input=500, cache_read=10_000, cache_write_5m=2_000, cache_write_1h=1_000, output=300
)


def price(value: str) -> NegotiatedPrice:
    return NegotiatedPrice(
        value=Decimal(value), unit="USD per million tokens", source="contract", read_on=DAY
    )


def test_plain_request() -> None:
    # 12,000 x 3/1e6 + 500 x 15/1e6 = 0.036 + 0.0075
    assert request_cost(SONNET, RequestTokens(uncached_input=12_000, output=500), DAY) == Decimal("0.0435")


def test_cache_reads_and_both_lifetimes_of_writes() -> None:
    # 500 x 3 + 10,000 x 0.30 + 2,000 x 3.75 + 1,000 x 6 + 300 x 15 = 1,500 + 3,000 + 7,500 + 6,000 + 4,500
    assert request_cost(SONNET, MIXED, DAY) == Decimal("0.0225")


def test_batch_halves_every_token() -> None:
    assert request_cost(SONNET, MIXED, DAY, batch=True) == Decimal("0.01125")


def test_batch_discount_holds_before_the_book_dates_it() -> None:
    # the book's batch rows begin on 2026-10-14; on 2026-06-01 the discount existed all the same
    assert request_cost(SONNET, MIXED, date(2026, 6, 1), batch=True) == Decimal("0.01125")


def test_regional_surcharge() -> None:
    assert request_cost(SONNET, MIXED, DAY, regional=True) == Decimal("0.02475")  # 0.0225 x 1.1


def test_regional_and_batch_multiply() -> None:
    assert request_cost(SONNET, MIXED, DAY, regional=True, batch=True) == Decimal("0.012375")


@pytest.mark.parametrize(
    ("prompt", "usd"),
    [
        (100_000, "0.0105"),  # 100,000 x 0.10 + 1,000 x 0.50: the tier begins above, not at, 100,000
        (100_001, "0.0525005"),  # every token five times: 100,001 x 0.50 + 1,000 x 2.50
    ],
)
def test_the_tier_reprices_the_whole_request(prompt: int, usd: str) -> None:
    tokens = RequestTokens(uncached_input=prompt, output=1_000)
    assert request_cost("claude-haiku-5-5", tokens, DAY) == Decimal(usd)


def test_cached_tokens_count_towards_the_tier() -> None:
    # prompt 60,000 + 50,000 = 110,000: 60,000 x 0.50 + 50,000 x 0.05
    tokens = RequestTokens(uncached_input=60_000, cache_read=50_000)
    assert request_cost("claude-haiku-5-5", tokens, DAY) == Decimal("0.0325")


def test_a_total_is_never_priced_as_one_request() -> None:
    # 1,250 requests of 100,000 tokens: 12.50 priced one by one, 62.50 as a total of 125 million
    one = request_cost("claude-haiku-5-5", RequestTokens(uncached_input=100_000), DAY)
    total = request_cost("claude-haiku-5-5", RequestTokens(uncached_input=125_000_000), DAY)
    assert (1_250 * one, total) == (Decimal("12.50"), Decimal("62.50"))


def test_a_dated_price_changes_on_its_day() -> None:
    # sonnet-4-6 had a tier above 200,000 until 2026-03-13
    long = RequestTokens(uncached_input=300_000)
    assert request_cost(SONNET, long, date(2026, 3, 12)) == Decimal("1.8")
    assert request_cost(SONNET, long, date(2026, 3, 13)) == Decimal("0.9")


def test_negotiated_prices_replace_published_ones() -> None:
    own = {f"{SONNET}.input": price("2.70"), "claude-opus-4-8.output": price("1")}
    # 1,000 x 2.70 + 100 x 15; the other model's price does not touch it
    assert request_cost(
        SONNET, RequestTokens(uncached_input=1_000, output=100), DAY, negotiated=own
    ) == Decimal("0.0042")


def test_a_negotiated_price_of_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(BespokeError, match="'inptu' is none of input, output"):
        request_cost(SONNET, MIXED, DAY, negotiated={f"{SONNET}.inptu": price("1")})


def test_a_mistyped_model_is_an_error_not_the_nearest_prefix() -> None:
    with pytest.raises(BespokeError, match="'claude-haiku-4-5x'; did you mean 'claude-haiku-4-5'"):
        request_cost("claude-haiku-4-5x", MIXED, DAY)


def test_snapshots_and_aliases_are_the_same_model() -> None:
    assert canonical("claude-opus-4-5-20251101") == "claude-opus-4-5"
    assert canonical("claude-opus-4-20250514") == "claude-opus-4-0"
    assert canonical("claude-3-5-haiku-latest") == "claude-3-5-haiku"


def test_tokens_nobody_sells_are_an_error() -> None:
    with pytest.raises(BespokeError, match="no price for cache write 5m"):
        request_cost("meta.llama3-3-70b-instruct-v1:0", RequestTokens(cache_write_5m=10), DAY)


def test_no_batch_price_is_an_error() -> None:
    with pytest.raises(BespokeError, match="no batch price for model 'claude-3-haiku'"):
        request_cost("claude-3-haiku", RequestTokens(uncached_input=10), DAY, batch=True)


COUNTS = st.integers(0, 150_000)


@settings(max_examples=60, deadline=None)
@given(
    model=st.sampled_from(["claude-haiku-5-5", "claude-opus-5-5", "claude-sonnet-4-5", "claude-fable-5-1"]),
    tokens=st.builds(RequestTokens, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS),
    batch=st.booleans(),
)
def test_agrees_with_genai_prices_on_one_request(model: str, tokens: RequestTokens, batch: bool) -> None:
    theirs = calc_price(
        Usage(
            input_tokens=tokens.prompt,
            cache_read_tokens=tokens.cache_read,
            cache_write_tokens=tokens.cache_write_5m + tokens.cache_write_1h,
            cache_write_1h_tokens=tokens.cache_write_1h,
            output_tokens=tokens.output,
        ),
        model,
        provider_id="anthropic",
        genai_request_timestamp=datetime(2026, 11, 20, tzinfo=UTC),
        price_context={"processing": "batch"} if batch else None,
    )
    assert request_cost(model, tokens, DAY, batch=batch) == theirs.total_price


def test_every_known_model_has_a_price() -> None:
    assert all(tariff(model, DAY).base.input > 0 for model in known_models())
