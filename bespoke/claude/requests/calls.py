"""One request: its body, its identity, and the most it can cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bespoke.claude.budget.pico_usd import pico
from bespoke.claude.requests.prompt import Body
from bespoke.claude.requests.strategies import Pass
from bespoke.claude.sending.backend import tokens_used
from bespoke.facts.price_book import OwnPrice, RequestTokens, Tariff, cost_at, tariff

if TYPE_CHECKING:
    from bespoke.clients.schema import Client

# A byte-level tokeniser makes at least one byte of text into each token, so bytes bound tokens from above.
# To the text come what the provider wraps around it: role marks, and the frame of an enforced schema.
_PER_BLOCK = 16
_PER_REQUEST = 600


@dataclass(frozen=True)
class Pricing:
    """How requests of this run are priced: one model, one day, one processing."""

    model: str
    as_of: date
    batch: bool = False
    regional: bool = False
    negotiated: Mapping[str, OwnPrice] | None = None

    @classmethod
    def of_client(cls, client: Client, model: str, as_of: date, batch: bool = False) -> Pricing:
        """A client's own: its negotiated prices, and the surcharge where its residency asks for a region."""
        return cls(model, as_of, batch, bool(client.engagement.residency), client.prices)

    def cost(self, tokens: RequestTokens) -> Decimal:
        """USD of one request; a cache class that the model does not sell is billed as plain input."""
        if not self.caches:
            tokens = RequestTokens(uncached_input=tokens.prompt, output=tokens.output)
        return cost_at(self.tariff, tokens)

    @cached_property
    def tariff(self) -> Tariff:
        return tariff(
            self.model, self.as_of, batch=self.batch, regional=self.regional, negotiated=self.negotiated
        )

    @property
    def caches(self) -> bool:
        return self.tariff.base.cache_write_5m is not None

    def of(self, model: str) -> Pricing:
        """The same at another model's prices."""
        return self._others.setdefault(model, replace(self, model=model))

    @cached_property
    def _others(self) -> dict[str, Pricing]:
        return {}


@dataclass(frozen=True)
class ModelRequest:
    """One request of one pass for one note. Equal bodies are one request, paid once."""

    note: str
    strategy: str
    which: Pass
    backend: str
    body: Body
    run: int = 1  # the same request asked once more is another one
    model: str = ""  # whose prices apply where that is not the run's own model

    @cached_property
    def key(self) -> str:
        """The content hash: provider, model, parameters, messages, pass and run; 64 hexadecimal digits."""
        identity = [self.backend, self.which, one_mark(self.body), *([self.run] if self.run > 1 else [])]
        return hashlib.sha256(
            json.dumps(identity, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        ).hexdigest()

    def worst(self, pricing: Pricing, draft_tokens: int = 0) -> int:
        """The most this request can cost, in pico-USD: nothing is read from the cache, the prefix is written
        to it at its surcharge, and the answer is as long as allowed. `draft_tokens` stands for a draft that
        does not exist yet."""
        return pico(self.priced(pricing).cost(most_tokens(self.body, draft_tokens)))

    def priced(self, pricing: Pricing) -> Pricing:
        """The run's pricing, at the prices of the model that this request asks."""
        return pricing.of(self.model) if self.model else pricing


def one_mark(body: Body) -> Body:
    """The body with its first cache mark alone: a further one changes what a request costs, never what it asks."""
    if "messages" not in body or "system" not in body:
        return body
    marked = [block for block in _blocks(body) if "cache_control" in block]
    if len(marked) < 2:
        return body
    later = {id(block) for block in marked[1:]}

    def bare(block: Body) -> Body:
        return {k: v for k, v in block.items() if k != "cache_control"} if id(block) in later else block

    turns = [{**turn, "content": [bare(block) for block in turn["content"]]} for turn in body["messages"]]
    return {**body, "messages": turns}


def most_tokens(body: Body, draft_tokens: int = 0) -> RequestTokens:
    """An upper bound of the tokens of a request, by price class."""
    prefix = rest = 0
    for block in _blocks(body):
        rest += len(block["text"].encode()) + _PER_BLOCK
        if "cache_control" in block:
            prefix, rest = prefix + rest, 0
    frame = len(json.dumps(body.get("output_config", {}))) + _PER_REQUEST
    if prefix:
        prefix += frame  # the frame stands before the system prompt and is cached with it
    else:
        rest += frame
    return RequestTokens(
        uncached_input=rest + draft_tokens, cache_write_5m=prefix, output=int(body["max_tokens"])
    )


def text_bytes(body: Body) -> int:
    """Bytes of all text of a request, the schema included."""
    return sum(len(block["text"].encode()) for block in _blocks(body)) + len(
        json.dumps(body.get("output_config", {}))
    )


def prefix_bytes(body: Body) -> int:
    """Bytes up to and including the cache mark."""
    seen = marked = 0
    for block in _blocks(body):
        seen += len(block["text"].encode())
        if "cache_control" in block:
            marked = seen
    return marked


def paid(usage: Mapping[str, Any], pricing: Pricing) -> int:
    """What a reply's usage costs, in pico-USD."""
    return pico(pricing.cost(tokens_used(usage)))


def _blocks(body: Body) -> list[Body]:
    return [*body["system"], *(block for turn in body["messages"] for block in turn["content"])]
