"""What one request costs: token prices of genai-prices, priced per request and never on a total.

The package holds the published prices and knows no mistakes: a mistyped model matches the nearest prefix, a
mistyped context key is ignored, and a total of many requests falls into the price tier of one huge prompt.
Here an unknown model or key is an error, and the only way in is one request at a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Protocol

from genai_prices.data import providers

from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts

MILLION = Decimal(1_000_000)
_PROVIDERS = {  # provider -> the names of its text models that a route of ours can use
    "anthropic": r"claude-[a-z0-9-]+",
    "openai": r"(ft:)?gpt-4(o|\.1)(-mini)?",
    "aws": r"(amazon\.nova-(micro|lite|pro)|(global|regional)\.amazon\.nova-2-lite|meta\.llama3-[13]-(8|70)b).*",
}
_SNAPSHOT = re.compile(r"([-@]\d{8}|-\d{4}-\d{2}-\d{2}|-latest)$")
_BATCH = {"processing": "batch"}


class OwnPrice(Protocol):
    """A price of the client's contract, in USD per million tokens."""

    @property
    def value(self) -> Decimal: ...


@dataclass(frozen=True)
class RequestTokens:
    """The tokens of one request, each counted once. `output` includes thinking."""

    uncached_input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0

    @property
    def prompt(self) -> int:
        """What decides the price tier: everything that goes in, cached or not."""
        return self.uncached_input + self.cache_read + self.cache_write_5m + self.cache_write_1h


@dataclass(frozen=True)
class TokenRates:
    """USD per million tokens; None where the provider sells no such thing."""

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write_5m: Decimal | None = None
    cache_write_1h: Decimal | None = None

    def scaled(self, factor: Decimal) -> TokenRates:
        values: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        scaled: dict[str, Any] = {n: None if v is None else v * factor for n, v in values.items()}
        return TokenRates(**scaled)


@dataclass(frozen=True)
class Tier:
    """A prompt longer than `above` tokens pays these rates on every token of the request."""

    above: int
    rates: TokenRates


@dataclass(frozen=True)
class Tariff:
    """The rates of one model on one day, discounts and surcharges included."""

    model: str
    base: TokenRates
    tiers: tuple[Tier, ...] = ()

    def at(self, prompt_tokens: int) -> TokenRates:
        reached = [tier.rates for tier in self.tiers if prompt_tokens > tier.above]
        return reached[-1] if reached else self.base


PRICE_KEYS = tuple(f.name for f in fields(TokenRates))
_GENAI_KEY = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write_5m": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
}


def request_cost(
    model: str,
    usage: RequestTokens,
    as_of: date,
    *,
    batch: bool = False,
    regional: bool = False,
    negotiated: Mapping[str, OwnPrice] | None = None,
) -> Decimal:
    """USD of one request, exact.

    Raises BespokeError for an unknown model, a negotiated price of an unknown kind, or tokens of a kind the
    model's provider does not sell (a cache write on a model without caching).
    """
    return cost_at(tariff(model, as_of, batch=batch, regional=regional, negotiated=negotiated), usage)


def cost_at(prices: Tariff, usage: RequestTokens) -> Decimal:
    """USD of one request at prices that are at hand; raises as `request_cost` does."""
    rates = prices.at(usage.prompt)
    return sum((_charge(prices.model, rates, usage, name) for name in PRICE_KEYS), Decimal(0)) / MILLION


def tariff(
    model: str,
    as_of: date,
    *,
    batch: bool = False,
    regional: bool = False,
    place_factor: Decimal = Decimal(1),
    negotiated: Mapping[str, OwnPrice] | None = None,
    facts: Facts | None = None,
) -> Tariff:
    """The rates in force on a day. The client's own prices replace the published ones in every tier; batch discount,
    regional surcharge and the factor of the place it is served at (places.yaml) apply to either."""
    facts = facts or Facts(as_of=as_of)
    info = _find(model)
    price = info.get_prices(datetime.combine(as_of, time(), UTC))
    own = {**_corrections(canonical(model), facts), **negotiated_rates(model, negotiated)}
    factor = place_factor * _factor(info, facts, batch=batch, regional=regional)
    starts = sorted({tier.start for value in vars(price).values() for tier in getattr(value, "tiers", ())})
    return Tariff(
        model=canonical(model),
        base=_rates(price, -1, own).scaled(factor),
        tiers=tuple(Tier(start, _rates(price, start, own).scaled(factor)) for start in starts),
    )


def negotiated_rates(model: str, prices: Mapping[str, OwnPrice] | None) -> dict[str, Decimal]:
    """The client's own rates for a model: keys `<model>.input`, `<model>.cache_write_5m`, …"""
    own: dict[str, Decimal] = {}
    for key, price in (prices or {}).items():
        name, _, kind = key.rpartition(".")
        if not is_known(name) or canonical(name) != canonical(model):
            continue
        if kind not in PRICE_KEYS:
            raise BespokeError(f"negotiated price {key!r}: {kind!r} is none of {', '.join(PRICE_KEYS)}")
        own[kind] = price.value
    return own


def _corrections(model: str, facts: Facts) -> dict[str, Decimal]:
    """Prices that the book has wrong for a day, as dated facts: `price.correction.<model>.cache_read`."""
    prefix = f"price.correction.{model}."
    return {key.removeprefix(prefix): facts.fact(key).number for key in facts.keys(prefix) if facts.has(key)}


def known_models() -> tuple[str, ...]:
    """Every model that can be priced, by the name the price book files it under."""
    return tuple(sorted(_book()))


def is_known(model: str) -> bool:
    return _entry(model) is not None


def canonical(model: str) -> str:
    """The model's name without its snapshot date; an unknown model is an error naming the nearest."""
    entry = _entry(model)
    if entry is None:
        near = get_close_matches(model, known_models(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise BespokeError(f"no price for model {model!r}{hint}")
    return entry


def sells_batches(model: str) -> bool:
    return any(variant.when == _BATCH for variant in _find(model).price_variants or ())


def _charge(model: str, rates: TokenRates, usage: RequestTokens, name: str) -> Decimal:
    tokens = usage.uncached_input if name == "input" else getattr(usage, name)
    rate: Decimal | None = getattr(rates, name)
    if tokens and rate is None:
        raise BespokeError(
            f"{model} has no price for {name.replace('_', ' ')}, but the request has {tokens} tokens of it"
        )
    return (rate or Decimal(0)) * tokens


def _factor(info: Any, facts: Facts, *, batch: bool, regional: bool) -> Decimal:
    factor = Decimal(1)
    if batch:
        if not any(variant.when == _BATCH for variant in info.price_variants or ()):
            raise BespokeError(f"no batch price for model {info.id!r}")
        # The book dates its batch rows from the day they were typed in; the discount itself is older.
        factor *= facts.fact("price.batch_factor").number
    if regional:
        factor *= facts.fact("price.regional_factor").number
    return factor


def _rates(price: object, start: int, own: Mapping[str, Decimal]) -> TokenRates:
    published: dict[str, Any] = {n: _at(getattr(price, key), start) for n, key in _GENAI_KEY.items()}
    return TokenRates(**{**published, **own})


def _at(price: Any, start: int) -> Decimal | None:
    """A price of the book inside the tier that begins above `start` prompt tokens."""
    if price is None or isinstance(price, Decimal):
        return price
    reached = [tier.price for tier in price.tiers if tier.start <= start]
    value: Decimal = reached[-1] if reached else price.base
    return value


def _find(model: str) -> Any:
    return _book()[canonical(model)]


def _entry(model: str) -> str | None:
    """Exact names only: the book's own matching would take `claude-haiku-4-5x` for `claude-haiku-4-5`."""
    for name in (model, _SNAPSHOT.sub("", model), f"{_SNAPSHOT.sub('', model)}-0"):
        if name in _book():
            return name
    return None


@lru_cache(maxsize=1)
def _book() -> dict[str, Any]:
    return {
        _SNAPSHOT.sub("", model.id): model
        for provider in providers
        if provider.id in _PROVIDERS
        for model in provider.models
        if re.fullmatch(_PROVIDERS[provider.id], model.id)
    }
