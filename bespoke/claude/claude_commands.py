"""`bespoke evaluate`, `label` and `import-predictions`: models on the command line. Nothing is sent without --yes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bespoke.command_options import CLIENT_DATA, say
from bespoke.errors import BespokeError
from bespoke.tuning.tune_commands import UsdAmount

if TYPE_CHECKING:
    from bespoke.claude.budget.run_summary import EvaluationSummary
    from bespoke.claude.retry.retry_policy import RetryPolicy
    from bespoke.clients.schema import Client
    from bespoke.evaluation.cases import EvaluationTask
    from bespoke.facts.reader import Facts

F = TypeVar("F", bound=Callable[..., Any])

_NOTHING_SENT = "nothing was sent: this is the quote; --yes sends it"


def calling(function: F) -> F:
    """The options of every command that calls a model, in the order in which the help lists them."""
    options: tuple[Callable[[F], F], ...] = (
        click.option(
            "--backend",
            type=click.Choice(["anthropic", "bedrock", "vertex", "foundry"]),
            default="anthropic",
            show_default=True,
        ),
        click.option(
            "--model-id", default="", help="What goes over the wire: a Bedrock id or ARN, a tuned model."
        ),
        click.option("--budget", type=UsdAmount(), metavar="USD", help="Default: evaluation.budget_usd."),
        click.option("--yes", is_flag=True, help="Really send; without it only the quote is printed."),
        CLIENT_DATA,
    )
    for option in reversed(options):
        function = option(function)
    return function


_again = click.option("--ask-lost-again", is_flag=True, help="Pay once more for answers that never arrived.")


@click.command()
@click.argument("client")
@click.option("--task", default="", metavar="TASK_ID", help="Whose cases; default the coded notes.")
@click.option("--strategy", "strategies", multiple=True, metavar="NAME", help="May be repeated; default all.")
@click.option(
    "--model", "models", multiple=True, metavar="NAME", help="May be repeated; default the model of the task."
)
@click.option(
    "--runs", type=click.IntRange(1, 100), default=1, show_default=True, help="Ask each case that often."
)
@click.option(
    "--small", default="", metavar="NAME", help="Asked first by small_then_large; default the current Haiku."
)
@click.option(
    "--small-id", default="", metavar="ID", help="What it is called over the wire, where that differs."
)
@click.option("--batch", is_flag=True, help="As Message Batches: half the price, within a day.")
@click.option("--effort", type=click.Choice(["low", "medium", "high", "xhigh", "max"]), default=None)
@click.option(
    "--refresh", default="", metavar="NAMES", help="Ask anew for: lost, refused, truncated, schema_broken."
)
@click.option(
    "--timeout", type=click.FloatRange(1), default=None, metavar="S", help="Longest silence of an answer."
)
@click.option("--connections", type=click.IntRange(1, 4096), default=None, help="Requests at the same time.")
@_again
@calling
def evaluate(
    client: str,
    task: str,
    strategies: tuple[str, ...],
    models: tuple[str, ...],
    budget: Decimal | None,
    yes: bool,
    client_data: Path,
    effort: str | None,
    refresh: str,
    timeout: float | None,
    connections: int | None,
    **options: Any,
) -> None:
    """Ask Claude about every case under each strategy; leaves recorded predictions for the evaluation."""
    from bespoke.claude.evaluate_client import evaluate as run

    found, facts, most = _asking(client, client_data, yes, budget)
    renewed = _refreshed(refresh)
    options["ask_lost_again"] |= "lost" in renewed
    incomplete, jobs = False, _jobs(found, task, strategies)
    asked = models or (_model_of(found, task),)
    for model in asked:
        for names in jobs:
            summary = run(
                found,
                facts,
                strategies=names,
                model=model,
                budget=most,
                send=yes,
                say=say,
                task=task,
                suffix=f"_{model}" if len(asked) > 1 else "",
                effort=effort or "",
                refresh=[name for name in renewed if name != "lost"],
                patience=_patience(timeout, connections),
                **options,
            )
            _close(summary.sent, yes, summary.stopped)
            incomplete |= summary.sent and _incomplete(summary)
    if incomplete:
        raise SystemExit(1)


def _jobs(client: Client, task: str, strategies: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The client's own prompt and an optimised one are asked apart: each has its own instructions."""
    from bespoke.claude.requests.case_plan import LADDER, OPTIMISED, OPTIMISED_FILE, OWN_PROMPT
    from bespoke.claude.requests.strategies import STRATEGIES

    found = _cases(client, task) if task else None
    if found is None or found.setup.scorer == "code_set":
        return [strategies or tuple(STRATEGIES)]
    names = strategies or tuple(LADDER)
    have = {OWN_PROMPT.name: bool(found.prompt), OPTIMISED.name: OPTIMISED_FILE in found.files}
    own = [(name,) for name, there in have.items() if name in names and (there or name in strategies)]
    rest = tuple(name for name in names if name not in have)
    return [*own, *([rest] if rest else [])]


@click.command()
@click.argument("client")
@click.option("--task", required=True, metavar="TASK_ID")
@click.option("--model", default="", help="Answers and rewrites; default the model of the task.")
@click.option(
    "--calls", type=click.IntRange(20, 100_000), default=300, show_default=True, help="Answers to score."
)
@calling
def optimise(
    client: str,
    task: str,
    model: str,
    calls: int,
    budget: Decimal | None,
    yes: bool,
    client_data: Path,
    **place: Any,
) -> None:
    """Rewrite a task's prompt on its training cases alone (GEPA); leaves optimised_prompt.md to evaluate once."""
    from bespoke.claude.optimise import optimise as run
    from bespoke.scorers import find

    found, facts, most = _asking(client, client_data, yes, budget)
    cases = _cases(found, task)
    done = run(
        found, facts, cases, find(cases.setup.scorer), model=model or _model_of(found, task), calls=calls, send=yes,
        budget=most, say=say, **place,
    )  # fmt: skip
    if done is None:
        say(_NOTHING_SENT)
        return
    say(
        f"{done.before:.3f} before, {done.after:.3f} after on the training cases that chose; {done.asked} answers,"
        f" {done.usd:.2f} USD" + (f"; stopped: {done.stopped}" if done.stopped else "")
    )
    say(
        "that is no test: what it gains on cases it never saw is shown by `bespoke evaluate"
        f" {client} --task {task} --strategy own_prompt --strategy zero_shot --strategy optimised_prompt`"
    )


@click.command()
@click.argument("client")
@click.option("--task", required=True, metavar="TASK_ID")
@click.option("--model", required=True, help="The judge; texts that it wrote itself it does not grade.")
@calling
def grade(client: str, task: str, budget: Decimal | None, yes: bool, client_data: Path, **place: Any) -> None:
    """Have a model grade recorded texts by a rubric's criteria; leaves judge_grades.csv, calibrated on grades.csv."""
    from bespoke.claude.judge.grade import grade as run

    given = _judged(run, client, client_data, task, budget, yes, **place)
    say(f"{given} verdicts in evaluation/{task}/judge_grades.csv" if yes else _NOTHING_SENT)


@click.command()
@click.argument("client")
@click.option("--task", required=True, metavar="TASK_ID")
@click.option(
    "--model", required=True, help="The judge; pairs with a text that it wrote itself are left out."
)
@calling
def prefer(
    client: str, task: str, budget: Decimal | None, yes: bool, client_data: Path, **place: Any
) -> None:
    """Have a model say which of two recorded texts is better, each pair in both orders; leaves judge_preferences.csv,
    calibrated on preferences.csv."""
    from bespoke.claude.judge.prefer import prefer as run

    given = _judged(run, client, client_data, task, budget, yes, **place)
    say(f"{given} preferences in evaluation/{task}/judge_preferences.csv" if yes else _NOTHING_SENT)


def _judged(
    run: Callable[..., int], name: str, client_data: Path, task: str, budget: Decimal | None, yes: bool, **place: Any
) -> int:  # fmt: skip
    from bespoke.scorers import find

    found, facts, most = _asking(name, client_data, yes, budget)
    cases = _cases(found, task)
    return run(found, facts, cases, find(cases.setup.scorer), budget=most, send=yes, say=say, **place)


def _cases(client: Client, task: str) -> EvaluationTask:
    """The task's cases. Raises BespokeError where it has none."""
    found = next((t for t in client.evaluated if t.task_id == task), None)
    if found is None:
        known = ", ".join(t.task_id for t in client.evaluated) or "none"
        raise BespokeError(f"{task!r} has no evaluation/{task}/ with cases; there are: {known}")
    return found


def _model_of(client: Client, task: str) -> str:
    found = [t.model for t in client.tasks if t.task_id == task]
    return str(found[0]) if found else _extraction_model(client)


def _refreshed(names: str) -> list[str]:
    known = ("lost", "refused", "truncated", "schema_broken")
    found = [name.strip() for name in names.split(",") if name.strip()]
    for name in found:
        if name not in known:
            raise click.UsageError(f"--refresh takes {', '.join(known)}, not {name}")
    return found


def _patience(timeout: float | None, connections: int | None) -> RetryPolicy:
    from bespoke.claude.retry.retry_policy import RetryPolicy

    usual = RetryPolicy()
    return RetryPolicy(request_s=timeout or usual.request_s, connections=connections or usual.connections)


def _incomplete(summary: EvaluationSummary) -> bool:
    """Says what is missing and what to do; cases held back by the residual check are named elsewhere."""
    missing: dict[str, int] = {}
    for strategy in summary.strategies:
        for name in ("answer_lost", "unavailable", "rejected", "not_asked"):
            missing[name] = missing.get(name, 0) + strategy.outcomes.get(name, 0)
    told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in missing.items() if count)
    if told:
        say(f"incomplete: {told}; they are not measured. Run the same command again to go on")
    return bool(told)


@click.command()
@click.argument("client")
@click.option("--model", required=True, help="The judge; its prices apply.")
@click.option(
    "--check/--no-check",
    "sample_human",
    default=True,
    help="Also what both annotators agree on, so that the judge's hit rates are known (default).",
)
@_again
@calling
def label(client: str, budget: Decimal | None, yes: bool, client_data: Path, **options: Any) -> None:
    """Have Claude name the remedy family of failing outputs nobody labelled; leaves judge.csv for chapter 2."""
    from bespoke.claude.judge.label_failures import label as judge

    found, facts, most = _asking(client, client_data, yes, budget)
    summary = judge(found, facts, budget=most, send=yes, say=say, **options)
    _close(summary.sent, yes, "")  # the judge's own last line says why it stopped


@click.command("import-predictions")
@click.argument("client")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--system", default="", metavar="NAME", help="What to call it; default the model's name.")
@click.option(
    "--note-id",
    default="id",
    show_default=True,
    metavar="VARIABLE",
    help="promptfoo's variable with the note's id.",
)
@click.option("--known-only", is_flag=True, help="Leave out answers to notes that notes.jsonl does not have.")
@click.option("--replace", is_flag=True, help="Write a recorded system anew.")
@CLIENT_DATA
def import_predictions(client: str, source: Path, client_data: Path, **options: Any) -> None:
    """Record the answers of an Inspect AI log or of promptfoo's JSON results as a system of chapter 4."""
    from bespoke.claude.importers.import_predictions import import_predictions as run

    found, _ = _client(client, client_data)
    run(found, source, say, **options)


def _client(name: str, client_data: Path) -> tuple[Client, Facts]:
    """The client, and the facts of today: a call is paid at today's price, whatever day the report speaks of."""
    from datetime import date

    from bespoke import clients
    from bespoke.facts.reader import Facts

    found = clients.load(client_data, name)
    return found, Facts(as_of=date.today(), overrides=found.engagement.thresholds)


def _asking(name: str, client_data: Path, yes: bool, budget: Decimal | None) -> tuple[Client, Facts, Decimal]:
    """The same, and the budget; what is sent or spent on the folder's word alone has to be confirmed here."""
    from bespoke import confirmations

    found, facts = _client(name, client_data)
    if yes:
        confirmations.require(found, say, budget_given=budget is not None)
    return found, facts, found.engagement.evaluation.budget_usd if budget is None else budget


def _extraction_model(client: Client) -> str:
    models = {task.model for task in client.tasks if task.kind == "extraction"}
    if len(models) != 1:
        raise BespokeError("name the model with --model: there is not one extraction task to take it from")
    return str(models.pop())


def _close(sent: bool, yes: bool, stopped: str) -> None:
    if not sent and not yes:
        say(_NOTHING_SENT)
    if stopped:
        say(f"stopped: {stopped}; run again to go on")
