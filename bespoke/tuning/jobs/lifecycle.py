"""May a job be started, and may the model be used: the gates of the tables, and AWS's own word."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from bespoke.advice import GateOutcome, evaluate_gates, routes
from bespoke.chapters.situations import situation
from bespoke.clients.schema import Client, Task
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.tuning.jobs import aws as amazon
from bespoke.tuning.jobs.aws import Aws, aws_errors
from bespoke.tuning.jobs.prepare import Dataset
from bespoke.tuning.jobs.profiles import Profile

# A person may decide to train in spite of the others; these are the law, the contract or the vendor. That a teacher's
# answers may be trained on is asked where they are got (`distil`): no job's route has that gate.
BINDING = ("lifecycle", "deidentified", "residency")
ACCESS = ("access_bedrock", "access_openai", "access_gpu")


def gates(client: Client, facts: Facts, profile: Profile, task: Task) -> tuple[GateOutcome, ...]:
    """Every gate of the profile's route for one task, met or not."""
    route = next(row for row in routes(facts.as_of) if row.route == profile.route)
    return evaluate_gates(route, situation(client, task, facts, families=_families(client, task)), facts)


def binding(outcomes: tuple[GateOutcome, ...], task: Task) -> list[str]:
    """What stands in the way of a job, in words: binding gates not met, and access that was denied.

    Training data of which nobody said whether it is free of identifiers counts as not free. A vendor that is
    closed to newcomers is open to an organisation that has tuned before; its last day is another question.
    """
    knows_us = any(outcome.gate == "access_openai" and outcome.verdict == "met" for outcome in outcomes)
    return [
        f"{outcome.gate}: needs {outcome.needs}; task {task.task_id}: {outcome.found}"
        for outcome in outcomes
        if _stops(outcome) and not (knows_us and outcome.gate == "lifecycle")
    ]


def unmet(outcomes: tuple[GateOutcome, ...]) -> list[str]:
    """Every gate that is not met, in words: those that stop no job too, for the advice would wait for them."""
    return [line_of(outcome) for outcome in outcomes if outcome.verdict != "met"]


def line_of(outcome: GateOutcome) -> str:
    """One gate as plan and submit say it."""
    return f"gate {outcome.gate}: {outcome.verdict}: needs {outcome.needs}; found: {outcome.found}"


def as_found(task: Task, dataset: Dataset | None) -> Task:
    """The task with the examples that a job would really have, where the list speaks of others."""
    if dataset is None:
        return task
    there = sum(file.rows for file in dataset.files) + dataset.kept_back
    return task.model_copy(update={"labelled_examples": there})


def _stops(outcome: GateOutcome) -> bool:
    if outcome.gate == "deidentified":
        return outcome.verdict != "met"
    return outcome.gate in (*BINDING, *ACCESS) and outcome.verdict == "unmet"


def refuse_unless_open(client: Client, facts: Facts, profile: Profile, task: Task) -> None:
    """Raises with one line per binding gate that is not met."""
    stops = binding(gates(client, facts, profile, task), task)
    if stops:
        raise BespokeError("; ".join(stops), path=f"{client.name}: {profile.name}")


def refuse_ended_vendor(facts: Facts, profile: Profile) -> None:
    """Refuses a vendor's tuning after the last day on which it takes a new job."""
    last = facts.day(f"{profile.lifecycle}.last_new_tuning_job") if profile.lifecycle else None
    end = facts.day(f"{profile.lifecycle}.end_of_life") if profile.lifecycle else None
    if last is not None and facts.as_of > last:
        stops = f"; the models and their fine-tunes stop on {end}" if end else ""
        raise BespokeError(f"{profile.name}: the last day for a new fine-tuning job was {last}{stops}")


@dataclass(frozen=True)
class Lifecycle:
    """What GetFoundationModel says. None stands for a date that AWS does not give."""

    status: str
    legacy: date | None
    extended_access: date | None
    end_of_life: date | None
    tunable: bool


def ask_lifecycle(aws: Aws, profile: Profile) -> Lifecycle | None:
    """The base model's life as AWS tells it today; None when this user may not ask, or AWS fails to answer."""
    from botocore.exceptions import ClientError

    with aws_errors(f"the lifecycle of {profile.name}", aws.region):
        try:
            found = amazon.found(aws.bedrock.get_foundation_model, modelIdentifier=profile.base_model)
        except ClientError as error:
            denied = str(error.response.get("Error", {}).get("Code", "")).startswith("AccessDenied")
            if denied or amazon.status_of(error.response) >= 500:
                return None
            raise
    if found is None:
        raise BespokeError(f"AWS knows no model {profile.base_model} in {aws.region}")
    details: dict[str, Any] = found["modelDetails"]
    life = details.get("modelLifecycle", {})
    return Lifecycle(
        status=str(life.get("status", "")),
        legacy=_day(life, "legacyTime"),
        extended_access=_day(life, "publicExtendedAccessTime"),
        end_of_life=_day(life, "endOfLifeTime"),
        tunable="FINE_TUNING" in details.get("customizationsSupported", ("FINE_TUNING",)),
    )


def refuse_ended(found: Lifecycle, profile: Profile, today: date, *, arranged: bool) -> None:
    """Refuses what AWS says is over. Under a private arrangement AWS itself decides, when it is asked."""
    if arranged:
        return
    if found.end_of_life is not None and today >= found.end_of_life:
        raise BespokeError(f"{profile.name}: AWS says its life ended on {found.end_of_life}")
    legacy = found.legacy is not None and today >= found.legacy
    if found.status == "LEGACY" or legacy:
        since = f" since {found.legacy}" if found.legacy else ""
        raise BespokeError(f"{profile.name}: AWS says it is legacy{since}: no new job, no new capacity")
    if not found.tunable:
        raise BespokeError(f"{profile.name}: AWS says this model cannot be fine-tuned here")


def refuse_retired(
    facts: Facts, profile: Profile, today: date, *, new_capacity: bool, arranged: bool
) -> None:
    """Refuses an endpoint by the dated facts: none after a model's end, no new capacity by the hour once it is legacy.

    A private arrangement keeps what runs running and opens nothing new.
    """
    ends = {"end_of_life": "its life ended on", **({"legacy": "it is legacy since"} if new_capacity else {})}
    for name, words in ends.items() if profile.lifecycle else ():
        day = facts.day(f"{profile.lifecycle}.{name}")
        if day is not None and today >= day:
            fact = facts.fact(f"{profile.lifecycle}.{name}")
            besides = "; the private arrangement keeps what runs and opens nothing new" if arranged else ""
            raise BespokeError(
                f"{profile.name}: {words} {day} and no new capacity is sold ({fact.source}, read on"
                f" {fact.read_on}){besides}; nothing was made"
            )


def tuned_task(client: Client, task_id: str) -> Task:
    """The task a model is tuned for: the named one, or the only one."""
    if task_id:
        for task in client.tasks:
            if task.task_id == task_id:
                return task
        raise BespokeError(f"no task {task_id!r}", path=f"{client.name}/tasks.csv")
    if len(client.tasks) == 1:
        return client.tasks[0]
    names = ", ".join(task.task_id for task in client.tasks)
    raise BespokeError(f"name the task to tune for: {names}", path=f"{client.name}/tasks.csv")


def _families(client: Client, task: Task) -> dict[str, int]:
    """The task's failures by family, by annotators and the consultant's table of codes.

    Chapter 2 also guesses the families of the rest; a job is not started or stopped by a guess.
    """
    of_code = {row.code: row.family for row in client.codes or ()}
    return dict(
        Counter(
            family
            for failure in client.failures or ()
            if failure.task_id == task.task_id and (family := failure.label_1 or of_code.get(failure.code))
        )
    )


def _day(life: dict[str, Any], key: str) -> date | None:
    moment = life.get(key)
    return moment.date() if moment is not None else None
