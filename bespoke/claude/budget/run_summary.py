"""What a run did: outcomes, tokens by class, money, and how the quote held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bespoke.claude.budget.journal_schema import Entry
from bespoke.claude.budget.pico_usd import usd
from bespoke.claude.budget.run_quote import RunQuote, StrategyQuote
from bespoke.claude.requests.answer_parsing import Outcome
from bespoke.claude.sending.backend import thinking_tokens, tokens_used
from bespoke.clients.schema import Usage
from bespoke.results import Part


@dataclass(frozen=True)
class NoteResult:
    """One note of one strategy: its ending and the requests behind it."""

    note: str
    outcome: Outcome
    fields: Any = None
    run: int = 1
    entries: tuple[Entry, ...] = ()
    reason: str = ""

    @property
    def usage(self) -> Usage | None:
        """All passes together."""
        if not self.entries:
            return None
        found = token_sums(self.entries)
        return Usage(
            input_tokens=found.uncached_input, output_tokens=found.output,
            cache_read_tokens=found.cache_read, cache_write_tokens=found.cache_write,
        )  # fmt: skip

    @property
    def latency_ms(self) -> float | None:
        times = [entry.latency_ms for entry in self.entries]
        return round(sum(t for t in times if t is not None), 1) if times and None not in times else None


class TokenSums(Part):
    """Each token once; `thinking` is a part of `output`."""

    uncached_input: int
    cache_read: int
    cache_write: int
    output: int
    thinking: int


class Unanswered(Part):
    note: str
    outcome: Outcome
    reason: str


class StrategySummary(Part):
    """One strategy on this client's notes, whatever run its answers came from."""

    strategy: str
    title: str
    model: str
    model_id: str
    backend: str
    batch: bool
    notes: int
    outcomes: dict[str, int]
    unanswered: tuple[Unanswered, ...]
    requests: int  # distinct requests with an answer
    tokens: TokenSums
    usd: Decimal  # of the answers
    usd_lost: (
        Decimal  # of answers that never arrived, each at its worst case until enough of its kind have come
    )
    requests_lost: int
    requests_paid_again: int  # answered, after an earlier answer was lost or a second one came
    usd_per_1000_notes: Decimal | None
    accepted: int  # notes whose set of codes is exactly right
    usd_per_accepted_note: Decimal | None
    small: str = ""  # the model that was asked first
    asked_larger: int = 0  # notes whose answers of the smaller model were not trusted
    quote: StrategyQuote  # for the whole strategy, as if nothing had been answered before
    within_worst_case: bool


class EvaluationSummary(Part):
    """A whole run. `stopped` names why not everything was asked."""

    sent: bool
    budget_usd: Decimal
    held_usd: Decimal  # everything this client's journal has spent, lost or reserved
    quote: RunQuote
    blocked: dict[str, tuple[str, ...]]  # note -> rules
    strategies: tuple[StrategySummary, ...] = ()
    stopped: str = ""


def token_sums(entries: Iterable[Entry]) -> TokenSums:
    usages = [(entry.message or {}).get("usage") or {} for entry in entries]
    used = [tokens_used(usage) for usage in usages]
    return TokenSums(
        uncached_input=sum(u.uncached_input for u in used),
        cache_read=sum(u.cache_read for u in used),
        cache_write=sum(u.cache_write_5m + u.cache_write_1h for u in used),
        output=sum(u.output for u in used),
        thinking=sum(map(thinking_tokens, usages)),
    )


def per_note(total: int, notes: int, times: int = 1) -> Decimal | None:
    return (usd(total) * times / notes).quantize(Decimal("0.000001")) if notes else None


def outcome_counts(results: Iterable[NoteResult]) -> dict[str, int]:
    counts = Counter(result.outcome for result in results)
    return {str(name): counts[name] for name in sorted(counts)}
