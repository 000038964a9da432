"""What a run will cost: likely, and at the very most, before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from bespoke.claude.backend import Backend
from bespoke.claude.calls import Call, Pricing, most_tokens, prefix_bytes, text_bytes
from bespoke.claude.journal import Journal
from bespoke.claude.money import usd
from bespoke.claude.plan import Plan
from bespoke.claude.strategies import Strategy
from bespoke.facts.price_book import RequestTokens, canonical
from bespoke.facts.reader import Facts
from bespoke.results import Part

_SAMPLE = 8  # requests counted by the provider's own tokeniser, where it offers that


class StrategyQuote(Part):
    """Requests still to be paid for and their price. The worst case holds whatever the model answers."""

    strategy: str
    requests: int
    answered_before: int  # in the journal: they cost nothing
    input_tokens: int  # likely
    output_tokens: int  # likely
    most_input_tokens: int
    most_output_tokens: int
    usd_likely: Decimal
    usd_worst: Decimal


class Quote(Part):
    strategies: tuple[StrategyQuote, ...]
    bytes_per_token: float
    counted: int  # requests whose tokens the provider counted; 0: the ratio is an assumption
    batch: bool

    @property
    def usd_likely(self) -> Decimal:
        return sum((s.usd_likely for s in self.strategies), Decimal(0))

    @property
    def usd_worst(self) -> Decimal:
        return sum((s.usd_worst for s in self.strategies), Decimal(0))


@dataclass(frozen=True)
class Ratio:
    """Bytes of text per token, assumed or measured on `counted` requests."""

    bytes_per_token: float
    counted: int = 0


def assumed_ratio(facts: Facts, model: str) -> Ratio:
    """The stated estimator: bytes per token, with the newer tokenisers' surcharge."""
    key = f"model.{canonical(model)}.relative_tokens"
    surcharge = facts.number(key) if key in facts.keys("model.") else 1.0
    return Ratio(facts.number("evidence.tokens.characters_per_token") / surcharge)


async def counted_ratio(backend: Backend, plan: Plan, otherwise: Ratio) -> Ratio:
    """Measured on requests spread over the notes by length; sends those notes, so only after the checks."""
    calls = [call for strategy in plan.strategies[:1] for call in plan.generate(strategy)]
    calls.sort(key=lambda call: (text_bytes(call.body), call.key))
    step = max(1, len(calls) // _SAMPLE)
    seen = tokens = counted = 0
    for call in calls[::step][:_SAMPLE]:
        count = await backend.count(call.body)
        if count is None:
            break
        seen, tokens, counted = seen + text_bytes(call.body), tokens + count, counted + 1
    return Ratio(seen / tokens, counted) if tokens else otherwise


def make_quote(plan: Plan, pricing: Pricing, facts: Facts, ratio: Ratio, journal: Journal | None) -> Quote:
    """Prices every request of the plan on its own. Requests with an answer in the journal are left out."""
    cacheable = _smallest_cacheable(facts, pricing)
    return Quote(
        strategies=tuple(
            _strategy_quote(strategy, plan, pricing, ratio, journal, cacheable)
            for strategy in plan.strategies
        ),
        bytes_per_token=round(ratio.bytes_per_token, 4),
        counted=ratio.counted,
        batch=pricing.batch,
    )


def tell(quote: Quote, budget: Decimal, say: Callable[[str], None]) -> None:
    """The quote in a few lines."""
    for s in quote.strategies:
        known = f", {s.answered_before} answered before" if s.answered_before else ""
        say(
            f"{s.strategy}: {s.requests} requests{known}, about {s.input_tokens:,} tokens in and"
            f" {s.output_tokens:,} out; likely {s.usd_likely:.2f} USD, at most {s.usd_worst:.2f} USD"
        )
    how = f"counted on {quote.counted} requests" if quote.counted else "assumed"
    say(
        f"total: likely {quote.usd_likely:.2f} USD, at most {quote.usd_worst:.2f} USD"
        f" (tokens at {quote.bytes_per_token:.2f} bytes each, {how}); budget {budget:.2f} USD"
    )
    if quote.usd_worst > budget:
        say("the worst case is over the budget: the run stops before the budget could be passed")


def _strategy_quote(
    strategy: Strategy, plan: Plan, pricing: Pricing, ratio: Ratio, journal: Journal | None, cacheable: float
) -> StrategyQuote:
    answer = _mean_answer_bytes(plan)
    calls, drafts = _calls(strategy, plan, journal)
    likely = worst = 0
    tokens_in = tokens_out = most_in = most_out = 0
    warm = False
    for call in calls:
        draft = call.which == "criticise"
        draft_limit = plan.shared.answer_tokens if draft else 0
        most = most_tokens(call.body, draft_limit)
        size = text_bytes(call.body) + draft * answer
        usual = _usual(size, prefix_bytes(call.body), answer, ratio, cacheable, warm and not pricing.batch)
        warm = True
        worst += call.worst(pricing, draft_limit)
        likely += int(pricing.cost(usual) * 10**12)
        tokens_in, tokens_out = tokens_in + usual.prompt, tokens_out + usual.output
        most_in, most_out = most_in + most.prompt, most_out + most.output
    return StrategyQuote(
        strategy=strategy.name,
        requests=len(calls),
        answered_before=drafts,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        most_input_tokens=most_in,
        most_output_tokens=most_out,
        usd_likely=usd(likely),
        usd_worst=usd(worst),
    )


def _calls(strategy: Strategy, plan: Plan, journal: Journal | None) -> tuple[list[Call], int]:
    """The requests still to be sent, each once, and how many are answered already."""
    open_calls: dict[str, Call] = {}
    answered = 0
    for note in plan.notes:
        draft = ""
        for number in range(len(strategy.passes)):
            call = plan.call(strategy, number, note, draft)
            entry = journal.entry(call.key) if journal else None
            if entry is None or entry.state != "answered" or entry.message is None:
                open_calls.setdefault(call.key, call)
                draft = ""
                continue
            answered += 1
            draft = draft_of(entry.message)
    return [*open_calls.values()], answered


def draft_of(message: dict[str, object]) -> str:
    """The text a critic is shown: what the generator wrote, or a word where it wrote nothing."""
    from bespoke.claude.answer import read_answer

    return read_answer(message).text.strip() or "(no answer)"


def _usual(size: int, prefix: int, answer: int, ratio: Ratio, cacheable: float, warm: bool) -> RequestTokens:
    per = ratio.bytes_per_token
    cached = ceil(prefix / per)
    if cached < cacheable or not warm:
        return RequestTokens(uncached_input=ceil(size / per), output=ceil(answer / per))
    return RequestTokens(
        uncached_input=ceil((size - prefix) / per), cache_read=cached, output=ceil(answer / per)
    )


def _smallest_cacheable(facts: Facts, pricing: Pricing) -> float:
    if not pricing.caches:
        return float("inf")
    key = f"model.{canonical(pricing.model)}.smallest_cacheable_tokens"
    known = key if key in facts.keys("model.") else "model.default.smallest_cacheable_tokens"
    return float(facts.fact(known).range[1])


def _mean_answer_bytes(plan: Plan) -> int:
    """The answers are about as long as the gold."""
    sizes = [
        len(json.dumps(n.gold.model_dump(mode="json"), ensure_ascii=False).encode()) for n in plan.all_notes
    ]
    return ceil(sum(sizes) / len(sizes))
