"""Asks AWS how everything stands, writes it down, and finds what the state does not know of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bespoke.errors import BespokeError
from bespoke.tuning.jobs import aws as amazon
from bespoke.tuning.jobs import aws_names
from bespoke.tuning.jobs.aws import Aws, aws_errors
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.state import (
    DELETING,
    GONE,
    INTENDED,
    REFUSED,
    AwsResource,
    Endpoint,
    State,
    Store,
    TuningRun,
)

T = TypeVar("T", bound=AwsResource)
UNDER_WAY = ("InProgress", "Stopping")


@dataclass(frozen=True)
class UnrecordedResource:
    """Something of this client on AWS that costs money and that no run of the state knows."""

    kind: str  # job, model, provisioned, on_demand
    name: str
    arn: str
    status: str


def look(store: Store, run: TuningRun, aws: Aws, outside: Outside) -> TuningRun:
    """The run as AWS sees it now: job, model and endpoint, each found by its name where its ARN was lost."""
    with aws_errors(f"the state of run {run.name}", aws.region):
        run = _job(run, aws, outside)
        run = _model(run, aws, outside)
        run = run.model_copy(update={"endpoint": endpoint_now(run.endpoint, aws, outside)})
    return store.keep(run)


def strays(state: State, client: str, aws: Aws, unasked: list[str]) -> tuple[UnrecordedResource, ...]:
    """What runs on AWS under this client's names and is in no run of the state.

    The reason of a kind that AWS does not list goes to `unasked`, and the other kinds are told all the same.
    """
    known = {
        thing.name
        for run in state.runs.values()
        for thing in (run.job, run.model, run.endpoint)
        if thing is not None and thing.status != GONE
    }
    found: list[UnrecordedResource] = []
    for listed in (_jobs, _models, _provisioned, _deployments):
        try:
            with aws_errors("what else there is of this client", aws.region):
                found += listed(aws_names.prefix(client), aws.bedrock)
        except BespokeError as error:
            unasked.append(str(error))
    return tuple(stray for stray in found if stray.name not in known)


def endpoint_now(endpoint: Endpoint | None, aws: Aws, outside: Outside) -> Endpoint | None:
    """The endpoint as AWS sees it; gone once AWS knows it no longer."""
    if endpoint is None or endpoint.status in (GONE, REFUSED):
        return endpoint
    found = find_endpoint(endpoint, aws)
    if found is None:
        return _absent(endpoint, outside)
    arn = found.get("provisionedModelArn") or found.get("customModelDeploymentArn")
    changes: dict[str, Any] = {"arn": arn, "message": amazon.scrub(found.get("failureMessage", ""))}
    if endpoint.status != DELETING:
        changes["status"] = found["status"]
    if found.get("commitmentExpirationTime"):
        changes["ends_on"] = found["commitmentExpirationTime"].date()
    return endpoint.model_copy(update={**changes, "seen_at": outside.now()})


def find_endpoint(endpoint: Endpoint, aws: Aws) -> dict[str, Any] | None:
    """What AWS says about an endpoint by its name, which is computed, and never by an ARN that was written down."""
    if endpoint.kind == "provisioned":
        call = aws.bedrock.get_provisioned_model_throughput
        return amazon.found(call, provisionedModelId=endpoint.name)
    call = aws.bedrock.get_custom_model_deployment
    return amazon.found(call, customModelDeploymentIdentifier=endpoint.name)


def _job(run: TuningRun, aws: Aws, outside: Outside) -> TuningRun:
    found = amazon.found(aws.bedrock.get_model_customization_job, jobIdentifier=run.job.name)
    return run if found is None else with_job(run, found, outside)  # None: it was not asked for yet


def with_job(run: TuningRun, found: Mapping[str, Any], outside: Outside) -> TuningRun:
    """The run with its job as GetModelCustomizationJob tells it, and the model the job has made."""
    job = run.job.model_copy(
        update={
            "arn": found["jobArn"],
            "status": found["status"],
            "message": amazon.scrub(found.get("failureMessage", "")),
            "seen_at": outside.now(),
        }
    )
    model = run.model
    if model is None and found.get("outputModelArn"):
        model = AwsResource(
            name=run.job.name,  # we named both
            token="",
            status="Active",
            arn=found["outputModelArn"],
            intended_at=run.job.intended_at,
        )
    return run.model_copy(update={"job": job, "model": model})


def _model(run: TuningRun, aws: Aws, outside: Outside) -> TuningRun:
    model = run.model
    if model is None or model.status == GONE:
        return run
    found = amazon.found(aws.bedrock.get_custom_model, modelIdentifier=model.name)
    if found is None:
        return run.model_copy(update={"model": _absent(model, outside)})
    status = model.status if model.status == DELETING else found.get("modelStatus", "Active")
    changes = {"status": status, "seen_at": outside.now()}
    return run.model_copy(update={"model": model.model_copy(update=changes)})


def _absent(thing: T, outside: Outside) -> T:
    """What AWS does not know is gone, unless it was never seen: then it may still come to be."""
    status = INTENDED if thing.status == INTENDED else GONE
    return thing.model_copy(update={"status": status, "seen_at": outside.now()})


def _jobs(start: str, bedrock: Any) -> Iterator[UnrecordedResource]:
    for job in amazon.pages(
        bedrock.list_model_customization_jobs, "modelCustomizationJobSummaries", nameContains=start
    ):
        if job["jobName"].startswith(start) and job["status"] in UNDER_WAY:
            yield UnrecordedResource("job", job["jobName"], job["jobArn"], job["status"])


def _models(start: str, bedrock: Any) -> Iterator[UnrecordedResource]:
    for model in amazon.pages(bedrock.list_custom_models, "modelSummaries", nameContains=start):
        if model["modelName"].startswith(start):
            yield UnrecordedResource(
                "model", model["modelName"], model["modelArn"], model.get("modelStatus", "Active")
            )


def _provisioned(start: str, bedrock: Any) -> Iterator[UnrecordedResource]:
    for unit in amazon.pages(
        bedrock.list_provisioned_model_throughputs, "provisionedModelSummaries", nameContains=start
    ):
        name = unit["provisionedModelName"]
        if name.startswith(start):
            yield UnrecordedResource("provisioned", name, unit["provisionedModelArn"], unit["status"])


def _deployments(start: str, bedrock: Any) -> Iterator[UnrecordedResource]:
    for made in amazon.pages(
        bedrock.list_custom_model_deployments, "modelDeploymentSummaries", nameContains=start
    ):
        name = made["customModelDeploymentName"]
        if name.startswith(start):
            yield UnrecordedResource("on_demand", name, made["customModelDeploymentArn"], made["status"])
