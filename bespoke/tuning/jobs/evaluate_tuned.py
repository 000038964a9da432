"""The tuned model beside its base on the held-out notes, handed to chapter 4 as recorded predictions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bespoke.claude.requests.identifier_check import held_here, say_blocked
from bespoke.clients.schema import Client, Note
from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.facts.price_book import RequestTokens, request_cost
from bespoke.facts.reader import Facts
from bespoke.results import write_atomically
from bespoke.tuning.jobs import job_quote
from bespoke.tuning.jobs.answered import TEXT, answers, append, row_of, unanswered
from bespoke.tuning.jobs.aws import Aws
from bespoke.tuning.jobs.converse import converse, ready_endpoint
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.profiles import Profile
from bespoke.tuning.jobs.prompt_frame import Frame, frame_of
from bespoke.tuning.jobs.state import FOLDER, Store, TuningRun

PREDICTIONS = "predictions"


@dataclass(frozen=True)
class AskedModel:
    """One model to ask: its name among the predictions, its id or ARN."""

    name: str
    model: str
    tuned: bool


def evaluate(
    client: Client, run: TuningRun, profile: Profile, facts: Facts, store: Store, aws: Aws,
    outside: Outside, say: Echo, *, base: bool, base_model: str,
) -> tuple[Path, ...]:  # fmt: skip
    """Asks for every note that has no answer yet; the predictions files, one per system.

    An interrupted evaluation goes on where it stopped: an answer that was paid for is on the disk before the
    next question. Raises BespokeError where notes may not be sent, or could cost more than the budget.
    """
    notes = _notes(client, say)
    frame = frame_of([client.folder / run.uploads[0].file])
    most = int(facts.fact("tuning.answer_tokens").number)
    asked = [AskedModel(f"{run.name}_tuned", ready_endpoint(run), True)]
    if base:
        asked.append(AskedModel(f"{run.name}_base", base_model or profile.invoke_model, False))
    todo = {system.name: unanswered(_journal(client, run, system), notes) for system in asked}
    _affordable(client, profile, facts, frame, asked, todo, most, say)
    paths = []
    for system in asked:
        path = client.folder / client.notes_in / PREDICTIONS / f"{system.name}.jsonl"
        if todo[system.name]:
            say(f"{system.name}: asking for {len(todo[system.name])} of {len(notes)} notes")
        for note in todo[system.name]:
            reply = converse(aws, system.model, frame.system, frame.prompt(note.text), most)
            append(_journal(client, run, system), row_of(note, reply))
            if system.tuned and run.endpoint is not None:
                run = used(store, run, outside)
        _hand_over(client, run, system, notes, path)
        say(f"{system.name}: {len(notes)} answers in {path.relative_to(client.folder).as_posix()}")
        paths.append(path)
    return tuple(paths)


def _notes(client: Client, say: Echo) -> tuple[Note, ...]:
    """The notes that may be sent: de-identified, and without an identifier that nobody has answered for."""
    where = f"{client.name}/evaluation/notes.jsonl"
    if not client.notes:
        raise BespokeError("is needed: the held-out notes with their gold", path=where)
    if not client.engagement.evaluation.deidentified:
        raise BespokeError(
            "says false: notes are sent to a model only when they carry no identifiers",
            path=f"{client.name}/engagement.yaml",
            column="evaluation.deidentified",
        )
    blocked = held_here(client.folder, {note.id: note.text for note in client.notes})
    say_blocked(blocked, len(client.notes), say)
    if len(blocked) == len(client.notes):
        raise BespokeError("no note is free to be sent", path=where)
    return tuple(note for note in client.notes if note.id not in blocked)


def _affordable(
    client: Client, profile: Profile, facts: Facts, frame: Frame, asked: Sequence[AskedModel],
    todo: dict[str, list[Note]], most: int, say: Echo,
) -> None:  # fmt: skip
    """At the dearest estimate of tokens and price, the answers still to come must fit the budget."""
    from bespoke.chapters.dataset_readiness.dataset_rules import rules_as_of
    from bespoke.chapters.dataset_readiness.tokens import estimator

    bytes_per_token = estimator(rules_as_of(facts.as_of)).low
    total = Decimal(0)
    for system in asked:
        for note in todo[system.name]:
            size = len((frame.system or "").encode()) + len(frame.prompt(note.text).encode())
            tokens = RequestTokens(uncached_input=round(size / bytes_per_token), output=most)
            total += _dearest(client, profile, facts, tokens, system.tuned)
    budget = client.engagement.evaluation.budget_usd
    if total > budget:
        raise BespokeError(
            f"the answers can cost up to {job_quote.usd(total)} USD, the budget is {job_quote.usd(budget)} USD",
            path=f"{client.name}/engagement.yaml",
            column="evaluation.budget_usd",
        )
    if total:
        say(
            f"the answers can cost up to {job_quote.usd(total)} USD of the budget of {job_quote.usd(budget)} USD"
        )


def _dearest(client: Client, profile: Profile, facts: Facts, tokens: RequestTokens, tuned: bool) -> Decimal:
    if not tuned:
        return request_cost(profile.price_model, tokens, facts.as_of, negotiated=client.prices)
    each = job_quote.request_range(profile, tokens, facts, client)
    return Decimal(0) if each is None else each.high  # Provisioned Throughput is paid by the hour


def _journal(client: Client, run: TuningRun, system: AskedModel) -> Path:
    return client.folder / FOLDER / f"{run.name}-{run.digest[:8]}" / f"{system.name}-{run.attempt}.jsonl"


def _hand_over(client: Client, run: TuningRun, system: AskedModel, notes: Sequence[Note], path: Path) -> None:
    """The answers as chapter 4 reads them; of a tuned model with what it was trained on."""
    found = answers(_journal(client, run, system))
    trained = (
        {"trained_on": {"model": run.base_model, "examples": run.uploads[0].rows}} if system.tuned else {}
    )
    rows = ({**found[note.id], **trained} for note in notes)
    lines = [
        json.dumps({k: v for k, v in row.items() if k != TEXT}, ensure_ascii=False) + "\n" for row in rows
    ]
    write_atomically(path, "".join(lines))


def used(store: Store, run: TuningRun, outside: Outside) -> TuningRun:
    """Remembers the day of the last request, once a day."""
    endpoint = run.endpoint
    if endpoint is None or (endpoint.used_at and endpoint.used_at.date() == outside.today):
        return run
    changed = endpoint.model_copy(update={"used_at": outside.now()})
    return store.keep(run.model_copy(update={"endpoint": changed}))
