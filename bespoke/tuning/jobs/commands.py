"""Behind `bespoke tune`: one function per command. Each says what it does, a line at a time, through `say`.

All take the folder of the client folders and the client's name, and raise BespokeError for whatever a user
can mend. `outside` is there for tests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from bespoke import clients, confirmations
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.clients.schema import Client
from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.results import write_atomically
from bespoke.tuning.jobs import ask_aws as look
from bespoke.tuning.jobs import deploy as endpoints
from bespoke.tuning.jobs import distil as distillation
from bespoke.tuning.jobs import evaluate_tuned as evaluation
from bespoke.tuning.jobs import export as exporting
from bespoke.tuning.jobs import lifecycle
from bespoke.tuning.jobs import retire as ending
from bespoke.tuning.jobs import role as roles
from bespoke.tuning.jobs import submit as starting
from bespoke.tuning.jobs import teacher_batches as teaching
from bespoke.tuning.jobs import tuning_plan as planning
from bespoke.tuning.jobs.aws import Aws
from bespoke.tuning.jobs.converse import ConverseReply, converse, ready_endpoint
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.prepare import Choice
from bespoke.tuning.jobs.profiles import profile
from bespoke.tuning.jobs.prompt_frame import Frame, frame_of
from bespoke.tuning.jobs.state import FOLDER, Store, TuningRun, opened, the_run
from bespoke.tuning.jobs.status_lines import say_lifecycle, say_run, say_unrecorded

POLL_SECONDS = 60.0
OUTSIDE = Outside()


def plan(
    client_data: Path, name: str, *, model: str, task: str = "", region: str = "",
    hyperparameters: Mapping[str, str] | None = None, units: int = 1,
    leave_out_faulty: bool = False, drop: tuple[str, ...] = (), no_split: bool = False,
    examples: int | None = None, ask_aws: bool = False, aws_profile: str = "", say: Echo, outside: Outside = OUTSIDE,
) -> planning.TuningPlan:  # fmt: skip
    """Steps, tokens, cost, schedule and every gate of tuning `model`; makes nothing.

    Asks nobody, but with `ask_aws` AWS itself how the base model stands.
    """
    client, facts = _client(client_data, name, outside)
    chosen = profile(model, facts.as_of)
    tuned = lifecycle.tuned_task(client, task)
    where = chosen.region(region) if chosen.regions else ""
    found = planning.plan(
        client, tuned, chosen, where, facts, hyperparameters=hyperparameters or {}, units=units,
        choice=Choice(leave_out_faulty, drop, no_split, examples),
    )  # fmt: skip
    for line in planning.lines(found, client, tuned):
        say(line)
    if ask_aws and chosen.provider == "bedrock":
        say_lifecycle(client, chosen, outside.connect(where, aws_profile), outside, say)
    return found


def submit(
    client_data: Path, name: str, *, model: str, task: str = "", run: str = "", region: str = "",
    role_arn: str = "", bucket: str = "", kms_key: str = "", aws_profile: str = "",
    hyperparameters: Mapping[str, str] | None = None, budget_usd: Decimal | None = None,
    yes: bool = False, again: bool = False, leave_out_faulty: bool = False, drop: tuple[str, ...] = (),
    no_split: bool = False, examples: int | None = None,
    say: Echo, outside: Outside = OUTSIDE,
) -> TuningRun:  # fmt: skip
    """Starts the job, or goes on with the one that was started: a second submit makes nothing new."""
    client, facts = _client(client_data, name, outside)
    if yes:
        confirmations.require(client, say, budget_given=budget_usd is not None)
    chosen = profile(model, facts.as_of)
    if chosen.provider != "bedrock":
        raise BespokeError(f"{chosen.name} is not tuned from here; `bespoke tune export` writes its files")
    order = starting.Order(
        run=run or chosen.profile, role_arn=role_arn, bucket=bucket, kms_key=kms_key,
        hyperparameters=hyperparameters or {}, budget_usd=budget_usd, yes=yes, again=again,
        choice=Choice(leave_out_faulty, drop, no_split, examples),
    )  # fmt: skip
    with opened(client.folder, say) as store:
        store.deadlines(facts)
        before = store.run(order.run)
        if before is not None and before.profile != chosen.profile:
            raise BespokeError(f"run {order.run} tunes {before.profile}; give this one another run name")
        tuned = lifecycle.tuned_task(client, task or (before.task_id if before else ""))
        where = chosen.region(region or (before.region if before else ""))
        made = starting.submit(client, tuned, chosen, where, facts, order, store, aws_profile, outside, say)
    say_run(made, say)
    return made


def export(
    client_data: Path, name: str, *, model: str, task: str = "", out: Path | None = None,
    leave_out_faulty: bool = False, drop: tuple[str, ...] = (), no_split: bool = False,
    examples: int | None = None, say: Echo, outside: Outside = OUTSIDE,
) -> exporting.Export:  # fmt: skip
    """Files and quotation for OpenAI, or data and a whole recipe for an open-weight model."""
    client, facts = _client(client_data, name, outside)
    return exporting.export(
        client, lifecycle.tuned_task(client, task), profile(model, facts.as_of), facts, say,
        out=out, choice=Choice(leave_out_faulty, drop, no_split, examples),
    )  # fmt: skip


def distil(
    client_data: Path, name: str, *, answers: Path, verdicts: Path | None = None, out: Path | None = None,
    system: str | None = None, say: Echo, outside: Outside = OUTSIDE,
) -> distillation.Distilled:  # fmt: skip
    """A teacher's accepted answers as a dataset file; refused without the written authorisation."""
    client, _ = _client(client_data, name, outside)
    if client.engagement.access.distillation_authorised:
        confirmations.require(client, say, budget_given=True)
    frame = Frame(system) if system is not None else frame_of(client.dataset, client.folder)
    path = out or client.folder / FOLDER / "distilled.jsonl"
    found = distillation.distil(client, answers, frame, path, verdicts=verdicts)
    say(
        f"{path}: {found.accepted:,} of {len(found.outcomes):,} answers: {distillation.summary(found.outcomes)}"
    )
    say("read a sample, then put the file into dataset/ to train on it")
    return found


def teach(
    client_data: Path, name: str, *, model: str, strategy: str = "structured_output", batch: bool = True,
    budget_usd: Decimal | None = None, yes: bool = False, say: Echo, outside: Outside = OUTSIDE,
    patience: RetryPolicy | None = None,
) -> teaching.Taught:  # fmt: skip
    """A teacher's answers to the training notes; refused without the written authorisation."""
    client, facts = _client(client_data, name, outside)
    if yes:
        confirmations.require(client, say, budget_given=budget_usd is not None)
    budget = client.engagement.evaluation.budget_usd if budget_usd is None else budget_usd
    found = teaching.teach(
        client, facts, model=model, strategy=strategy, batch=batch, budget_usd=budget, send=yes, say=say,
        patience=patience,
    )  # fmt: skip
    if not yes:
        say("nothing was sent: this is the quote; --yes sends it")
    elif found.answers is not None:
        say(f"choose from them with: bespoke tune distil {client.name} {found.answers}")
    return found


def status(
    client_data: Path, name: str, *, run: str = "", follow: bool = False, aws_profile: str = "",
    say: Echo, outside: Outside = OUTSIDE,
) -> tuple[TuningRun, ...]:  # fmt: skip
    """How every run (or the named one) stands, asked of AWS; with `follow`, until no job is under way."""
    client, _ = _client(client_data, name, outside)
    with opened(client.folder, say) as store:
        wanted = [the_run(store, run).name] if run else list(store.state.runs)
        if not wanted:
            say(f"{client.name}: no run yet; `bespoke tune submit` starts one")
            _say_strays(store, client, aws_profile, outside, say)
            return ()
        found = {key: _looked(store, store.state.runs[key], aws_profile, outside) for key in wanted}
        for each in found.values():
            say_run(each, say)
        while follow and (busy := [r for r in found.values() if r.job.status in look.UNDER_WAY]):
            outside.pause(POLL_SECONDS)
            for each in busy:
                now = _looked(store, each, aws_profile, outside)
                if now.job.status != each.job.status:
                    say_run(now, say)
                found[each.name] = now
        if not run:
            _say_strays(store, client, aws_profile, outside, say)
    return tuple(found.values())


def deploy(
    client_data: Path, name: str, *, run: str = "", units: int = 1, commitment: str = "",
    budget_usd: Decimal | None = None, yes: bool = False, aws_profile: str = "", say: Echo,
    outside: Outside = OUTSIDE,
) -> TuningRun:  # fmt: skip
    """Gives the run's model an endpoint, unless it has one. What it burns is said before it is made."""
    client, facts = _client(client_data, name, outside)
    with opened(client.folder, say) as store:
        chosen = the_run(store, run)
        model = profile(chosen.profile, facts.as_of)
        aws = _signed_in(chosen, aws_profile, outside)
        chosen = look.look(store, chosen, aws, outside)
        made = endpoints.deploy(
            client, chosen, model, facts, store, aws, outside, say,
            units=units, commitment=commitment, budget_usd=budget_usd, yes=yes,
        )  # fmt: skip
    say_run(made, say)
    return made


def invoke(
    client_data: Path, name: str, *, text: str, run: str = "", system: str | None = None,
    as_written: bool = False, max_tokens: int | None = None, aws_profile: str = "", say: Echo,
    outside: Outside = OUTSIDE,
) -> ConverseReply:  # fmt: skip
    """Asks the tuned model one thing, wrapped as its training examples were unless `as_written`."""
    client, facts = _client(client_data, name, outside)
    with opened(client.folder, say) as store:
        chosen = the_run(store, run)
        aws = _signed_in(chosen, aws_profile, outside)
        chosen = look.look(store, chosen, aws, outside)
        frame = Frame(system) if as_written else frame_of([client.folder / chosen.uploads[0].file])
        most = max_tokens or int(facts.fact("tuning.answer_tokens").number)
        reply = converse(
            aws, ready_endpoint(chosen), frame.system if system is None else system, frame.prompt(text), most
        )
        evaluation.used(store, chosen, outside)
    say(reply.text)
    return reply


def evaluate(
    client_data: Path, name: str, *, run: str = "", base: bool = True, base_model: str = "",
    aws_profile: str = "", say: Echo, outside: Outside = OUTSIDE,
) -> tuple[Path, ...]:  # fmt: skip
    """Records the tuned model's and its base's answers to the held-out notes, for chapter 4 to score."""
    client, facts = _client(client_data, name, outside)
    confirmations.require(client, say)
    with opened(client.folder, say) as store:
        chosen = the_run(store, run)
        model = profile(chosen.profile, facts.as_of)
        aws = _signed_in(chosen, aws_profile, outside)
        chosen = look.look(store, chosen, aws, outside)
        paths = evaluation.evaluate(
            client, chosen, model, facts, store, aws, outside, say,
            base=base, base_model=base_model,
        )  # fmt: skip
    say(f"score them with: bespoke run {client.name} --only 05_icd10_evaluation")
    return paths


def retire(
    client_data: Path, name: str, *, run: str = "", keep_model: bool = False, strays: bool = False,
    yes: bool = False, aws_profile: str = "", say: Echo, outside: Outside = OUTSIDE,
) -> TuningRun | None:  # fmt: skip
    """Deletes what costs money and proves it. With `strays`, what no run of the state knows, once it is confirmed."""
    client, _ = _client(client_data, name, outside)
    with opened(client.folder, say) as store:
        if strays and not run:
            _retire_strays(store, client, yes, aws_profile, outside, say)
            return None
        chosen = the_run(store, run)
        if not yes:
            for line in ending.listed(chosen, keep_model=keep_model):
                say(line)
            raise BespokeError(f"deletes what run {chosen.name} has on AWS; confirm with --yes")
        aws = _signed_in(chosen, aws_profile, outside)
        return ending.retire(store, chosen, aws, outside, say, keep_model=keep_model)


def _client(client_data: Path, name: str, outside: Outside) -> tuple[Client, Facts]:
    """The client, and the facts of today: a job is started today, whatever day the report speaks of."""
    client = clients.load(client_data, name)
    return client, Facts(as_of=outside.today, overrides=client.engagement.thresholds)


def _signed_in(run: TuningRun, aws_profile: str, outside: Outside) -> Aws:
    aws = outside.connect(run.region, aws_profile)
    if aws.account != run.account:
        raise BespokeError(f"run {run.name} lives in AWS account {run.account}; you are in {aws.account}")
    return aws


def _looked(store: Store, run: TuningRun, aws_profile: str, outside: Outside) -> TuningRun:
    return look.look(store, run, _signed_in(run, aws_profile, outside), outside)


def role(
    client_data: Path, name: str, *, model: str, account: str, bucket: str, region: str = "", kms_key: str = "",
    reward_function: str = "", out: Path | None = None, say: Echo, outside: Outside = OUTSIDE,
) -> roles.Role:  # fmt: skip
    """The IAM role that a job of this client needs, as policies; asks nobody and makes nothing on AWS."""
    client, facts = _client(client_data, name, outside)
    chosen = profile(model, facts.as_of)
    if chosen.provider != "bedrock":
        raise BespokeError(f"{chosen.name} is not tuned on AWS; it needs no role there")
    where = chosen.region(region)
    found = roles.role(client.name, where, account, bucket, kms_key=kms_key, reward_function=reward_function)
    for line in roles.lines(found):
        say(line)
    if out is None:
        return found
    for file, policy in (("trust.json", found.trust), ("permissions.json", found.permissions)):
        write_atomically(out / file, json.dumps(policy, indent=2) + "\n")
        say(f"wrote {out / file}")
    return found


def _say_strays(store: Store, client: Client, aws_profile: str, outside: Outside, say: Echo) -> None:
    for region in look.unrecorded(store.state, client.name, aws_profile, outside):
        if region.why_not:
            say(f"{region.name} was not asked what no run knows: {region.why_not}")
        for stray in region.strays:
            say_unrecorded(stray, say)


def _retire_strays(
    store: Store, client: Client, yes: bool, aws_profile: str, outside: Outside, say: Echo
) -> None:
    """Ends what no run knows, in every region; says it first, and that there is nothing where there is nothing."""
    found = list(look.unrecorded(store.state, client.name, aws_profile, outside))
    for region in found:
        for stray in region.strays:
            say_unrecorded(stray, say)
    several = sum(len(region.strays) for region in found)
    if several and not yes:
        raise BespokeError(f"deletes {several} things on AWS that no run knows; confirm with --yes")
    for region in found:
        if region.why_not:
            say(f"{region.name} was not asked: {region.why_not}")
        elif not region.strays:
            say(f"{region.name}: nothing of {client.name} that no run knows, AWS confirms")
        if region.aws is not None:
            ending.retire_strays(region.strays, region.aws, outside, say)
    unasked = [region.name for region in found if region.why_not]
    if unasked:
        raise BespokeError(f"not asked: {', '.join(unasked)}; what is there may still cost money")
