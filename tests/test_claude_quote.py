"""The quote comes first, and holds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.claude.budget.pico_usd import pico, usd
from bespoke.claude.requests.calls import ModelRequest, Pricing, most_tokens, paid
from bespoke.claude.requests.prompt import Shared, request_body
from bespoke.claude.requests.strategies import STRATEGIES
from tests.claude_clients import AS_OF, MODEL, ask, clinic, training
from tests.claude_server import tokens

if TYPE_CHECKING:
    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)


def test_money_is_exact_and_rounds_up() -> None:
    assert pico(Decimal("0.0000000000001")) == 1
    assert usd(pico(Decimal("12.345678"))) == Decimal("12.345678")


def test_the_worst_case_by_hand() -> None:
    """Prefix P bytes and rest R bytes bound the tokens; 16 a block and 600 a request for the frame.

    Haiku 4.5: (prefix x 1.25 + rest x 1 + 100 x 5) / 1e6 USD; one system block marked, one user block.
    """
    body = request_body(STRATEGIES["zero_shot"], "generate", Shared(MODEL, answer_tokens=100), "ab")
    prefix = len(body["system"][0]["text"].encode()) + 16 + 600 + 2  # + 2 for the empty schema "{}"
    rest = len(body["messages"][0]["content"][0]["text"].encode()) + 16
    expected = (prefix * Decimal("1.25") + rest + 500) / 1_000_000
    call = ModelRequest("n", "zero_shot", "generate", "anthropic", body)
    assert usd(call.worst(Pricing(MODEL, AS_OF))) == expected
    assert usd(call.worst(Pricing(MODEL, AS_OF, batch=True))) == expected / 2


@given(st.text(max_size=400), st.sampled_from(sorted(STRATEGIES)))
def test_no_metering_of_the_answer_can_cost_more_than_the_worst_case(text: str, name: str) -> None:
    """A tokeniser may make at most one token of each byte; the answer at most max_tokens."""
    shared = Shared(MODEL, training(2), (("htn", "I10"),))
    body = request_body(STRATEGIES[name], "generate", shared, text or "x", ("I10",))
    most = most_tokens(body)
    usage = {
        "input_tokens": most.uncached_input,
        "cache_creation_input_tokens": most.cache_write_5m,
        "output_tokens": most.output,
    }
    pricing = Pricing(MODEL, AS_OF)
    call = ModelRequest("n", name, "generate", "anthropic", body)
    assert paid(usage, pricing) <= call.worst(pricing)
    assert most.prompt >= sum(tokens(b["text"]) for t in body["messages"] for b in t["content"])


def test_a_large_prompt_is_priced_in_its_own_tier() -> None:
    """Haiku 5.5 above 100,000 prompt tokens costs five times as much on every token of the request."""
    shared = Shared("claude-haiku-5-5", answer_tokens=1)
    pricing = Pricing("claude-haiku-5-5", AS_OF)

    def worst(size: int) -> Decimal:
        body = request_body(STRATEGIES["zero_shot"], "generate", shared, "a" * size)
        return usd(ModelRequest("n", "zero_shot", "generate", "anthropic", body).worst(pricing))

    assert worst(120_000) > 5 * worst(90_000)


def test_a_quote_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    said: list[str] = []
    client = clinic(tmp_path, 4, train=training())
    summary = ask(client, strategies=["zero_shot", "generator_critic"], send=False, said=said)
    zero, critic = summary.quote.strategies
    assert (zero.requests, critic.requests) == (4, 8)
    assert zero.usd_likely < zero.usd_worst
    assert summary.quote.counted == 0
    assert any("budget" in line for line in said)


def test_the_run_costs_no_more_than_the_quoted_worst_case(serve: Serve, tmp_path: Path) -> None:
    serve()
    client = clinic(tmp_path, 6, train=training())
    summary = ask(client, strategies=list(STRATEGIES))
    assert summary.quote.counted == 6
    for found in summary.strategies:
        assert found.within_worst_case
        assert found.usd <= found.quote.usd_worst


def test_the_likely_cost_is_near_when_tokens_were_counted(serve: Serve, tmp_path: Path) -> None:
    """The server's tokens are what it counted, the answer as long as the gold: within a fifth."""
    serve()
    (found,) = ask(clinic(tmp_path, 40)).strategies
    assert float(found.usd / found.quote.usd_likely) == pytest.approx(1, rel=0.25)


def test_a_batch_is_quoted_at_half_price(tmp_path: Path) -> None:
    client = clinic(tmp_path, 4)
    plain, batch = (ask(client, send=False, batch=batch).quote for batch in (False, True))
    assert batch.usd_worst == plain.usd_worst / 2
