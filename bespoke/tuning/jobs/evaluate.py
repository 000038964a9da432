"""The tuned model beside its base on the held-out notes, handed to chapter 4 as recorded predictions."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bespoke.clients.schema import Client, Note
from bespoke.errors import BespokeError
from bespoke.facts.price_book import RequestTokens, request_cost
from bespoke.facts.reader import Facts
from bespoke.results import write_atomically
from bespoke.tuning.jobs import quote
from bespoke.tuning.jobs.answers import parse
from bespoke.tuning.jobs.aws import Aws
from bespoke.tuning.jobs.converse import converse, ready_endpoint
from bespoke.tuning.jobs.frame import Frame, frame_of
from bespoke.tuning.jobs.outside import Outside, Say
from bespoke.tuning.jobs.profiles import Profile
from bespoke.tuning.jobs.state import FOLDER, Run, Store

PREDICTIONS = Path("evaluation/predictions")
ROUNDED = 1  # decimals of a latency in milliseconds


@dataclass(frozen=True)
class System:
    """One model to ask: its name among the predictions, its id or ARN."""

    name: str
    model: str
    tuned: bool


def evaluate(
    client: Client, run: Run, profile: Profile, facts: Facts, store: Store, aws: Aws,
    outside: Outside, say: Say, *, base: bool, base_model: str, frame: Frame | None,
) -> tuple[Path, ...]:  # fmt: skip
    """Asks for every note that has no answer yet; the predictions files, one per system.

    An interrupted evaluation goes on where it stopped: an answer that was paid for is on the disk before the
    next question. Raises BespokeError where notes may not be sent, or could cost more than the budget.
    """
    notes = _notes(client)
    frame = frame or frame_of([client.folder / run.uploads[0].file])
    most = int(facts.fact("tuning.answer_tokens").number)
    asked = [System(f"{run.name}_tuned", ready_endpoint(run), True)]
    if base:
        asked.append(System(f"{run.name}_base", base_model or profile.invoke_model, False))
    todo = {system.name: _unanswered(client, run, system, notes) for system in asked}
    _affordable(client, profile, facts, frame, asked, todo, most, say)
    paths = []
    for system in asked:
        path = client.folder / PREDICTIONS / f"{system.name}.jsonl"
        if todo[system.name]:
            say(f"{system.name}: asking for {len(todo[system.name])} of {len(notes)} notes")
        for note in todo[system.name]:
            reply = converse(aws, system.model, frame.system, frame.prompt(note.text), most)
            _append(_journal(client, run, system), _row(note, reply.text, reply.usage, reply.latency_ms))
            if system.tuned and run.endpoint is not None:
                run = used(store, run, outside)
        _hand_over(client, run, system, notes, path)
        say(f"{system.name}: {len(notes)} answers in {path.relative_to(client.folder).as_posix()}")
        paths.append(path)
    return tuple(paths)


def _notes(client: Client) -> tuple[Note, ...]:
    where = f"{client.name}/evaluation/notes.jsonl"
    if not client.notes:
        raise BespokeError("is needed: the held-out notes with their gold", path=where)
    if not client.engagement.evaluation.deidentified:
        raise BespokeError(
            "says false: notes are sent to a model only when they carry no identifiers",
            path=f"{client.name}/engagement.yaml",
            column="evaluation.deidentified",
        )
    return client.notes


def _affordable(
    client: Client, profile: Profile, facts: Facts, frame: Frame, asked: Sequence[System],
    todo: dict[str, list[Note]], most: int, say: Say,
) -> None:  # fmt: skip
    """At the dearest estimate of tokens and price, the answers still to come must fit the budget."""
    from bespoke.chapters.dataset_readiness.rules import rules_as_of
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
            f"the answers can cost up to {quote.usd(total)} USD, the budget is {quote.usd(budget)} USD",
            path=f"{client.name}/engagement.yaml",
            column="evaluation.budget_usd",
        )
    if total:
        say(f"the answers can cost up to {quote.usd(total)} USD of the budget of {quote.usd(budget)} USD")


def _dearest(client: Client, profile: Profile, facts: Facts, tokens: RequestTokens, tuned: bool) -> Decimal:
    if not tuned:
        return request_cost(profile.price_model, tokens, facts.as_of, negotiated=client.prices)
    each = quote.request_range(profile, tokens, facts, client)
    return Decimal(0) if each is None else each.high  # Provisioned Throughput is paid by the hour


def _journal(client: Client, run: Run, system: System) -> Path:
    return client.folder / FOLDER / f"{run.name}-{run.digest[:8]}" / f"{system.name}-{run.attempt}.jsonl"


def _unanswered(client: Client, run: Run, system: System, notes: Sequence[Note]) -> list[Note]:
    answered = _answers(_journal(client, run, system))
    return [note for note in notes if note.id not in answered]


def _answers(path: Path) -> dict[str, dict[str, Any]]:
    """The answers on the disk, by note; a last line that was cut off is no answer."""
    found = {}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    for line in lines:
        try:
            row = json.loads(line)
            found[str(row["id"])] = row
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _append(path: Path, row: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write("\n" if file.tell() and not _ends_in_newline(path) else "")
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BespokeError(f"cannot write: {error.strerror or error}", path=str(path)) from error


def _ends_in_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _row(note: Note, text: str, usage: Any, latency_ms: float | None) -> dict[str, Any]:
    fields = parse(text)
    row = {
        "id": note.id,
        "prediction": None if fields is None else fields.model_dump(mode="json"),
        "usage": usage.model_dump(mode="json"),
        "latency_ms": None if latency_ms is None else round(float(latency_ms), ROUNDED),
    }
    return {key: value for key, value in row.items() if key != "latency_ms" or value is not None}


def _hand_over(client: Client, run: Run, system: System, notes: Sequence[Note], path: Path) -> None:
    answers = _answers(_journal(client, run, system))
    lines = [json.dumps(answers[note.id], ensure_ascii=False) + "\n" for note in notes]
    write_atomically(path, "".join(lines))


def used(store: Store, run: Run, outside: Outside) -> Run:
    """Remembers the day of the last request, once a day."""
    endpoint = run.endpoint
    if endpoint is None or (endpoint.used_at and endpoint.used_at.date() == outside.today):
        return run
    changed = endpoint.model_copy(update={"used_at": outside.now()})
    return store.keep(run.model_copy(update={"endpoint": changed}))
