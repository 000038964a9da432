"""What a judge's run leaves: judge.csv for the chapter, and the account of how its labels came to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bespoke.claude.budget.journal import Journal
from bespoke.claude.budget.journal_schema import Entry
from bespoke.claude.budget.pico_usd import usd
from bespoke.claude.budget.run_quote import RunQuote
from bespoke.claude.budget.run_summary import TokenSums, Unanswered, token_sums
from bespoke.claude.judge.judge_cases import Cases
from bespoke.claude.judge.judge_prompt import Verdict, read_verdict
from bespoke.claude.requests.answer_parsing import Outcome
from bespoke.claude.requests.calls import Pricing
from bespoke.claude.sending.sender import Ending
from bespoke.clients.schema import Client, Failure, JudgeLabel
from bespoke.clients.spreadsheet import write_csv
from bespoke.errors import printable
from bespoke.results import Part

FILE = "judge.csv"


class JudgeSummary(Part):
    """One run of a judge. `outcomes` counts rows; a row without the outcome `answered` has no label."""

    sent: bool
    model: str  # whose prices apply
    budget_usd: Decimal
    held_usd: Decimal  # everything the judge's journal has spent, lost or reserved
    quote: RunQuote
    open_rows: int  # failing outputs nobody has labelled
    check_rows: int  # failing outputs both annotators agree on
    blocked: dict[str, tuple[str, ...]]  # failure -> rules
    outcomes: dict[str, int]
    unanswered: tuple[Unanswered, ...]  # `note` is the failing output
    families: dict[str, int]  # of the open rows it labelled
    agreed: int  # check rows where it says what both annotators say
    checked: int  # check rows it labelled
    uncited: tuple[str, ...]  # labelled, but the words it points at are not in the output
    tokens: TokenSums | None
    usd: Decimal  # of the answers
    usd_lost: Decimal  # of answers that never arrived, each at its worst case
    stopped: str


@dataclass(frozen=True)
class Judged:
    """How one row ended."""

    failure: Failure
    outcome: Outcome
    verdict: Verdict | None = None
    entry: Entry | None = None
    reason: str = ""

    @property
    def cited(self) -> bool:
        return self.verdict is None or self.verdict.cited(self.failure.actual)


def judged(failure: Failure, ending: Ending) -> Judged:
    """The row's ending with its request's answer read."""
    entry = ending.entry
    if ending.outcome is not None or entry is None or entry.message is None:
        return Judged(failure, ending.outcome or "unavailable", None, entry, ending.reason)
    read = read_verdict(entry.message)
    reason = "" if read.verdict else f"stop reason {entry.message.get('stop_reason')}"
    return Judged(failure, read.outcome, read.verdict, entry, reason)


def write(client: Client, model_id: str, results: Sequence[Judged]) -> None:
    """judge.csv, the whole of it or nothing. Without any label an earlier file stays."""
    rows = [
        (result.failure.failure_id, result.verdict.family, _explained(result.verdict, result.cited), model_id)
        for result in results
        if result.verdict
    ]
    if rows:
        write_csv(client.folder / FILE, tuple(JudgeLabel.model_fields), rows)


def summarised(
    cases: Cases,
    results: Sequence[Judged],
    quote: RunQuote,
    pricing: Pricing,
    budget: Decimal,
    journal: Journal | None,
    stopped: str = "",
) -> JudgeSummary:
    """The account of one run; without results it is that of a quote."""
    sent = bool(results)
    entries = {result.entry.key: result.entry for result in results if result.entry}
    answered = [entry for entry in entries.values() if entry.state == "answered"]
    named = {result.failure.failure_id: result.verdict for result in results if result.verdict}
    people = {row.failure_id: row.label_1 for row in cases.check_rows if row.failure_id in named}
    families = Counter(named[r.failure_id].family for r in cases.open_rows if r.failure_id in named)
    counts = Counter(str(result.outcome) for result in results)
    counts["blocked"] += len(cases.blocked)
    return JudgeSummary(
        sent=sent,
        model=pricing.model,
        budget_usd=budget,
        held_usd=usd(journal.held()) if journal else Decimal(0),
        quote=quote,
        open_rows=len(cases.open_rows),
        check_rows=len(cases.check_rows),
        blocked=dict(cases.blocked),
        outcomes={name: counts[name] for name in sorted(counts) if counts[name]} if sent else {},
        unanswered=tuple(
            Unanswered(note=result.failure.failure_id, outcome=result.outcome, reason=result.reason)
            for result in results
            if result.verdict is None
        ),
        families=dict(sorted(families.items())),
        agreed=sum(named[failure].family == family for failure, family in people.items()),
        checked=len(people),
        uncited=tuple(result.failure.failure_id for result in results if not result.cited),
        tokens=token_sums(answered) if sent else None,
        usd=usd(sum(entry.paid for entry in answered)),
        usd_lost=usd(sum(entry.lost for entry in entries.values())),
        stopped=stopped,
    )


def in_a_line(summary: JudgeSummary) -> str:
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in summary.outcomes.items())
    agreed = f"; as both annotators on {summary.agreed} of {summary.checked}" if summary.checked else ""
    invented = f"; {len(summary.uncited)} cite words the output lacks" if summary.uncited else ""
    why = f"; stopped: {summary.stopped}" if summary.stopped else ""
    return f"judge: {counts}{agreed}{invented}; {summary.usd:.4f} USD{why}"


def _explained(verdict: Verdict, cited: bool) -> str:
    """Explanation and cited words on one line, as a reader of the file wants them."""
    span = " ".join(verdict.span.split())
    cites = f' Cites: "{span}"' if span else ""
    missing = "" if cited else " (these words are not in the output)"
    return printable(" ".join(verdict.explanation.split()) + cites + missing)
