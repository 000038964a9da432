"""What the Claude rungs would cost on these notes, priced before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from math import ceil

from bespoke.chapters.icd10_evaluation.call_consumption import extraction_model
from bespoke.chapters.icd10_evaluation.result import RungQuote, System
from bespoke.claude.requests.capabilities import smaller_model
from bespoke.claude.requests.strategies import STRATEGIES, Strategy
from bespoke.clients.schema import Client, Note
from bespoke.facts.icd10 import CodeSet
from bespoke.facts.price_book import MILLION, RequestTokens, Tariff, sells_batches, tariff
from bespoke.facts.reader import Facts

_CODE_SAMPLE = 500  # every n-th billable code tells the mean length of a candidate line


@dataclass(frozen=True)
class _Weights:
    """The tokens of the parts of a request, all at one end of the assumptions or at their likely point."""

    characters_per_token: Decimal
    instructions: int
    examples: int
    glossary: int
    schema: int
    candidates: int
    thinking: int
    answer: int  # mean over the gold
    note: int  # mean over the notes
    candidate_line: int

    def requests(self, rung: Strategy, note: Note) -> list[RequestTokens]:
        """One request per pass: the critic reads the note and the draft again with everything before them."""
        prompt = self.instructions + tokens(note.text, self.characters_per_token)
        prompt += rung.examples * self.examples * (self.note + self.answer)
        prompt += rung.glossary * self.glossary + rung.schema * self.schema
        prompt += rung.candidates * self.candidates * self.candidate_line
        answer = self.answer + rung.thinking * self.thinking
        prompts = [prompt, *([prompt + self.answer] if "criticise" in rung.passes else [])]
        return [RequestTokens(uncached_input=tokens, output=answer) for tokens in prompts]


def quoted_rungs(
    client: Client, facts: Facts, notes: Sequence[Note], release: CodeSet, *, without: Sequence[str] = ()
) -> tuple[System, ...]:
    """The Claude rungs as not run, each with its price on these notes without caching.

    `without` names the recorded systems: a rung among them has been run. The model is that of the client's
    first extraction task; without one, or without a price for it, no quote.
    """
    model = extraction_model(client)
    small = smaller_model(model, facts) if model is not None else ""
    missing = [
        rung
        for rung in STRATEGIES.values()
        if f"claude_{rung.name}" not in without and (small or not rung.cascades)
    ]
    quotes: list[RungQuote | None] = [None] * len(missing)
    if model is not None and missing:
        weights = [_weights(facts, notes, release, worst=worst) for worst in (False, True)]
        quotes = [
            _cascaded(rung, notes, (small, model), client, facts, weights)
            if rung.cascades
            else _quote(rung, notes, model, client, facts, weights)
            for rung in missing
        ]
    return tuple(
        System(name=rung.name, title=rung.title, kind="claude", status="not_run", quote=quote)
        for rung, quote in zip(missing, quotes, strict=True)
    )


def tokens(text: str, characters_per_token: Decimal) -> int:
    """Estimated tokens: characters divided by an assumed ratio, rounded up."""
    return ceil(len(text) / characters_per_token)


def _quote(
    rung: Strategy,
    notes: Sequence[Note],
    model: str,
    client: Client,
    facts: Facts,
    weights: Sequence[_Weights],
) -> RungQuote:
    """By the likely and the worst of `weights`; in batches too, where the model is sold in them."""

    def price(requests: Sequence[RequestTokens], *, batch: bool = False) -> float:
        return _price(
            requests, tariff(model, facts.as_of, batch=batch, negotiated=client.prices, facts=facts)
        )

    requests, worst = ([one for note in notes for one in w.requests(rung, note)] for w in weights)
    return RungQuote(
        model=model,
        requests=len(requests),
        input_tokens=sum(r.prompt for r in requests),
        output_tokens=sum(r.output for r in requests),
        usd=price(requests),
        usd_high=price(worst),
        usd_batch=price(requests, batch=True) if sells_batches(model) else None,
    )


def _cascaded(
    rung: Strategy,
    notes: Sequence[Note],
    models: tuple[str, str],
    client: Client,
    facts: Facts,
    weights: Sequence[_Weights],
) -> RungQuote:
    """Two answers of the smaller model for every note, and one of the larger for the share that is passed on."""
    share = facts.fact("cost.cascade.escalated_share")
    first, second = (_quote(rung, notes, model, client, facts, weights) for model in models)
    twice, some, many = 2, float(share.number), float(share.range[1])
    return RungQuote(
        model=models[1],
        requests=twice * first.requests + round(some * second.requests),
        input_tokens=twice * first.input_tokens + round(some * second.input_tokens),
        output_tokens=twice * first.output_tokens + round(some * second.output_tokens),
        usd=twice * first.usd + some * second.usd,
        usd_high=twice * first.usd_high + many * second.usd_high,
        usd_batch=None
        if first.usd_batch is None or second.usd_batch is None
        else twice * first.usd_batch + some * second.usd_batch,
    )


def _price(requests: Sequence[RequestTokens], prices: Tariff) -> float:
    """Each request at the rates of its own length; nothing is cached."""
    total = Decimal(0)
    for request in requests:
        rates = prices.at(request.prompt)
        total += rates.input * request.uncached_input + rates.output * request.output
    return float(total / MILLION)


def _weights(facts: Facts, notes: Sequence[Note], release: CodeSet, *, worst: bool) -> _Weights:
    def assumed(name: str) -> int:
        fact = facts.fact(f"evidence.tokens.{name}")
        return int(fact.range[1] if worst else fact.number)

    ratio = facts.fact("evidence.tokens.characters_per_token")
    per_token = ratio.range[0] if worst else ratio.number
    answers = [json.dumps(note.gold.model_dump(mode="json"), ensure_ascii=False) for note in notes]
    sample = islice(release.billable_texts.items(), 0, None, _CODE_SAMPLE)
    lines = [f"{code} {text}".partition("\t")[0] + "\n" for code, text in sample]
    return _Weights(
        characters_per_token=per_token,
        note=_mean_tokens([note.text for note in notes], per_token),
        answer=_mean_tokens(answers, per_token),
        candidate_line=_mean_tokens(lines, per_token),
        **{
            name: assumed(name)
            for name in ("instructions", "examples", "glossary", "schema", "candidates", "thinking")
        },
    )


def _mean_tokens(texts: Sequence[str], per_token: Decimal) -> int:
    return ceil(sum(tokens(text, per_token) for text in texts) / len(texts))
