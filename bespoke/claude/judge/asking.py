"""Many short questions to a judge model: within the budget, through the journal, each answered once."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NotRequired, TypedDict, Unpack

from pydantic import BaseModel

from bespoke.claude.budget.journal import Journal, journal_of
from bespoke.claude.budget.pico_usd import pico, usd
from bespoke.claude.evaluate_client import JOURNAL, wire_id
from bespoke.claude.requests.answer_parsing import read_answer
from bespoke.claude.requests.calls import ModelRequest, Pricing
from bespoke.claude.requests.capabilities import capabilities
from bespoke.claude.requests.identifier_check import WAIVERS
from bespoke.claude.requests.prompt import Body, closed_object, held_to, plain_body
from bespoke.claude.requests.request_plan import promised_geography
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.backend import Backend
from bespoke.claude.sending.providers import name_of, open_backend
from bespoke.claude.sending.sender import Sender, work_through
from bespoke.clients.schema import Client
from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.evaluation.cases import EvaluationTask
from bespoke.evaluation.scorer import Scorer, json_in
from bespoke.facts.reader import Facts
from bespoke.results import write_atomically


def check_judging(client: Client, task: EvaluationTask, *, send: bool) -> None:
    """Raises BespokeError where there is nothing to judge by, or nothing may be sent."""
    if not getattr(task.setup, "criteria", None):
        raise BespokeError(
            "has no criteria that a judge could grade by", path=f"evaluation/{task.task_id}/task.yaml"
        )
    if send and not client.engagement.evaluation.deidentified:
        raise BespokeError(
            "the cases are not declared de-identified; nothing is sent", path="engagement.yaml"
        )


def wrote(task: EvaluationTask, system: str, model: str) -> bool:
    """Whether the judge would grade a text of its own."""
    known, account = task.setup.systems.get(system), task.accounts.get(system)
    return model in (known.model if known else "", *((account.model, account.small) if account else ()))


@dataclass(frozen=True)
class JudgeModel:
    """Who judges and where. `wire` is its name over the wire; `held`: whether it can be held to a schema there."""

    model: str
    wire: str
    backend: str
    geography: str
    held: bool
    tokens: int

    def body(self, instructions: str, question: str, schema: dict[str, Any]) -> Body:
        body = plain_body(self.wire, self.tokens, instructions, question, self.geography)
        return body | ({"output_config": held_to(schema)} if self.held else {})


def judge_model(
    client: Client, facts: Facts, model: str, backend: str | Backend, model_id: str
) -> JudgeModel:
    """Raises BespokeError where the client's residency cannot be promised there, or an id is needed."""
    name = name_of(backend)
    able = capabilities(model, facts, name)
    return JudgeModel(
        model=model,
        wire=model_id or wire_id(name, model),
        backend=name,
        geography=promised_geography(client, name, able),
        held=able.structured is not False,
        tokens=int(facts.fact("api.answer_tokens").number),
    )


@dataclass(frozen=True)
class VerdictFile:
    """What a judge gives on texts, and the file of the task's folder that keeps it."""

    name: str
    what: str  # in words, of many
    row: type[BaseModel]
    judge: str  # the row's field for the model that judged
    verdict: str  # the row's field, and the answer's, for what it said
    verdicts: tuple[str, ...]

    @property
    def schema(self) -> dict[str, Any]:
        """The form an answer has to have."""
        said = {"type": "string", "enum": [*self.verdicts]}
        return closed_object({"explanation": {"type": "string"}, self.verdict: said})


@dataclass(frozen=True)
class JudgeQuestion:
    """One question, and the fields of the row that its answer makes, besides judge and verdict."""

    call: ModelRequest
    about: Mapping[str, str]


class Asked(TypedDict):
    """How a judge is asked: `model` names prices, `model_id` what goes over the wire; `budget` in USD covers all that
    the client's journal has spent; without `send` only the quote is told."""

    model: str
    backend: str | Backend
    budget: Decimal
    send: bool
    say: Callable[[str], None]
    model_id: NotRequired[str]
    patience: NotRequired[RetryPolicy]


def record_verdicts(
    client: Client,
    facts: Facts,
    task: EvaluationTask,
    scorer: Scorer,
    file: VerdictFile,
    before: Sequence[BaseModel],
    questions: Callable[[Client, EvaluationTask, Scorer, JudgeModel, Echo], Iterable[JudgeQuestion]],
    **asked: Unpack[Asked],
) -> int:
    """Asks the questions about recorded texts and writes the file anew, the rows of other judges kept of `before`.

    How many verdicts of this judge are in it then: what was not answered has no row and is not measured. Raises
    BespokeError, also where answers are missing.
    """
    model, say = asked["model"], asked["say"]
    check_judging(client, task, send=asked["send"])
    judge = judge_model(client, facts, model, asked["backend"], asked.get("model_id", ""))
    put = [*questions(client, task, scorer, judge, say)]
    if not put:
        raise BespokeError("no recorded text is left for this judge; it judges none of its own")
    said = _answers(client, facts, [one.call for one in put], file.what, asked)
    if said is None:
        return 0
    found = [
        file.row.model_validate({**one.about, file.judge: model, file.verdict: value[file.verdict]})
        for one, value in zip(put, said, strict=True)
        if value is not None and value.get(file.verdict) in file.verdicts
    ]
    kept = [row for row in before if getattr(row, file.judge) != model]
    write_atomically(task.folder / file.name, as_csv(file.row, [*kept, *found]))
    account_for(said, len(found), file.what, say)
    return len(found)


def _answers(
    client: Client, facts: Facts, calls: Sequence[ModelRequest], what: str, asked: Asked
) -> list[dict[str, Any] | None] | None:
    """What was answered to each, as JSON, empty where it is none; None for one without an answer. None in place of the
    list where only the quote was told. Raises BespokeError."""
    budget, say, patience = asked["budget"], asked["say"], asked.get("patience", RetryPolicy())
    pricing = Pricing.of_client(client, asked["model"], facts.as_of)
    worst = usd(sum(call.worst(pricing) for call in calls))
    say(f"{len(calls)} {what}, at most {worst:.2f} USD; budget {budget:.2f} USD")
    if not asked["send"]:
        return None
    journal = Journal(journal_of(client.folder, JOURNAL), lease_s=patience.lease_s)
    sender = Sender(
        open_backend(asked["backend"], patience), journal, pricing, pricing, pico(budget), patience
    )
    found: list[dict[str, Any] | None] = [None] * len(calls)

    async def one(place: int) -> None:
        ending = await sender.ask(calls[place])
        if ending.message:
            value = json_in(read_answer(ending.message).text)
            found[place] = value if isinstance(value, dict) else {}

    async def every() -> None:
        await asyncio.gather(*map(one, range(len(calls))))

    try:
        work_through(every(), sender)
    finally:
        journal.close()
    if None in found and (why := sender.fatal or sender.stopped):
        say(why)
    return found


def account_for(said: Sequence[object | None], usable: int, what: str, say: Callable[[str], None]) -> None:
    """Once what is usable has been written: says what was not in the form asked for, which asking again would not
    change. Raises BespokeError for what is missing, which it would."""
    missing = sum(one is None for one in said)
    if broken := len(said) - missing - usable:
        say(f"{broken} {what} were not in the form asked for and are left out")
    if missing:
        raise BespokeError(f"incomplete: {missing} {what} are missing; run the same command again to go on")


def say_held(held: set[str], say: Callable[[str], None]) -> None:
    """The cases that were not sent, where there are some."""
    if held:
        say(f"{len(held)} cases stay here: they may carry identifiers; waive each with a reason in {WAIVERS}")


def as_csv(kind: type[BaseModel], rows: Sequence[BaseModel]) -> str:
    """Rows of one kind as the file that is read again: a line of names, then the rows in order."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(kind.model_fields)
    table.writerows(sorted(tuple(json.loads(row.model_dump_json()).values()) for row in rows))
    return out.getvalue()
