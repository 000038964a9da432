"""What the Claude rungs would cost on these notes, priced before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from bespoke.chapters.icd10_evaluation.result import Quote, System
from bespoke.clients.schema import Client, Note
from bespoke.facts.icd10 import CodeSet
from bespoke.facts.price_book import RequestTokens, is_known, request_cost, sells_batches
from bespoke.facts.reader import Facts

_CODE_SAMPLE = 500  # every n-th billable code tells the mean length of a candidate line


@dataclass(frozen=True)
class ClaudeRung:
    """What a request of this rung carries besides instructions and note, and how many passes it takes."""

    name: str
    title: str
    examples: bool = False
    glossary: bool = False
    schema: bool = False
    candidates: bool = False
    thinking: bool = False
    critic: bool = False


CLAUDE_RUNGS = (
    ClaudeRung("zero_shot", "Claude, zero-shot"),
    ClaudeRung("few_shot", "Claude, few-shot", examples=True),
    ClaudeRung("glossary", "Claude, few-shot and glossary", examples=True, glossary=True),
    ClaudeRung("structured_output", "Claude, structured output", examples=True, glossary=True, schema=True),
    ClaudeRung(
        "rag", "Claude, RAG over the code set", examples=True, glossary=True, schema=True, candidates=True
    ),
    ClaudeRung(
        "thinking",
        "Claude, adaptive thinking",
        examples=True,
        glossary=True,
        schema=True,
        candidates=True,
        thinking=True,
    ),
    ClaudeRung(
        "generator_critic",
        "Claude, generator and critic",
        examples=True,
        glossary=True,
        schema=True,
        candidates=True,
        critic=True,
    ),
)


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

    def requests(self, rung: ClaudeRung, note: Note) -> list[RequestTokens]:
        """One request per pass: the critic reads the note and the draft again with everything before them."""
        prompt = self.instructions + tokens(note.text, self.characters_per_token)
        prompt += rung.examples * self.examples * (self.note + self.answer)
        prompt += rung.glossary * self.glossary + rung.schema * self.schema
        prompt += rung.candidates * self.candidates * self.candidate_line
        answer = self.answer + rung.thinking * self.thinking
        first = RequestTokens(uncached_input=prompt, output=answer)
        return (
            [first, RequestTokens(uncached_input=prompt + self.answer, output=answer)]
            if rung.critic
            else [first]
        )


def quoted_rungs(client: Client, facts: Facts, notes: Sequence[Note], release: CodeSet) -> tuple[System, ...]:
    """The Claude rungs as not run, each with its price on these notes without caching.

    The model is that of the client's first extraction task; without one, or without a price for it, no quote.
    """
    model = next((task.model for task in client.tasks if task.kind == "extraction"), None)
    priced = model if model is not None and is_known(model) else None
    likely, high = (_weights(facts, notes, release, worst=worst) for worst in (False, True))
    return tuple(
        System(
            name=rung.name,
            title=rung.title,
            kind="claude",
            status="not_run",
            quote=_quote(rung, notes, priced, client, facts, likely, high) if priced else None,
        )
        for rung in CLAUDE_RUNGS
    )


def tokens(text: str, characters_per_token: Decimal) -> int:
    """Estimated tokens: characters divided by an assumed ratio, rounded up."""
    return ceil(len(text) / characters_per_token)


def _quote(
    rung: ClaudeRung,
    notes: Sequence[Note],
    model: str,
    client: Client,
    facts: Facts,
    likely: _Weights,
    high: _Weights,
) -> Quote:
    requests = [request for note in notes for request in likely.requests(rung, note)]
    worst = [request for note in notes for request in high.requests(rung, note)]

    def price(all_requests: Sequence[RequestTokens], *, batch: bool = False) -> float:
        each = (
            request_cost(model, r, facts.as_of, batch=batch, negotiated=client.prices) for r in all_requests
        )
        return float(sum(each, Decimal(0)))

    return Quote(
        model=model,
        requests=len(requests),
        input_tokens=sum(r.prompt for r in requests),
        output_tokens=sum(r.output for r in requests),
        usd=price(requests),
        usd_high=price(worst),
        usd_batch=price(requests, batch=True) if sells_batches(model) else None,
    )


def _weights(facts: Facts, notes: Sequence[Note], release: CodeSet, *, worst: bool) -> _Weights:
    def assumed(name: str) -> int:
        fact = facts.fact(f"evidence.tokens.{name}")
        return int(fact.range[1] if worst else fact.number)

    ratio = facts.fact("evidence.tokens.characters_per_token")
    per_token = ratio.range[0] if worst else ratio.number
    answers = [json.dumps(note.gold.model_dump(mode="json"), ensure_ascii=False) for note in notes]
    lines = [f"{code.code} {code.description}\n" for code in release.billable[::_CODE_SAMPLE]]
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
