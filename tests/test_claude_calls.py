"""One request: the most it can cost, its identity, and its bytes, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.claude.budget.pico_usd import usd
from bespoke.claude.requests.calls import (
    ModelRequest,
    Pricing,
    most_tokens,
    one_mark,
    paid,
    prefix_bytes,
    text_bytes,
)
from bespoke.facts.price_book import RequestTokens

HAIKU, OPUS = "claude-haiku-4-5", "claude-opus-4-8"
DAY = date(2026, 11, 27)
MARK = {"cache_control": {"type": "ephemeral"}}


def body(*blocks: dict[str, Any], system: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    turns = [{"role": "user", "content": [*blocks]}]
    return {"model": HAIKU, "max_tokens": 100, "system": [*system], "messages": turns, **more}


def text(words: str, *, marked: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": words, **(MARK if marked else {})}


@pytest.mark.parametrize(
    ("given", "tokens"),
    [
        # 16 a block, 600 a request and 2 for the empty schema; without a mark nothing is cached
        (body(text("abc")), (3 + 16 + 602, 0)),
        (body(text("ü")), (2 + 16 + 602, 0)),
        (body(text("abc"), system=(text("defg", marked=True),)), (3 + 16, 4 + 16 + 602)),
        (
            body(text("ab", marked=True), text("c"), system=(text("defg", marked=True),)),
            (1 + 16, 4 + 2 + 32 + 602),
        ),
        (body(text("a"), output_config={"x": 1}), (1 + 16 + 600 + 8, 0)),
    ],
)
def test_a_request_holds_at_most_a_token_a_byte_and_its_frame(
    given: dict[str, Any], tokens: tuple[int, int]
) -> None:
    uncached, written = tokens
    assert most_tokens(given) == RequestTokens(uncached_input=uncached, cache_write_5m=written, output=100)
    draft = most_tokens(given, draft_tokens=50)
    assert draft == RequestTokens(uncached_input=uncached + 50, cache_write_5m=written, output=100)


def request(given: dict[str, Any], **more: Any) -> ModelRequest:
    found = {"note": "n", "strategy": "zero_shot", "which": "generate", "backend": "anthropic"}
    return ModelRequest(**{**found, "body": given, **more})


def test_the_most_a_request_costs_is_at_the_prices_of_the_model_it_asks() -> None:
    """Haiku 4.5 at 1 and 5 USD per million: 1,021 in with a draft of 400, and 100 out, are 0.001521."""
    pricing = Pricing(HAIKU, DAY)
    call = request(body(text("abc")))
    assert usd(call.worst(pricing, 400)) == Decimal("0.001521")
    other = request(body(text("abc")), model=OPUS)
    assert other.priced(pricing) is pricing.of(OPUS)
    assert other.priced(pricing) == Pricing(OPUS, DAY)
    assert call.priced(pricing) is pricing
    assert other.worst(pricing) > call.worst(pricing)
    assert usd(paid({"input_tokens": 1000, "output_tokens": 100}, pricing)) == Decimal("0.0015")
    assert usd(
        paid({"input_tokens": 1000, "output_tokens": 100}, Pricing(HAIKU, DAY, batch=True))
    ) == Decimal("0.00075")


def test_a_client_has_its_own_prices_and_pays_for_a_region() -> None:
    def of(*regions: str) -> Pricing:
        client: Any = SimpleNamespace(engagement=SimpleNamespace(residency=regions), prices=None)
        return Pricing.of_client(client, HAIKU, DAY, batch=True)

    assert (of(), of("us")) == (
        Pricing(HAIKU, DAY, batch=True),
        Pricing(HAIKU, DAY, batch=True, regional=True),
    )


def test_equal_bodies_are_one_request_unless_it_is_asked_once_more() -> None:
    one = request(body(text("a")))
    assert len(one.key) == 64
    assert one.key == request(body(text("a")), note="other", strategy="few_shot", model=OPUS, run=1).key
    others = [request(body(text("b"))), request(body(text("a")), run=2), request(body(text("a")), backend="bedrock"),
              request(body(text("a")), which="critique")]  # fmt: skip
    assert len({one.key, *(other.key for other in others)}) == 5


def test_a_further_cache_mark_asks_nothing_else() -> None:
    """A first mark is part of what is asked, a second one changes what it costs."""
    plain = body(text("a"), text("b"), system=(text("s", marked=True),))
    twice = body(text("a", marked=True), text("b"), system=(text("s", marked=True),))
    assert one_mark(twice) == one_mark(plain) == plain
    assert request(twice).key == request(plain).key
    assert request(body(text("a"), text("b"), system=(text("s"),))).key != request(plain).key
    converse = {"messages": [{"content": [{"text": "a"}]}]}
    assert one_mark(converse) is converse


def test_bytes_are_those_of_all_text_and_of_what_stands_before_the_last_mark() -> None:
    given = body(
        text("ab"),
        text("c", marked=True),
        text("defg"),
        system=(text("ü", marked=True),),
        output_config={"x": 1},
    )
    assert text_bytes(given) == 2 + 2 + 1 + 4 + 8
    assert prefix_bytes(given) == 2 + 2 + 1
    assert prefix_bytes(body(text("ab"))) == 0
