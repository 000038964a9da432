"""Has a model label the failing outputs that nobody has labelled, and some that people have, to check it by."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

from bespoke.claude.budget.journal import Journal, journal_of
from bespoke.claude.budget.pico_usd import pico
from bespoke.claude.budget.run_quote import tell
from bespoke.claude.evaluate_client import wire_id
from bespoke.claude.judge.judge_cases import Cases, judge_quote, make_cases
from bespoke.claude.judge.judge_record import Judged, JudgeSummary, in_a_line, judged, summarised, write
from bespoke.claude.requests.calls import Pricing
from bespoke.claude.requests.capabilities import capabilities
from bespoke.claude.requests.identifier_check import check_may_send
from bespoke.claude.requests.request_plan import promised_geography
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.backend import Backend
from bespoke.claude.sending.providers import name_of, open_backend
from bespoke.claude.sending.sender import Sender, work_through
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.price_book import canonical
from bespoke.facts.reader import Facts

JOURNAL = "judge_journal.sqlite"  # apart from the evaluation's: each has its own budget


def label(
    client: Client,
    facts: Facts,
    *,
    model: str,
    backend: str | Backend,
    budget: Decimal,
    send: bool,
    say: Callable[[str], None],
    model_id: str = "",
    sample_human: bool = True,
    ask_lost_again: bool = False,
    patience: RetryPolicy | None = None,
) -> JudgeSummary:
    """Asks a model for the remedy family of every failing output that code table, annotators and checks leave
    unmapped and, with `sample_human`, of every one that both annotators agree on.

    `model` names the model whose prices apply; `model_id` what goes over the wire where that differs.
    `backend` is "anthropic", "bedrock" or an object with the methods of `Backend`. `budget` in USD covers
    everything the judge's own journal has spent, in this run and before. With `send=False` nothing leaves the
    machine and nothing is written: the quote is told and returned.

    Writes `judge.csv` in the client's folder, the labels of this run only, so that one judge is checked and not
    a mixture; without any label an earlier file stays. Answers stay in the judge's journal on this machine, and
    asking again for what it holds costs nothing. Raises BespokeError for everything that keeps a run from
    starting, for an error that would meet every request, and after an interrupt has been seen through.
    """
    patience = patience or RetryPolicy()
    name = name_of(backend)
    _check(client, model, send, budget)
    promised_geography(client, name, capabilities(model, facts))
    wire = model_id or wire_id(name, model)
    cases = make_cases(client, facts, name, wire, sample_human)
    pricing = Pricing.of_client(client, model, facts.as_of)
    cases.tell(say)
    path = journal_of(client.folder, JOURNAL)
    asking = send and cases.worth_asking
    journal = Journal(path, lease_s=patience.lease_s) if asking or path.exists() else None
    try:
        quote = judge_quote(cases, pricing, facts, journal)
        tell(quote, budget, say)
        if journal is None or not asking:
            if send:
                say("there is no open row that may be sent: nothing to ask a judge about")
            return summarised(cases, [], quote, pricing, budget, journal)
        sender = Sender(
            open_backend(backend, patience), journal, pricing, pricing, pico(budget), patience, ask_lost_again,
            bytes_per_token=quote.bytes_per_token,
        )  # fmt: skip
        found: dict[str, Judged] = {}
        work_through(_judged(client, cases, sender, found), sender)
        results = [found[failure] for failure in cases.calls]
        write(client, wire, results)
        summary = summarised(cases, results, quote, pricing, budget, journal, sender.stopped)
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise BespokeError("interrupted; what was answered is kept, run again to go on") from None
    finally:
        if journal:
            journal.close()
    say(in_a_line(summary))
    if sender.fatal:
        raise BespokeError(sender.fatal)
    return summary


async def _judged(client: Client, cases: Cases, sender: Sender, found: dict[str, Judged]) -> None:
    """The first row goes alone until one is answered, so that the others find the instructions cached."""
    rows = {row.failure_id: row for row in client.failures or ()}
    waiting = iter(cases.calls.items())

    async def work(*, until_answered: bool = False) -> None:
        for failure, call in waiting:
            found[failure] = judged(rows[failure], await sender.ask(call))
            if until_answered and found[failure].verdict:
                return

    await work(until_answered=True)
    async with asyncio.TaskGroup() as group:
        for _ in range(min(sender.patience.connections, len(cases.calls))):
            group.create_task(work())


def _check(client: Client, model: str, send: bool, budget: Decimal) -> None:
    canonical(model)  # raises for an unknown one, naming the nearest
    if not client.failures:
        raise BespokeError("failures.csv is missing or empty: there is nothing to label")
    if send:
        check_may_send(client, "the client's texts", budget)
