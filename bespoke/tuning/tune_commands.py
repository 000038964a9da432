"""`bespoke tune`: the customisation jobs on the command line. Each command is one call of `jobs.commands`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import click

from bespoke.command_options import CLIENT_DATA
from bespoke.errors import BespokeError

F = TypeVar("F", bound=Callable[..., Any])
ROWS = ("faulty", "drop", "whole", "fewer")  # the options that choose rows of the dataset


class UsdAmount(click.ParamType[Decimal]):
    """US dollars, exact."""

    name = "usd"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is not an amount of dollars", param, ctx)
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is not an amount of dollars", param, ctx)
        return amount


def shared(*names: str) -> Callable[[F], F]:
    """The options several commands have, by name."""
    options: dict[str, Callable[[F], F]] = {
        "client": click.argument("client"),
        "data": CLIENT_DATA,
        "model": click.option("--model", required=True, help="Model profile, such as nova-lite."),
        "task": click.option(
            "--task", default="", help="Task the model is for, where more than one could be."
        ),
        "run": click.option("--run", default="", help="Name of the run, where there is more than one."),
        "region": click.option("--region", default="", help="AWS region; default the profile's first."),
        "aws": click.option("--aws-profile", default="", help="Profile of the AWS credentials chain."),
        "hyper": click.option("--hyper", multiple=True, metavar="NAME=VALUE", help="A hyperparameter."),
        "units": click.option(
            "--units", type=click.IntRange(1), default=1, help="Model units of throughput."
        ),
        "faulty": click.option("--leave-out-faulty", is_flag=True, help="Train on the sound rows only."),
        "whole": click.option(
            "--no-split", is_flag=True, help="Split nothing off: train on every usable row."
        ),
        "fewer": click.option(
            "--examples",
            type=click.IntRange(1),
            default=None,
            help="Train on so many at most: a learning curve.",
        ),
        "drop": click.option("--drop", multiple=True, metavar="KEY", help="A key to leave behind."),
        "budget": click.option("--budget", type=UsdAmount(), metavar="USD", help="Most that may be spent."),
        "yes": click.option("--yes", is_flag=True, help="Really do it."),
    }

    def add(function: F) -> F:
        for name in reversed(names):
            function = options[name](function)
        return function

    return add


@click.group()
def tune() -> None:
    """Customisation jobs: plan, role, submit, status, deploy, invoke, evaluate, retire; export, teach and distil."""


@tune.command()
@shared("client", "model", "task", "region", "hyper", "units", *ROWS, "aws", "data")
@click.option("--ask-aws", is_flag=True, help="Ask AWS how the base model stands (GetFoundationModel).")
def plan(client: str, hyper: tuple[str, ...], client_data: Path, **options: Any) -> None:
    """Steps, tokens, cost range, schedule and every gate; creates nothing."""
    _commands().plan(client_data, client, hyperparameters=_pairs(hyper), say=click.echo, **options)


@tune.command()
@shared("client", "model", "task", "run", "region", "hyper", "budget", "yes", *ROWS, "aws", "data")
@click.option("--role-arn", default="", help="Role that Bedrock assumes to read and write the bucket.")
@click.option("--bucket", default="", help="S3 bucket of the training data, in the job's region.")
@click.option("--kms-key", default="", help="KMS key for the uploads; default the bucket's own encryption.")
@click.option("--again", is_flag=True, help="A further job although the last one failed.")
def submit(
    client: str, hyper: tuple[str, ...], budget: Decimal | None, client_data: Path, **options: Any
) -> None:
    """Validate, upload, start the job; a second submit goes on where the first stopped."""
    _commands().submit(
        client_data, client, hyperparameters=_pairs(hyper), budget_usd=budget, say=click.echo, **options
    )


@tune.command()
@shared("client", "run", "aws", "data")
@click.option("--follow", is_flag=True, help="Ask again until nothing is under way.")
def status(client: str, client_data: Path, **options: Any) -> None:
    """How the runs stand, and what AWS bills that no run knows."""
    _commands().status(client_data, client, say=click.echo, **options)


@tune.command()
@shared("client", "run", "units", "budget", "yes", "aws", "data")
@click.option(
    "--commitment", type=click.Choice(["", "OneMonth", "SixMonths"]), default="", help="Of throughput."
)
def deploy(client: str, budget: Decimal | None, client_data: Path, **options: Any) -> None:
    """Provisioned Throughput or an on-demand deployment; shows what it burns an hour."""
    _commands().deploy(client_data, client, budget_usd=budget, say=click.echo, **options)


@tune.command()
@shared("client", "run", "aws", "data")
@click.argument("text")
@click.option("--system", default=None, help="Another system prompt than the training data's.")
@click.option("--as-written", is_flag=True, help="Send TEXT without the training data's frame.")
@click.option("--max-tokens", type=click.IntRange(1), default=None, help="Longest answer.")
def invoke(client: str, client_data: Path, **options: Any) -> None:
    """Ask the deployed model one question."""
    _commands().invoke(client_data, client, say=click.echo, **options)


@tune.command()
@shared("client", "run", "aws", "data")
@click.option("--base/--no-base", default=True, help="Run the base model beside it.")
@click.option("--base-model", default="", help="Base model id, where the profile's does not fit the account.")
def evaluate(client: str, client_data: Path, **options: Any) -> None:
    """The tuned model beside its base on the held-out notes, as recorded predictions for chapter 4."""
    _commands().evaluate(client_data, client, say=click.echo, **options)


@tune.command()
@shared("client", "run", "yes", "aws", "data")
@click.option("--keep-model", is_flag=True, help="Delete the endpoint, keep the model.")
@click.option("--strays", is_flag=True, help="Delete what AWS bills for this client that no run knows.")
def retire(client: str, client_data: Path, **options: Any) -> None:
    """Delete what costs money, and prove it."""
    _commands().retire(client_data, client, say=click.echo, **options)


@tune.command()
@shared("client", "model", "region", "data")
@click.option("--account", required=True, help="AWS account of the job, twelve digits.")
@click.option("--bucket", required=True, help="S3 bucket of the training data.")
@click.option("--kms-key", default="", help="ARN of the KMS key of bucket and model, where there is one.")
@click.option(
    "--reward-function", default="", help="ARN of the Lambda function of reinforcement fine-tuning."
)
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder for the two policies.")
def role(client: str, client_data: Path, **options: Any) -> None:
    """The IAM role that a job needs: who may take it on, and the least it must be allowed."""
    _commands().role(client_data, client, say=click.echo, **options)


@tune.command()
@shared("client", "model", "task", *ROWS, "data")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder to write to.")
def export(client: str, client_data: Path, **options: Any) -> None:
    """Training files for a provider that is not driven from here, or for an own LoRA run."""
    _commands().export(client_data, client, say=click.echo, **options)


@tune.command()
@shared("client", "budget", "yes", "data")
@click.option("--model", required=True, help="The teacher; its prices apply.")
@click.option("--strategy", default="structured_output", show_default=True, help="How it is asked.")
@click.option("--batch/--no-batch", default=True, help="As Message Batches: half the price, within a day.")
def teach(client: str, budget: Decimal | None, client_data: Path, **options: Any) -> None:
    """A teacher's answers to the training notes, to be distilled; needs the written authorisation."""
    _commands().teach(client_data, client, budget_usd=budget, say=click.echo, **options)


@tune.command()
@shared("client", "data")
@click.argument("answers", type=click.Path(path_type=Path))
@click.option("--verdicts", type=click.Path(path_type=Path), default=None, help="Judged answers.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="File to write.")
@click.option("--system", default=None, help="System prompt of the new examples.")
def distil(client: str, client_data: Path, **options: Any) -> None:
    """Accepted teacher answers as training data; needs the written authorisation."""
    _commands().distil(client_data, client, say=click.echo, **options)


def _commands() -> Any:
    from bespoke.tuning.jobs import commands

    return commands


def _pairs(assignments: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise BespokeError(f"--hyper {assignment}: write it as NAME=VALUE")
        found[name] = value
    return found
