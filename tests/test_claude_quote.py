"""The quote comes first, and holds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.claude.budget import run_quote
from bespoke.claude.budget.pico_usd import pico, usd
from bespoke.claude.budget.run_quote import (
    RunQuote,
    StrategyQuote,
    TokenRatio,
    Usual,
    assumed_ratio,
    counted_ratio,
    tell,
)
from bespoke.claude.requests.calls import ModelRequest, Pricing, most_tokens, paid
from bespoke.claude.requests.prompt import Shared, request_body
from bespoke.claude.requests.strategies import STRATEGIES
from bespoke.facts.price_book import RequestTokens
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


def asked(which: Any = "generate", model: str = "") -> ModelRequest:
    return ModelRequest("n", "rag", which, "anthropic", {}, model=model)


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> Usual:
    """A request of 1,000 bytes, 400 of them shared, at 4 bytes a token; an answer of 80 bytes; 50 tokens to think."""
    monkeypatch.setattr(run_quote, "text_bytes", lambda body: 1_000)
    monkeypatch.setattr(run_quote, "prefix_bytes", lambda body: 400)
    return Usual(bytes_per_token=4.0, cacheable=100, answer_bytes=80, thinking=50)


def test_a_shared_beginning_is_read_from_the_cache_once_it_is_written_and_long_enough(usual: Usual) -> None:
    whole, rest = RequestTokens(uncached_input=250, output=20), RequestTokens(150, cache_read=100, output=20)
    assert usual.tokens(asked(), thinks=False, warm=False) == whole
    assert usual.tokens(asked(), thinks=False, warm=True) == rest
    assert replace(usual, cacheable=101).tokens(asked(), thinks=False, warm=True) == whole
    coarse = replace(usual, bytes_per_token=3.0).tokens(asked(), thinks=False, warm=False)
    assert coarse == RequestTokens(uncached_input=334, output=27)  # whole tokens, rounded up


def test_a_critic_reads_the_answer_too(usual: Usual) -> None:
    assert usual.tokens(asked("criticise"), thinks=False, warm=False).uncached_input == 270
    assert usual.tokens(asked("criticise"), thinks=False, warm=True).uncached_input == 170


def test_thinking_is_quoted_where_it_is_asked_for_or_the_model_always_does(usual: Usual) -> None:
    def output(one: Usual, *, thinks: bool = False, model: str = "") -> int:
        return one.tokens(asked(model=model), thinks=thinks, warm=False).output

    assert output(usual, thinks=True) == output(usual, thinks=True, model="small") == 70
    assert (output(usual), output(usual, model="small")) == (20, 20)
    large = replace(usual, always=True)
    assert (output(large), output(large, model="small")) == (70, 20)
    small = replace(usual, small_always=True)
    assert (output(small), output(small, model="small")) == (20, 70)


def quoted(strategy: str, answered: int, likely: str, worst: str) -> StrategyQuote:
    return StrategyQuote(
        strategy=strategy, requests=40, answered_before=answered, input_tokens=12_345, output_tokens=800,
        most_input_tokens=20_000, most_output_tokens=4_000, usd_likely=Decimal(likely), usd_worst=Decimal(worst),
    )  # fmt: skip


@pytest.mark.parametrize(("counted", "how"), [(0, "assumed"), (8, "counted on 8 requests")])
@pytest.mark.parametrize("budget", ["3.50", "3.49"])
def test_a_quote_says_what_is_likely_and_the_most_and_whether_the_budget_holds_it(
    budget: str, counted: int, how: str
) -> None:
    quote = RunQuote(
        strategies=(quoted("zero_shot", 0, "1", "1.25"), quoted("rag", 3, "1.5", "2.25")),
        bytes_per_token=3.456, counted=counted, batch=False,
    )  # fmt: skip
    said: list[str] = []
    tell(quote, Decimal(budget), said.append)
    over = "the worst case is over the budget: the run stops before the budget could be passed"
    assert said == [
        "zero_shot: 40 requests, about 12,345 tokens in and 800 out; likely 1.00 USD, at most 1.25 USD",
        "rag: 40 requests, 3 answered before, about 12,345 tokens in and 800 out; likely 1.50 USD, at most 2.25 USD",
        f"total: likely 2.50 USD, at most 3.50 USD (tokens at 3.46 bytes each, {how}); budget {budget} USD",
        *([over] if budget == "3.49" else []),
    ]


@pytest.mark.parametrize(("model", "ratio"), [("claude-haiku-5-5", 3.2), ("claude-haiku-4-5", 4.0)])
def test_a_tokeniser_that_makes_more_tokens_is_assumed_to_make_shorter_ones(model: str, ratio: float) -> None:
    """A quarter more of them: 4 bytes each become 4 / 1.25."""
    known = {"model.claude-haiku-5-5.relative_tokens": 1.25, "evidence.tokens.characters_per_token": 4.0}
    facts: Any = SimpleNamespace(
        number=known.__getitem__, keys=lambda start: [k for k in known if k.startswith(start)]
    )
    assert assumed_ratio(facts, model) == TokenRatio(pytest.approx(ratio))


@pytest.mark.parametrize(
    ("requests", "counted"),
    [
        (16, [100, 300, 500, 700, 900, 1100, 1300, 1500]),
        (15, [100, 200, 400, 600, 800, 1000, 1200, 1400]),  # not the shorter half
        (5, [100, 200, 300, 400, 500]),
    ],
)
def test_tokens_are_counted_on_eight_requests_spread_by_length(
    requests: int, counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each size from 100 bytes on in steps of 100, in any order; a token for every 5 bytes."""
    monkeypatch.setattr(run_quote, "text_bytes", lambda body: body["size"])
    sizes = [100 * (1 + n * 7 % requests) for n in range(requests)]
    calls = [SimpleNamespace(body={"size": size}, key=str(size)) for size in sizes]
    plan: Any = SimpleNamespace(strategies=["rag", "few_shot"], generate={"rag": calls}.__getitem__)
    seen: list[int] = []

    async def count(body: dict[str, int]) -> int:
        seen.append(body["size"])
        return body["size"] // 5

    assumed = TokenRatio(4.0)
    found = asyncio.run(counted_ratio(SimpleNamespace(count=count), plan, assumed))  # type: ignore[arg-type]
    assert (seen, found) == (counted, TokenRatio(5.0, len(counted)))

    async def none(body: dict[str, int]) -> None:
        return None

    assert asyncio.run(counted_ratio(SimpleNamespace(count=none), plan, assumed)) is assumed  # type: ignore[arg-type]
