"""What a task's tokens cost at the prices of their days, held against what was billed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from bespoke.facts import price_book
from bespoke.facts.price_book import MILLION, OwnPrice, Tariff
from bespoke.intake.usage_record import Record

TOLERANCE = Decimal("0.02")  # within it nothing has to be explained
_KINDS = ("uncached", "cache_read", "cache_write_5m", "cache_write_1h", "output")
_RATES = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
_Key = tuple[str, date, bool, bool, int]  # model, day, batch, regional, tokens above which its tier begins


class PricedTokens:
    """Tokens by model, day and tier. A tier of long prompts is seen for single calls only, not for buckets."""

    def __init__(self, own: Mapping[str, OwnPrice] | None) -> None:
        self._own = tuple((own or {}).items())
        self._tokens: defaultdict[_Key, Counter[str]] = defaultdict(Counter)

    def add(self, record: Record) -> None:
        prompt = record.prompt if record.end is None else 0
        above = max((mark for mark in _marks(record.model) if prompt > mark), default=0)
        key = (record.model, record.start.date(), record.batch, record.regional, above)
        self._tokens[key].update({kind: getattr(record, kind) for kind in _KINDS})

    def total(self) -> Decimal | None:
        """USD of all tokens; None when no model of theirs has a price."""
        costs = [cost for cost in map(self._cost, self._tokens) if cost is not None]
        return sum(costs, Decimal(0)) if costs else None

    def unpriced(self) -> list[str]:
        """Models without a price, or with tokens of a kind that has none."""
        return sorted({key[0] or "(not named)" for key in self._tokens if self._cost(key) is None})

    def compared(self, spend: Decimal | None) -> str:
        """How the billed amount stands to list prices, in words; nothing where there is nothing to compare."""
        at_list, unpriced = self.total(), self.unpriced()
        gap = f"no price is known for {', '.join(unpriced)}" if unpriced else ""
        if not at_list or spend is None:
            return gap
        if abs(spend - at_list) <= TOLERANCE * at_list:
            return "within 2% of list prices" + (f"; {gap}" if gap else "")
        return self._why(spend, at_list) or gap or "not explained: ask for the contract or the missing rows"

    def _why(self, spend: Decimal, at_list: Decimal) -> str:
        """The reason that comes closest, if it comes within the tolerance."""
        reasons = {
            "as if all of it were batches at half the price": at_list / 2,
            "as if all of it were served in one region at 1.1 times the price": at_list * Decimal("1.1"),
            "as if cached tokens were charged a second time as input": self._with(
                _KINDS[1:4], "uncached", keep=True
            ),
            "as if nothing were read from the cache at its lower price": self._with(_KINDS[1:2], "uncached"),
            "as if the cache were written for an hour": self._with(_KINDS[2:3], "cache_write_1h"),
        }
        reason = min(reasons, key=lambda name: abs(spend - reasons[name]))
        if abs(spend - reasons[reason]) > TOLERANCE * reasons[reason]:
            return ""
        return f"{'more' if spend > at_list else 'less'} than list prices, {reason}"

    def _cost(self, key: _Key, tokens: Mapping[str, int] | None = None) -> Decimal | None:
        model, day, batch, regional, above = key
        if not price_book.is_known(model):
            return None
        found = _tariff(model, day, batch and price_book.sells_batches(model), regional, self._own)
        rates, cost = found.at(above + 1), Decimal(0)
        for kind, name in zip(_KINDS, _RATES, strict=True):
            n, rate = (tokens or self._tokens[key])[kind], getattr(rates, name)
            if n and rate is None:
                return None
            cost += n * (rate or 0)
        return cost / MILLION

    def _with(self, kinds: Sequence[str], other: str, *, keep: bool = False) -> Decimal:
        """The total had tokens of some kinds been charged as another, as well (`keep`) or instead."""
        total = Decimal(0)
        for key, tokens in self._tokens.items():
            moved = Counter(tokens)
            for kind in kinds:
                moved[other] += tokens[kind]
                if not keep:
                    moved[kind] -= tokens[kind]
            total += self._cost(key, moved) or 0
        return total


@lru_cache(maxsize=100_000)
def _tariff(
    model: str, day: date, batch: bool, regional: bool, own: tuple[tuple[str, OwnPrice], ...]
) -> Tariff:
    return price_book.tariff(model, day, batch=batch, regional=regional, negotiated=dict(own))


@lru_cache(maxsize=1024)
def _marks(model: str) -> tuple[int, ...]:
    """Prompt lengths at which the model's price changes, today."""
    if not price_book.is_known(model):
        return ()
    return tuple(tier.above for tier in price_book.tariff(model, date.today()).tiers)
