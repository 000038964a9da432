"""What a run will cost: likely, and at the very most, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from bespoke.claude.budget.journal import Journal
from bespoke.claude.budget.pico_usd import usd
from bespoke.claude.requests.calls import ModelRequest, Pricing, most_tokens, prefix_bytes, text_bytes
from bespoke.claude.requests.request_plan import RequestPlan
from bespoke.claude.requests.strategies import LARGER, Strategy
from bespoke.claude.sending.backend import Backend
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


class RunQuote(Part):
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
class TokenRatio:
    """Bytes of text per token, assumed or measured on `counted` requests."""

    bytes_per_token: float
    counted: int = 0


def assumed_ratio(facts: Facts, model: str) -> TokenRatio:
    """The stated estimator: bytes per token, with the newer tokenisers' surcharge."""
    key = f"model.{canonical(model)}.relative_tokens"
    surcharge = facts.number(key) if key in facts.keys("model.") else 1.0
    return TokenRatio(facts.number("evidence.tokens.characters_per_token") / surcharge)


async def counted_ratio(backend: Backend, plan: RequestPlan, otherwise: TokenRatio) -> TokenRatio:
    """Measured on requests spread over the notes by length; sends those notes, so only after the checks."""
    calls = [call for strategy in plan.strategies[:1] for call in plan.generate(strategy)]
    calls.sort(key=lambda call: (text_bytes(call.body), call.key))
    few = min(_SAMPLE, len(calls))
    seen = tokens = counted = 0
    for call in (calls[place * len(calls) // few] for place in range(few)):
        count = await backend.count(call.body)
        if count is None:
            break
        seen, tokens, counted = seen + text_bytes(call.body), tokens + count, counted + 1
    return TokenRatio(seen / tokens, counted) if tokens else otherwise


def make_quote(
    plan: RequestPlan, pricing: Pricing, facts: Facts, ratio: TokenRatio, journal: Journal | None
) -> RunQuote:
    """Prices every request of the plan on its own. Requests with an answer in the journal are left out."""
    return quote_of([*strategy_quotes(plan, pricing, facts, ratio, journal)], ratio, pricing)


def quote_of(strategies: Sequence[StrategyQuote], ratio: TokenRatio, pricing: Pricing) -> RunQuote:
    return RunQuote(
        strategies=tuple(strategies),
        bytes_per_token=round(ratio.bytes_per_token, 4),
        counted=ratio.counted,
        batch=pricing.batch,
    )


def strategy_quotes(
    plan: RequestPlan, pricing: Pricing, facts: Facts, ratio: TokenRatio, journal: Journal | None
) -> Iterator[StrategyQuote]:
    """One strategy after the other: thousands of requests take a moment, and an interrupt must not wait for all."""
    usual = Usual(
        bytes_per_token=ratio.bytes_per_token,
        cacheable=smallest_cacheable(facts, pricing),
        answer_bytes=plan.answer_bytes,
        thinking=int(facts.fact("evidence.tokens.thinking").number),
        always=plan.always_thinks,
        small_always=plan.small is not None and plan.small.always_thinks,
        passed_on=float(facts.fact("cost.cascade.escalated_share").number),
    )
    for strategy in plan.strategies:
        yield _quoted(strategy, plan, pricing, usual, journal)


def tell(quote: RunQuote, budget: Decimal, say: Callable[[str], None]) -> None:
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


@dataclass(frozen=True)
class Usual:
    """What a request takes when all goes as it mostly does."""

    bytes_per_token: float
    cacheable: float  # tokens from which a prefix is cached
    answer_bytes: int
    thinking: int
    always: bool = False  # the model thinks whatever the rung asks for
    small_always: bool = False  # and so the one that is asked first
    passed_on: float = 1.0  # share of cases that go on to the larger model, until they are known

    def tokens(self, call: ModelRequest, *, thinks: bool, warm: bool) -> RequestTokens:
        """`warm`: the shared prefix has been written to the cache by an earlier request."""
        prefix = prefix_bytes(call.body)
        cached = self._tokens(prefix)
        size = text_bytes(call.body) + (call.which == "criticise") * self.answer_bytes
        output = self._tokens(self.answer_bytes) + self._thinks(call, thinks) * self.thinking
        if cached < self.cacheable or not warm:
            return RequestTokens(uncached_input=self._tokens(size), output=output)
        return RequestTokens(uncached_input=self._tokens(size - prefix), cache_read=cached, output=output)

    def _thinks(self, call: ModelRequest, asked: bool) -> bool:
        return asked or (self.small_always if call.model else self.always)

    def _tokens(self, size: int) -> int:
        return ceil(size / self.bytes_per_token)


def _quoted(
    strategy: Strategy, plan: RequestPlan, pricing: Pricing, usual: Usual, journal: Journal | None
) -> StrategyQuote:
    found, answered = _calls(strategy, plan, journal, usual.passed_on)
    draft = plan.shared.answer_tokens
    return priced(
        strategy.name, found, answered, pricing, usual, thinks=strategy.thinking, draft_tokens=draft
    )


def priced(
    name: str, found: Sequence[tuple[ModelRequest, float]], answered: int, pricing: Pricing, usual: Usual, *,
    thinks: bool, draft_tokens: int = 0,
) -> StrategyQuote:  # fmt: skip
    """Requests with how likely each is to be sent, at their prices. `draft_tokens`: the most that a critic reads."""
    calls, shares = [call for call, _ in found], [share for _, share in found]
    drafts = [draft_tokens if call.which == "criticise" else 0 for call in calls]
    most = [most_tokens(call.body, draft) for call, draft in zip(calls, drafts, strict=True)]
    likely = [
        usual.tokens(call, thinks=thinks, warm=i > 0 and not pricing.batch) for i, call in enumerate(calls)
    ]
    costs = (call.priced(pricing).cost(tokens) for call, tokens in zip(calls, likely, strict=True))
    return StrategyQuote(
        strategy=name,
        requests=len(calls),
        answered_before=answered,
        input_tokens=round(sum(tokens.prompt * share for tokens, share in zip(likely, shares, strict=True))),
        output_tokens=round(sum(tokens.output * share for tokens, share in zip(likely, shares, strict=True))),
        most_input_tokens=sum(tokens.prompt for tokens in most),
        most_output_tokens=sum(tokens.output for tokens in most),
        usd_likely=sum((c * Decimal(str(share)) for c, share in zip(costs, shares, strict=True)), Decimal(0)),
        usd_worst=usd(sum(call.worst(pricing, d) for call, d in zip(calls, drafts, strict=True))),
    )


def _calls(
    strategy: Strategy, plan: RequestPlan, journal: Journal | None, passed_on: float
) -> tuple[list[tuple[ModelRequest, float]], int]:
    """The requests that may still be sent, each once with how likely that is, and how many are answered already."""
    open_calls: dict[str, tuple[ModelRequest, float]] = {}
    answered = 0
    asked = [(run, note) for run in range(1, plan.runs + 1) for note in plan.asked(strategy)]
    for run, note in asked:
        draft, messages = "", list[dict[str, Any]]()
        for number, which in enumerate(strategy.passes):
            if plan.settled(strategy, messages):
                break
            call = plan.call(strategy, number, note, draft, run)
            entry = journal.entry(call.key) if journal else None
            if entry is None or entry.state != "answered" or entry.message is None:
                unsure = which == LARGER and len(messages) < number
                open_calls.setdefault(call.key, (call, passed_on if unsure else 1.0))
                draft = ""
                continue
            answered += 1
            messages.append(entry.message)
            draft = draft_of(entry.message)
    return [*open_calls.values()], answered


def draft_of(message: dict[str, object]) -> str:
    """The text a critic is shown: what the generator wrote, or a word where it wrote nothing."""
    from bespoke.claude.requests.answer_parsing import read_answer

    return read_answer(message).text.strip() or "(no answer)"


def smallest_cacheable(facts: Facts, pricing: Pricing) -> float:
    if not pricing.caches:
        return float("inf")
    key = f"model.{canonical(pricing.model)}.smallest_cacheable_tokens"
    known = key if key in facts.keys("model.") else "model.default.smallest_cacheable_tokens"
    return float(facts.fact(known).range[1])
