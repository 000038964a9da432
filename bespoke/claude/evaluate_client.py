"""Runs Claude over a client's notes: checks, quotes, sends within the budget, leaves plain predictions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from bespoke.claude.budget.journal import Journal, journal_of
from bespoke.claude.budget.pico_usd import usd
from bespoke.claude.budget.run_quote import assumed_ratio, make_quote, tell
from bespoke.claude.budget.run_summary import EvaluationSummary
from bespoke.claude.evaluation_run import EvaluationSession
from bespoke.claude.requests.calls import Pricing
from bespoke.claude.requests.capabilities import Capabilities, capabilities, smaller_model
from bespoke.claude.requests.case_plan import chosen_for, make_task_plan
from bespoke.claude.requests.context_limit import within_context
from bespoke.claude.requests.identifier_check import check_may_send
from bespoke.claude.requests.prompt import Shared
from bespoke.claude.requests.request_plan import RequestPlan, SmallModel, make_plan, promised_geography
from bespoke.claude.requests.strategies import chosen
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.backend import Backend
from bespoke.claude.sending.event_loop import run_to_end
from bespoke.claude.sending.providers import name_of, open_backend
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.price_book import canonical, sells_batches
from bespoke.facts.reader import Facts
from bespoke.scorers import find

JOURNAL = "journal.sqlite"
CODED = "code_set"  # its cases are asked with the prompts of coded notes


def evaluate(
    client: Client,
    facts: Facts,
    *,
    strategies: Sequence[str],
    model: str,
    backend: str | Backend,
    budget: Decimal,
    batch: bool,
    send: bool,
    say: Callable[[str], None],
    model_id: str = "",
    ask_lost_again: bool = False,
    patience: RetryPolicy | None = None,
    task: str = "",
    runs: int = 1,
    suffix: str = "",
    effort: str = "",
    refresh: Sequence[str] = (),
    small: str = "",
    small_id: str = "",
) -> EvaluationSummary:
    """Asks a model about every note of the client, or every case of `task`, under each strategy.

    `runs` asks each that often; `suffix` ends the recorded systems' names, where several models are asked; `effort` is
    the provider's own word; `refresh` names outcomes (refused, schema_broken, truncated) that are asked for anew.

    `small` is the model that the rung "small_then_large" asks first, "" the current one of the smallest family, and
    `small_id` what it is called on the wire.

    `model` names the model whose prices apply; `model_id` what goes over the wire where that differs (a
    Bedrock id or ARN, a tuned model behind a compatible server). `backend` is "anthropic", "bedrock" or an
    object with the methods of `Backend`. `budget` in USD covers everything this client's journal has spent,
    in this run and before. With `send=False` nothing leaves the machine: the quote is told and returned.

    Writes `evaluation/predictions/claude_<strategy>.jsonl`, `evaluation/claude_<strategy>.summary.json` and
    the journal in this machine's own folder. Raises BespokeError for everything that keeps a run from starting, for
    an error that would meet every request, and after an interrupt has been seen through.
    """
    patience = patience or RetryPolicy()
    name = name_of(backend)
    _check(client, model, name, batch, send, budget)
    able = capabilities(model, facts, name)
    wire = model_id or wire_id(name, model)
    promised_geography(client, name, able)
    found = next((t for t in client.evaluated if t.task_id == task), None)
    if found is not None and found.setup.scorer != CODED:
        scorer = find(found.setup.scorer)
        wanted, left = chosen_for(found, scorer, strategies)
    else:
        scorer, wanted, left = None, [*chosen(list(strategies))], []
    cannot = able.left_out(wanted)
    first = None
    if any(strategy.cascades for strategy in wanted):
        small = small or smaller_model(model, facts)
        first, why = _first(client, model, small, small_id, name, batch, facts)
        cannot |= {s.name: why for s in wanted if s.cascades and first is None}
    for line in [*left, *(f"{name} is left out: {why}" for name, why in cannot.items())]:
        say(line)
    picked = tuple(strategy for strategy in wanted if strategy.name not in cannot)
    if not picked:
        raise BespokeError("no strategy is left that this task and this model can have")
    if found is not None and scorer is not None:
        plan = make_task_plan(
            found, scorer, client, facts, picked, name, wire, able, runs=runs, suffix=suffix
        )
    else:
        plan = make_plan(client, facts, picked, name, wire, say)
        plan = replace(plan, runs=runs, suffix=suffix)
    plan = _able(plan, able, effort)
    if first is not None:
        asked = replace(_asked(plan.shared, first), model_id=small_id or small)
        plan = replace(plan, small=SmallModel(small, asked, first.thinking == "always"))
    pricing = Pricing.of_client(client, model, facts.as_of, batch)
    plan = within_context(plan, able, first, assumed_ratio(facts, model).bytes_per_token, say)
    if not plan.strategies:
        raise BespokeError(f"no case fits the context of {model}; a shorter prompt or another model would")
    plan.tell(say)
    journal_path = journal_of(client.folder, JOURNAL)
    if not send:
        return _quote_only(plan, pricing, facts, journal_path, budget, say)
    journal = Journal(journal_path, lease_s=patience.lease_s)
    try:
        run = EvaluationSession(
            client, facts, plan, pricing, journal, budget, ask_lost_again, patience, say, frozenset(refresh)
        )
        return run_to_end(_opened(run, backend))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise BespokeError("interrupted; what was answered is kept, run again to go on") from None
    finally:
        journal.close()


async def _opened(run: EvaluationSession, backend: str | Backend) -> EvaluationSummary:
    return await run.go(open_backend(backend, run.patience))


def _able(plan: RequestPlan, able: Capabilities, effort: str) -> RequestPlan:
    """The plan as this model has to be asked: thinking switched off or held down where a rung does not want it."""
    always = able.thinking == "always"
    return replace(plan, shared=_asked(plan.shared, able, effort), always_thinks=always)


def _asked(shared: Shared, able: Capabilities, effort: str = "") -> Shared:
    answer = shared.thinking_tokens if able.thinking == "always" else shared.answer_tokens
    return replace(
        shared,
        thinking=able.without_thinking,
        effort=effort or able.least_effort,
        answer_tokens=min(able.most_output, answer),
        thinking_tokens=min(able.most_output, shared.thinking_tokens),
    )


def _first(
    client: Client, model: str, small: str, small_id: str, backend: str, batch: bool, facts: Facts
) -> tuple[Capabilities | None, str]:
    """What the smaller model can do, or why it cannot be asked first."""
    if not small:
        return None, f"no smaller model than {model} is known; --small names one"
    if backend == "bedrock" and not small_id:
        return None, "the bedrock backend needs the smaller model's id as well (--small-id)"
    if canonical(small) == canonical(model):
        return None, f"{small} is the model itself"
    able = capabilities(small, facts, backend)
    if able.structured is False:
        return None, f"{small} cannot be held to a schema"
    if batch and not sells_batches(small):
        return None, f"{small} cannot be asked in batches"
    try:
        promised_geography(client, backend, able)
    except BespokeError as error:
        return None, str(error)
    return able, ""


def _check(client: Client, model: str, backend: str, batch: bool, send: bool, budget: Decimal) -> None:
    canonical(model)  # raises for an unknown one, naming the nearest
    if batch and (backend in ("bedrock", "vertex", "foundry") or not sells_batches(model)):
        raise BespokeError(f"{model} cannot be asked in batches through {backend}")
    if send:
        check_may_send(client, "the notes", budget)


def wire_id(backend: str, model: str) -> str:
    if backend == "bedrock":
        raise BespokeError("the bedrock backend needs model_id: a Bedrock model id, or a custom model's ARN")
    return model


def _quote_only(
    plan: RequestPlan,
    pricing: Pricing,
    facts: Facts,
    journal_path: Path,
    budget: Decimal,
    say: Callable[[str], None],
) -> EvaluationSummary:
    try:
        journal = Journal(journal_path) if journal_path.exists() else None
    except BespokeError as error:  # damaged, or on a medium that cannot be written: a quote needs it for less
        journal = None
        say(f"{error}; this quote counts nothing as answered before")
    try:
        ratio = assumed_ratio(facts, pricing.model)
        quote = make_quote(plan, pricing, facts, ratio, journal)
        held = usd(journal.held()) if journal else Decimal(0)
    finally:
        if journal:
            journal.close()
    tell(quote, budget, say)
    return EvaluationSummary(
        sent=False, budget_usd=budget, held_usd=held, quote=quote, blocked=plan.blocked_rules
    )
