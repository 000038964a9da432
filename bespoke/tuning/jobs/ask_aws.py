"""Asks AWS how everything stands, writes it down, and finds what the state does not know of.

The state may be lost while an endpoint is paid for; the names are computed from the client's, so AWS can be asked, in
every region of the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from bespoke.errors import BespokeError
from bespoke.tuning.jobs import aws as amazon
from bespoke.tuning.jobs import aws_names
from bespoke.tuning.jobs.aws import Aws, aws_errors
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.profiles import in_force_on
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


@dataclass(frozen=True)
class Listing:
    """How AWS lists one kind of thing: the call, where its entries stand, and how their fields are called."""

    kind: str
    call: str
    entries: str
    name: str
    arn: str
    status: str = "status"

    def of(self, start: str, bedrock: Any) -> Iterator[UnrecordedResource]:
        """What is there under names that begin so; of jobs, those under way."""
        for one in amazon.pages(getattr(bedrock, self.call), self.entries, nameContains=start):
            status = one.get(self.status, "Active")  # of a model it may be missing
            if one[self.name].startswith(start) and (self.kind != "job" or status in UNDER_WAY):
                yield UnrecordedResource(self.kind, one[self.name], one[self.arn], status)


LISTINGS = (
    Listing("job", "list_model_customization_jobs", "modelCustomizationJobSummaries", "jobName", "jobArn"),
    Listing("model", "list_custom_models", "modelSummaries", "modelName", "modelArn", "modelStatus"),
    Listing("provisioned", "list_provisioned_model_throughputs", "provisionedModelSummaries", "provisionedModelName",
            "provisionedModelArn"),
    Listing("on_demand", "list_custom_model_deployments", "modelDeploymentSummaries", "customModelDeploymentName",
            "customModelDeploymentArn"),
)  # fmt: skip


@dataclass(frozen=True)
class RegionAsked:
    """One region as AWS told it, and what it could not be asked, with the reason."""

    name: str
    aws: Aws | None
    strays: tuple[UnrecordedResource, ...] = ()
    why_not: str = ""


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
    for listing in LISTINGS:
        try:
            with aws_errors("what else there is of this client", aws.region):
                found += listing.of(aws_names.prefix(client), aws.bedrock)
        except BespokeError as error:
            unasked.append(str(error))
    return tuple(stray for stray in found if stray.name not in known)


def regions_of(state: State, today: date) -> tuple[str, ...]:
    """Where things of a client can be: the regions of its runs, and those in which a model can be tuned today."""
    tuned = (region for profile in in_force_on(today) for region in profile.regions)
    return tuple(dict.fromkeys((*(run.region for run in state.runs.values()), *tuned)))


def unrecorded(state: State, client: str, aws_profile: str, outside: Outside) -> Iterator[RegionAsked]:
    """Each region with what no run knows. A region that cannot be asked is told, not passed over."""
    for name in regions_of(state, outside.today):
        try:
            aws = outside.connect(name, aws_profile)
        except BespokeError as error:
            yield RegionAsked(name, None, why_not=str(error))
            continue
        unasked: list[str] = []
        found = strays(state, client, aws, unasked)
        here = tuple(stray for stray in found if stray.arn.split(":")[3] == name)
        yield RegionAsked(name, aws, here, "; ".join(dict.fromkeys(unasked)))


def endpoint_now(endpoint: Endpoint | None, aws: Aws, outside: Outside) -> Endpoint | None:
    """The endpoint as AWS sees it; gone once AWS knows it no longer."""
    if endpoint is None or endpoint.status in (GONE, REFUSED):
        return endpoint
    found = find_endpoint(endpoint.kind, endpoint.name, aws)
    if found is None:
        return _absent(endpoint, outside)
    arn = found.get("provisionedModelArn") or found.get("customModelDeploymentArn")
    changes: dict[str, Any] = {"arn": arn, "message": amazon.scrub(found.get("failureMessage", ""))}
    if endpoint.status != DELETING:
        changes["status"] = found["status"]
    if found.get("commitmentExpirationTime"):
        changes["ends_on"] = found["commitmentExpirationTime"].date()
    return endpoint.model_copy(update={**changes, "seen_at": outside.now()})


def find_endpoint(kind: str, key: str, aws: Aws) -> dict[str, Any] | None:
    """What AWS says about an endpoint; one of a run by its name, which is computed, never by an ARN written down."""
    if kind == "provisioned":
        return amazon.found(aws.bedrock.get_provisioned_model_throughput, provisionedModelId=key)
    return amazon.found(aws.bedrock.get_custom_model_deployment, customModelDeploymentIdentifier=key)


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
