"""Which failing outputs a judge model is asked about, which of them may leave, and what that will cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bespoke.chapters.failure_labels import UNMAPPED, direct_labels
from bespoke.claude.budget.journal import Journal
from bespoke.claude.budget.run_quote import (
    RunQuote,
    Usual,
    assumed_ratio,
    priced,
    quote_of,
    smallest_cacheable,
)
from bespoke.claude.judge.judge_prompt import SPAN_WORDS, WORDS, judge_body
from bespoke.claude.requests.calls import ModelRequest, Pricing
from bespoke.claude.requests.identifier_check import read_waivers, unwaived
from bespoke.claude.requests.request_plan import promised_geography
from bespoke.clients.schema import Client, Failure, Task
from bespoke.clients.spreadsheet import inert
from bespoke.errors import BespokeError, Problem
from bespoke.facts.reader import Facts

WAIVERS = "judge_waivers.csv"  # apart from the notes': a waiver covers the text its writer looked at
NOT_DEIDENTIFIED = "task_not_deidentified"  # no waiver for this one: tasks.csv has to say it
STRATEGY = "judge"

_BYTES_PER_WORD = 6  # of English, the blank included
_FRAME = 80  # bytes of the answer's JSON around the words


@dataclass(frozen=True)
class Cases:
    """The cases of one run, in the order of failures.csv, each with its request."""

    open_rows: tuple[Failure, ...]  # nobody has labelled these; the judge's label will be used
    check_rows: tuple[Failure, ...]  # both annotators agree on these; they show what the judge is worth
    blocked: Mapping[str, tuple[str, ...]]  # failure -> rules that hold it here
    shown: Mapping[str, str]  # failure -> the same with what was found, masked
    calls: Mapping[str, ModelRequest]  # failure -> its request

    def tell(self, say: Callable[[str], None]) -> None:
        """What a reader should know before the quote."""
        say(
            f"{len(self.open_rows)} failing outputs that nobody has labelled, and {len(self.check_rows)} that both"
            " annotators agree on, to check the judge by"
        )
        if not self.blocked:
            return
        total = len(self.open_rows) + len(self.check_rows)
        say(
            f"{len(self.blocked)} of these {total} stay here: they may carry identifiers; waive each with a"
            f" reason in evaluation/{WAIVERS} (id,rule,reason); what is {NOT_DEIDENTIFIED} waits for tasks.csv"
        )
        for failure, found in self.shown.items():
            say(f"{failure}: {found}")

    @property
    def worth_asking(self) -> bool:
        """Whether any open row may be sent: checking a judge that labels nothing is money for nothing."""
        return any(row.failure_id in self.calls for row in self.open_rows)


def make_cases(client: Client, facts: Facts, backend: str, model_id: str, sample_human: bool) -> Cases:
    """Reads, checks and prepares everything without touching the network. Raises BespokeError.

    An open row is one that code table, annotators, schema check and words of the code leave unmapped: those
    need no judge. Neither ids nor codes nor labels are sent: a judge that saw people's words for the rows it
    is checked on would look better there than on the rows nobody named.
    """
    failures = client.failures or ()
    direct = direct_labels(failures, client.codes or ())
    families = {label.failure_id: label.family for label in direct}
    wanted = tuple(row for row in failures if families[row.failure_id] == UNMAPPED)
    agreed = tuple(row for row in failures if sample_human and row.label_1 and row.label_1 == row.label_2)
    _check_names((*wanted, *agreed))
    waivers = read_waivers(client.folder / "evaluation" / WAIVERS)
    tasks = {task.task_id: task for task in client.tasks}
    geography = promised_geography(client, backend)
    answer_tokens = int(facts.fact("api.answer_tokens").number)
    blocked: dict[str, tuple[str, ...]] = {}
    shown: dict[str, str] = {}
    calls: dict[str, ModelRequest] = {}
    asked = {row.failure_id for row in (*wanted, *agreed)}
    for row in (row for row in failures if row.failure_id in asked):
        parts = _parts(row, tasks.get(row.task_id))
        hits = unwaived(row.failure_id, "\n".join(parts.values()), waivers)
        rules = {hit.rule: f"{hit.rule} ({hit.shown})" for hit in hits}
        if (task := tasks.get(row.task_id)) is None or not task.identifies_nobody:
            rules[NOT_DEIDENTIFIED] = f"{NOT_DEIDENTIFIED} ({row.task_id})"
        if rules:
            blocked[row.failure_id], shown[row.failure_id] = tuple(rules), "; ".join(rules.values())
            continue
        body = judge_body(parts, model_id, answer_tokens, geography)
        calls[row.failure_id] = ModelRequest(row.failure_id, STRATEGY, "generate", backend, body)
    return Cases(wanted, agreed, blocked, shown, calls)


def judge_quote(cases: Cases, pricing: Pricing, facts: Facts, journal: Journal | None) -> RunQuote:
    """Every request still to be paid for, priced on its own; nothing where asking is not worth while."""
    ratio = assumed_ratio(facts, pricing.model)
    usual = Usual(
        bytes_per_token=ratio.bytes_per_token,
        cacheable=smallest_cacheable(facts, pricing),
        answer_bytes=(WORDS + SPAN_WORDS) * _BYTES_PER_WORD + _FRAME,
        thinking=0,
    )
    calls = [*cases.calls.values()] if cases.worth_asking else []
    known = {call.key for call in calls if journal and _answered(journal, call)}
    still_open = [*{call.key: call for call in calls if call.key not in known}.values()]
    line = priced(STRATEGY, [(call, 1.0) for call in still_open], len(known), pricing, usual, thinks=False)
    return quote_of([line], ratio, pricing)


def _parts(row: Failure, task: Task | None) -> dict[str, str]:
    said = {"prompt": row.prompt, "expected_output": row.expected, "actual_output": row.actual}
    about = {"task": f"{task.name} ({task.kind.replace('_', ' ')})"} if task else {}
    return {**about, **said, **({"remark": row.note} if row.note.strip() else {})}


def _check_names(rows: tuple[Failure, ...]) -> None:
    """judge.csv is written so that no spreadsheet runs it; an id that would be changed by that cannot be read
    back."""
    problems = [
        Problem("failures.csv", None, "failure_id", f"{row.failure_id!r} begins like a formula; rename it")
        for row in rows
        if inert(row.failure_id) != row.failure_id
    ]
    if problems:
        raise BespokeError(problems)


def _answered(journal: Journal, call: ModelRequest) -> bool:
    entry = journal.entry(call.key)
    return entry is not None and entry.state == "answered" and entry.message is not None
