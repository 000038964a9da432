"""What tuning a model would take: data, tokens, cost, schedule and every gate. Makes nothing anywhere."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bespoke.advice import GateOutcome
from bespoke.chapters.dataset_readiness.dataset_rules import rules_as_of
from bespoke.clients.schema import Client, Task
from bespoke.errors import BespokeError, Problem
from bespoke.facts.price_book import RequestTokens
from bespoke.facts.reader import Facts
from bespoke.tuning.jobs import job_quote, lifecycle
from bespoke.tuning.jobs.prepare import ALL_SOUND, Choice, Dataset, prepare, too_few
from bespoke.tuning.jobs.profiles import EPOCHS, Profile, chosen

PHASES = (
    "contract_access", "data_protection_review", "quota", "measure", "dataset", "training",
    "evaluation_ab", "integration",
)  # fmt: skip
REINFORCEMENT = "REINFORCEMENT_FINE_TUNING"  # as the API calls it
DRAWS = 4_000  # of the schedule: dates to the day need no more


@dataclass(frozen=True)
class TuningPlan:
    """What the plan found. `dataset` is what could be trained on; `in_the_way` what must be mended before."""

    profile: Profile
    region: str
    settings: Mapping[str, str]
    dataset: Dataset | None
    in_the_way: tuple[Problem, ...]
    gates: tuple[GateOutcome, ...]
    stops: tuple[str, ...]  # gates that keep submit from starting
    costs: tuple[job_quote.Cost, ...]
    finish_p50: str
    finish_p80: str
    optimiser_steps: int | None  # where the batch size is known
    as_of: date

    @property
    def ready(self) -> bool:
        return not self.in_the_way and not self.stops


def plan(
    client: Client, task: Task, profile: Profile, region: str, facts: Facts, *,
    hyperparameters: Mapping[str, str], units: int = 1, choice: Choice = ALL_SOUND,
) -> TuningPlan:  # fmt: skip
    """Everything submit would do, worked out in a folder that is thrown away."""
    lifecycle.refuse_ended_vendor(facts, profile)
    dataset, in_the_way = dataset_to_go(client, facts, profile, choice)
    outcomes = lifecycle.gates(client, facts, profile, lifecycle.as_found(task, dataset))
    validation = dataset is not None and dataset.validation is not None
    settings = chosen(profile.profile, hyperparameters, facts.as_of, validation=validation)
    p50, p80 = _finish(client, lifecycle.as_found(task, dataset), facts)
    return TuningPlan(
        profile=profile,
        region=region,
        settings=settings,
        dataset=dataset,
        in_the_way=in_the_way,
        gates=outcomes,
        stops=tuple(lifecycle.binding(outcomes, task)),
        costs=tuple(_costs(client, task, profile, dataset, settings, units, facts)),
        finish_p50=p50,
        finish_p80=p80,
        optimiser_steps=_steps(dataset, settings),
        as_of=facts.as_of,
    )


def dataset_to_go(
    client: Client, facts: Facts, profile: Profile, choice: Choice
) -> tuple[Dataset | None, tuple[Problem, ...]]:
    """The files of a job, or of what would be left of them without the faulty rows, and what is wrong."""

    def attempt(without_faulty: bool) -> Dataset:
        with tempfile.TemporaryDirectory() as folder:
            wanted = replace(choice, leave_out_faulty=without_faulty)
            return prepare(client, facts, profile, Path(folder), wanted, however_few=True)

    problems: tuple[Problem, ...] = ()
    try:
        found = attempt(choice.leave_out_faulty)
    except BespokeError as error:
        problems = error.problems
        try:
            found = attempt(True)
        except BespokeError:
            return None, problems
    return found, (*problems, *too_few(client, facts, profile, found.training.rows))


def _costs(
    client: Client, task: Task, profile: Profile, dataset: Dataset | None, settings: Mapping[str, str],
    units: int, facts: Facts,
) -> Iterator[job_quote.Cost]:  # fmt: skip
    if dataset is not None:
        yield job_quote.training_cost(client, profile, dataset, job_quote.epochs_of(settings, facts), facts)
    if profile.provider == "bedrock":
        yield job_quote.storage_cost(client, facts)
    hourly = job_quote.hourly_cost(client, profile, units, facts)
    if hourly is not None:
        yield hourly
    tokens = RequestTokens(uncached_input=task.system_tokens + task.input_tokens, output=task.output_tokens)
    each = job_quote.request_range(profile, tokens, facts, client)
    if each is not None:
        a_month = facts.fact("cost.days_per_month").number * int(task.requests_per_day)
        yield job_quote.Cost(
            f"{task.requests_per_day:,.0f} requests a day, prompt as it is today",
            each.low * a_month, each.high * a_month, "USD a month", each.asked,
        )  # fmt: skip


def _finish(client: Client, task: Task, facts: Facts) -> tuple[str, str]:
    """The day it is live with one and with four chances in five, from the engagement's start."""
    from bespoke.chapters import timeline
    from bespoke.chapters.examples_needed import need_of

    found = timeline.compute(
        replace(client, tasks=(task,)), facts,
        phases=PHASES, needs=(need_of(task, facts, usable=task.labelled_examples),), draws=DRAWS,
    )  # fmt: skip
    finish = found.portfolio.finish
    return finish.p50.isoformat(), finish.p80.isoformat()


def _steps(dataset: Dataset | None, settings: Mapping[str, str]) -> int | None:
    if dataset is None or "batchSize" not in settings:
        return None
    return math.ceil(dataset.training.rows / int(settings["batchSize"])) * int(settings[EPOCHS])


def lines(found: TuningPlan, client: Client, task: Task) -> Iterator[str]:
    """The plan as text, one line each. Every number is beside what it rests on."""
    profile = found.profile
    where = f" in {found.region}" if found.region else ""
    yield f"{client.name}: plan to tune {profile.name}{where} for {task.name}; nothing is made by this command"
    yield from _data_lines(found)
    yield from _setting_lines(found)
    yield from (f"cost: {cost}" for cost in found.costs)
    yield f"schedule: live by {found.finish_p50} as likely as not, by {found.finish_p80} with four in five"
    for gate in found.gates:
        yield lifecycle.line_of(gate)
    yield from _reinforcement(profile, found.dataset, client.name, found.as_of)
    yield from (f"step {number}: {step}" for number, step in enumerate(_steps_of(profile), start=1))
    if found.ready:
        yield "nothing is in the way of a job" + _still_wanted(found.gates)
    for stop in found.stops:
        yield f"in the way: {stop}"
    for problem in found.in_the_way:
        yield f"in the way: {problem}"


def _data_lines(found: TuningPlan) -> Iterator[str]:
    if found.dataset is None:
        yield "data: nothing that could be trained on"
        return
    data = found.dataset.training
    held = found.dataset.validation
    validation = f", {held.rows:,} for validation" if held else ", none for validation"
    yield f"data: {data.rows:,} training examples{validation}, as {found.profile.format}{left_out(found.dataset)}"
    if found.dataset.kept_back:
        yield f"test: {found.dataset.kept_back:,} examples are kept back to judge by and never sent"
    if not found.profile.validation:
        name = found.profile.name
        yield f"{name} takes no validation data: none is split off, and a file of the client's own stays here"
    yield (
        f"tokens: about {data.tokens:,} a pass ({data.tokens_low:,} to {data.tokens_high:,}),"
        " estimated from bytes"
    )


def _reinforcement(profile: Profile, dataset: Dataset | None, client: str, day: date) -> Iterator[str]:
    """What reinforcement fine-tuning would take, where it is offered: planned here, started elsewhere.

    Source: Amazon Bedrock user guide, "Fine-tune Amazon Nova models with reinforcement fine-tuning" (rft-nova-models),
    "Prepare your training data and reward functions" (rft-prepare-data), "access and security" (rft-access-security).
    """
    if not profile.reinforcement:
        return
    rules = rules_as_of(day)
    bounds = [
        rules.limit_for(rule, profile.route, profile.profile)
        for rule in ("rft_records_min", "rft_records_max")
    ]
    least, most = (int(rule.number) if rule else 0 for rule in bounds)
    there = sum(file.rows for file in dataset.files) if dataset else 0
    verdict = "enough" if least <= there <= most else "too few" if there < least else "more than it takes"
    yield (
        f"{REINFORCEMENT} is offered beside supervised tuning: {least:,} to {most:,} prompts, each with what its answer"
        f" is graded against; the dataset has {there:,} with answers that could serve: {verdict}"
    )
    yield (
        "it suits answers that a program can grade; it needs a reward function in AWS Lambda, and a role that may call"
        f" it: bespoke tune role {client} --model {profile.profile} --reward-function ARN"
    )
    yield "it is planned here and not started from here; rows: messages that end with the user's, and reference_answer"


def left_out(data: Dataset) -> str:
    """How many rows are in none of the files, in words behind a semicolon; "" where all are in one."""
    if not data.left_out:
        return ""
    copies = f", {data.copies:,} of them copies" if data.copies else ""
    return f"; {data.left_out:,} rows left out{copies}"


def _setting_lines(found: TuningPlan) -> Iterator[str]:
    if found.settings:
        given = ", ".join(f"{key} {value}" for key, value in found.settings.items())
        yield f"hyperparameters: {given}"
    if found.optimiser_steps is not None:
        yield f"optimiser steps: {found.optimiser_steps:,}"


def _still_wanted(gates: Sequence[GateOutcome]) -> str:
    """Gates that stop no job, and that the advice would still see met; "" where all are."""
    found = ", ".join(f"{gate.gate} ({gate.verdict})" for gate in gates if gate.verdict != "met")
    return f"; not met, so that the advice would wait: {found}" if found else ""


def _steps_of(profile: Profile) -> tuple[str, ...]:
    if profile.provider == "openai":
        return (
            "export the files", "upload them and start the job in the vendor's console or API",
            "evaluate the tuned model beside its base on the held-out notes",
        )  # fmt: skip
    if profile.provider == "self_hosted":
        return (
            "export data and recipe", "train on a GPU of the client", "read the recipe's own evaluation",
            "evaluate the served model beside its base on the held-out notes",
        )  # fmt: skip
    endpoint = "Provisioned Throughput" if profile.hourly_price else "an on-demand deployment"
    return (
        "submit: check, convert, upload encrypted to S3, start the job", "status: follow the job to its end",
        f"deploy: {endpoint}", "evaluate: the tuned model beside its base on the held-out notes",
        "retire: delete endpoint, model and files, and ask AWS again",
    )  # fmt: skip
