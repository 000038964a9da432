"""Starts a customisation job once: checked, budgeted, uploaded, asked for, found again after a crash."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from bespoke.clients.schema import Client, Task
from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.tuning.jobs import aws_names, job_quote, lifecycle, upload
from bespoke.tuning.jobs.aws import Aws
from bespoke.tuning.jobs.job import ensure_job
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.prepare import ALL_SOUND, NAMES, Choice, Dataset, digest_of, prepare
from bespoke.tuning.jobs.profiles import Profile, chosen
from bespoke.tuning.jobs.state import FOLDER, REFUSED, AwsResource, Store, TuningRun, Upload
from bespoke.tuning.jobs.tuning_plan import dataset_to_go

ROLE = re.compile(r"arn:aws(?:-[^:]+)?:iam::(\d{12}):role/.+")
RUN = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Order:
    """What the user asked for. Empty values are taken from the run that is being resumed."""

    run: str
    role_arn: str = ""
    bucket: str = ""
    kms_key: str = ""
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    budget_usd: Decimal | None = None
    yes: bool = False
    again: bool = False  # a further attempt after one that has ended
    choice: Choice = ALL_SOUND


def submit(
    client: Client, task: Task, profile: Profile, region: str, facts: Facts, order: Order,
    store: Store, aws_profile: str, outside: Outside, say: Echo,
) -> TuningRun:  # fmt: skip
    """The run, with its job on AWS. Raises BespokeError before anything is made that must not be."""
    if not RUN.fullmatch(order.run):
        raise BespokeError(f"{order.run!r} is no run name; use lower-case letters, digits, - and _")
    before = store.run(order.run)
    if before is None or _is_over(before):
        lifecycle.refuse_unless_open(client, facts, profile, task)
    order = _resumed(order, before)
    try:
        dataset, settings, digest = _files(client, profile, region, facts, order)
    except BespokeError:
        _say_unmet(client, task, profile, facts, dataset_to_go(client, facts, profile, order.choice)[0], say)
        raise
    _say_unmet(client, task, profile, facts, dataset, say)
    run = _existing(before, digest, order)
    cost = _affordable(client, profile, dataset, settings, facts, order) if run is None else None
    aws = outside.connect(region, aws_profile)

    def open_still() -> None:
        lifecycle.refuse_unless_open(client, facts, profile, task)
        _alive(client, profile, aws, outside, say)

    if run is None:
        _alive(client, profile, aws, outside, say)
    upload.check_bucket(aws, run.bucket if run else order.bucket)
    if cost is not None:
        run = _new_run(
            client, task, profile, aws, facts, order, dataset, settings, digest, cost, before, outside
        )
        run = store.keep(run)
    assert run is not None
    if run.account != aws.account:
        raise BespokeError(f"run {run.name} lives in AWS account {run.account}; you are in {aws.account}")
    if before is not None and before.job.name == run.job.name:
        say(f"run {run.name} is already there: going on with it")
    if not run.job.arn:
        run = upload.upload_all(store, run, aws, client.folder, say)
    return ensure_job(store, run, aws, client, outside, say, allowed=open_still if cost is None else None)


def _say_unmet(
    client: Client, task: Task, profile: Profile, facts: Facts, dataset: Dataset | None, say: Echo
) -> None:
    """Every gate that the plan shows unmet, whether or not something else stops the job."""
    for line in lifecycle.unmet(lifecycle.gates(client, facts, profile, lifecycle.as_found(task, dataset))):
        say(line)


def _resumed(order: Order, before: TuningRun | None) -> Order:
    """What was not said again is as it was."""
    if before is None:
        return order
    return replace(
        order,
        role_arn=order.role_arn or before.role_arn,
        bucket=order.bucket or before.bucket,
        kms_key=order.kms_key or before.kms_key,
        hyperparameters=order.hyperparameters or before.hyperparameters,
        budget_usd=before.budget_usd if order.budget_usd is None else order.budget_usd,
        choice=Choice(
            leave_out_faulty=order.choice.leave_out_faulty or before.leave_out_faulty,
            drop=order.choice.drop or before.drop,
            no_split=order.choice.no_split or before.no_split,
            examples=order.choice.examples if before.examples is None else before.examples,
        ),
    )


def _files(
    client: Client, profile: Profile, region: str, facts: Facts, order: Order
) -> tuple[Dataset, dict[str, str], str]:
    """The files under their own digest, so that other data never takes the place of what was sent."""
    home = client.folder / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".prepare.", dir=home))
    try:
        dataset = prepare(client, facts, profile, work, order.choice)
        settings = chosen(
            profile.profile, order.hyperparameters, facts.as_of, validation=dataset.validation is not None
        )
        digest = digest_of(
            [(file.role, file.sha256) for file in dataset.files],
            profile.base_model, region, *(f"{key}={value}" for key, value in sorted(settings.items())),
        )  # fmt: skip
        final = client.folder / _file_folder(order.run, digest)
        final.mkdir(parents=True, exist_ok=True)
        for name in NAMES.values():
            if (work / name).exists():
                (work / name).replace(final / name)
        return dataset, settings, digest
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _file_folder(run: str, digest: str) -> str:
    return f"{FOLDER}/{run}-{digest[:8]}"


def _is_over(run: TuningRun) -> bool:
    return run.retired or run.job.status in ("Failed", "Stopped", REFUSED)


def _existing(before: TuningRun | None, digest: str, order: Order) -> TuningRun | None:
    """The run to go on with; None where a new attempt is to be started."""
    if before is None:
        return None
    same = before.digest == digest
    if not _is_over(before):
        if not same:
            raise BespokeError(
                f"run {before.name} is under way with other data or settings ({before.job.status});"
                " retire it, or give this one another run name"
            )
        return before
    if not same and not before.retired:
        raise BespokeError(f"run {before.name} has left files on AWS; retire it before another attempt")
    if not order.again and before.job.status != REFUSED:
        why = f": {before.job.message}" if before.job.message else ""
        raise BespokeError(
            f"run {before.name} has ended ({before.job.status}{why}); ask for a further attempt with --again"
        )
    return None


def _affordable(
    client: Client, profile: Profile, dataset: Dataset, settings: Mapping[str, str], facts: Facts,
    order: Order,
) -> job_quote.Cost:  # fmt: skip
    """The training cost, once a budget covers its upper end and the user has said yes."""
    cost = job_quote.training_cost(client, profile, dataset, job_quote.epochs_of(settings, facts), facts)
    if not order.yes or order.budget_usd is None:
        raise BespokeError(f"{cost}; nothing was made: confirm with --yes and a --budget in USD")
    if cost.high > order.budget_usd:
        ask = f"; a quotation for {cost.asked[0]} in prices.yaml narrows it" if cost.asked else ""
        raise BespokeError(
            f"training can cost up to {job_quote.usd(cost.high)} USD, the budget is"
            f" {job_quote.usd(order.budget_usd)}; nothing was made{ask}"
        )
    return cost


def _alive(client: Client, profile: Profile, aws: Aws, outside: Outside, say: Echo) -> None:
    """Asks AWS whether the base model is alive. Raises BespokeError where it says no."""
    arranged = bool(client.engagement.access.private_haiku_arrangement) and bool(profile.hourly_price)
    life = lifecycle.ask_lifecycle(aws, profile)
    if life is None:
        say("AWS does not tell this user the model's lifecycle; the fact tables decide alone")
    else:
        lifecycle.refuse_ended(life, profile, outside.today, arranged=arranged)


def _new_run(
    client: Client, task: Task, profile: Profile, aws: Aws, facts: Facts, order: Order, dataset: Dataset,
    settings: Mapping[str, str], digest: str, cost: job_quote.Cost, before: TuningRun | None, outside: Outside,
) -> TuningRun:  # fmt: skip
    role = ROLE.fullmatch(order.role_arn)
    if role is None or role.group(1) != aws.account:
        raise BespokeError(
            f"{order.role_arn!r} is no role of account {aws.account}; the job needs the ARN of an IAM role"
            " there that Bedrock may take on"
        )
    attempt = 1 if before is None else before.attempt + (before.job.status != REFUSED)
    name = aws_names.job_name(client.name, order.run, digest, attempt)
    place = aws_names.folder_key(client.name, order.run, digest)
    assert order.budget_usd is not None
    return TuningRun(
        name=order.run,
        profile=profile.profile,
        region=aws.region,
        account=aws.account,
        base_model=profile.base_model,
        format=profile.format,
        hyperparameters=dict(settings),
        digest=digest,
        attempt=attempt,
        task_id=task.task_id,
        left_out=dataset.left_out,
        **asdict(order.choice),
        role_arn=order.role_arn,
        bucket=order.bucket,
        kms_key=order.kms_key,
        budget_usd=order.budget_usd,
        training_usd_low=cost.low,
        training_usd_high=cost.high,
        uploads=tuple(
            Upload(
                role=file.role,
                file=f"{_file_folder(order.run, digest)}/{NAMES[file.role]}",
                key=place + NAMES[file.role],
                sha256=file.sha256,
                size_bytes=file.size_bytes,
                rows=file.rows,
            )
            for file in dataset.files
        ),
        job=AwsResource(
            name=name, token=aws_names.token(aws.account, aws.region, name), intended_at=outside.now()
        ),
        endpoints_made=0 if before is None else before.endpoints_made,
        model_ends_on=facts.day(f"{profile.lifecycle}.end_of_life") if profile.lifecycle else None,
        started_at=outside.now(),
    )
