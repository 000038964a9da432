"""Ends what costs money, in the order AWS asks for, and proves it by asking again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.tuning.jobs import ask_aws, upload
from bespoke.tuning.jobs import aws as amazon
from bespoke.tuning.jobs.ask_aws import UnrecordedResource
from bespoke.tuning.jobs.aws import Aws, aws_errors
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.state import DELETING, GONE, INTENDED, REFUSED, Store, TuningRun

ASKED = 20  # times AWS is asked whether something is gone
SECONDS = 15.0  # between two questions


def retire(
    store: Store, run: TuningRun, aws: Aws, outside: Outside, say: Echo, *, keep_model: bool = False
) -> TuningRun:  # fmt: skip
    """The run without anything that costs money. Raises BespokeError naming what AWS has not let go of."""
    run = ask_aws.look(store, run, aws, outside)
    for line in listed(run, keep_model=keep_model):
        say(line)
    with aws_errors(f"the end of run {run.name}", aws.region):
        run = _stop_job(store, run, aws, outside, say)
        run = _end_endpoint(store, run, aws, outside, say)
        if keep_model:
            say(f"kept: the model {run.model.name}" if run.model else "kept: nothing, there is no model")
        else:
            run = _end_model(store, run, aws, outside, say)
            run = _end_files(store, run, aws, say)
    return run


def listed(run: TuningRun, *, keep_model: bool = False) -> Iterator[str]:
    """What retiring the run deletes, a line each, before anything is."""
    if run.job.status in ask_aws.UNDER_WAY:
        yield f"to be stopped: the job {run.job.name}"
    if run.endpoint is not None and run.endpoint.status not in (GONE, REFUSED):
        yield f"to be deleted: the endpoint {run.endpoint.name}"
    if keep_model:
        return
    if run.model is not None and run.model.status != GONE:
        yield f"to be deleted: the model {run.model.name}"
    left = [upload for upload in run.uploads if upload.status != GONE]
    if left:
        folder = left[0].key.rpartition("/")[0]
        yield f"to be deleted: s3://{run.bucket}/{folder}/ with {len(left)} files and all their versions"


def retire_strays(strays: tuple[UnrecordedResource, ...], aws: Aws, outside: Outside, say: Echo) -> None:
    """Ends what runs under this client's names and is in no run of the state; endpoints before models."""
    order = {"job": 0, "provisioned": 1, "on_demand": 1, "model": 2}
    for stray in sorted(strays, key=lambda s: (order[s.kind], s.name)):
        with aws_errors(f"the end of {stray.name}", aws.region):
            if stray.kind == "job":
                aws.bedrock.stop_model_customization_job(jobIdentifier=stray.name)
                say(f"asked {stray.name} to stop")
                continue
            if stray.kind == "model":
                _delete_model(aws, stray.name, outside)
            else:
                _delete_endpoint(aws, stray.kind, stray.arn, stray.name, outside)
            say(f"gone, AWS confirms: {stray.name}")


def _stop_job(store: Store, run: TuningRun, aws: Aws, outside: Outside, say: Echo) -> TuningRun:
    if run.job.status == INTENDED:  # AWS does not know it: look() has just asked
        return store.keep(run.model_copy(update={"job": _changed(run.job, GONE, outside)}))
    if run.job.status not in ask_aws.UNDER_WAY:
        return run
    if run.job.status == "InProgress":
        aws.bedrock.stop_model_customization_job(jobIdentifier=run.job.name)
    for _ in range(ASKED):
        run = ask_aws.look(store, run, aws, outside)
        if run.job.status not in ask_aws.UNDER_WAY:
            say(f"stopped: the job {run.job.name} ({run.job.status})")
            return run
        outside.pause(SECONDS)
    raise BespokeError(f"the job {run.job.name} is still {run.job.status}; retire again in a while")


def _end_endpoint(store: Store, run: TuningRun, aws: Aws, outside: Outside, say: Echo) -> TuningRun:
    endpoint = run.endpoint
    if endpoint is None or endpoint.status in (GONE, REFUSED):
        return run
    if endpoint.status != INTENDED:
        if endpoint.ends_on is not None and outside.today < endpoint.ends_on:
            raise BespokeError(
                f"{endpoint.name} is committed until {endpoint.ends_on}: AWS bills it until then and does not"
                " delete it before; retire again on that day"
            )
        endpoint = _changed(endpoint, DELETING, outside)
        run = store.keep(run.model_copy(update={"endpoint": endpoint}))
        _delete_endpoint(aws, endpoint.kind, endpoint.name, endpoint.name, outside)
    elif ask_aws.find_endpoint(endpoint.kind, endpoint.name, aws) is not None:  # it came to be after all
        raise BespokeError(f"{endpoint.name} has just appeared on AWS; retire again")
    say(f"gone, AWS confirms: the endpoint {endpoint.name}")
    return store.keep(run.model_copy(update={"endpoint": _changed(endpoint, GONE, outside)}))


def _end_model(store: Store, run: TuningRun, aws: Aws, outside: Outside, say: Echo) -> TuningRun:
    model = run.model
    if model is None or model.status == GONE:
        return run
    run = store.keep(run.model_copy(update={"model": _changed(model, DELETING, outside)}))
    _delete_model(aws, model.name, outside)
    say(f"gone, AWS confirms: the model {model.name}")
    return store.keep(run.model_copy(update={"model": _changed(model, GONE, outside)}))


def _end_files(store: Store, run: TuningRun, aws: Aws, say: Echo) -> TuningRun:
    """Training data and the job's own output, to the last version."""
    if all(file.status == GONE for file in run.uploads):
        return run
    folder = run.uploads[0].key.rpartition("/")[0] + "/"
    upload.remove_all(aws, run.bucket, folder)
    if not upload.is_empty(aws, run.bucket, folder):
        raise BespokeError(f"s3://{run.bucket}/{folder} is not empty; retire again")
    say(f"gone, AWS confirms: s3://{run.bucket}/{folder}")
    return store.keep(upload.gone(run))


def _delete_endpoint(aws: Aws, kind: str, key: str, name: str, outside: Outside) -> None:
    """Asks for the end of an endpoint, if it is still there, and waits for it; `key` is its name or ARN."""
    if ask_aws.find_endpoint(kind, key, aws) is not None:
        if kind == "provisioned":
            amazon.found(aws.bedrock.delete_provisioned_model_throughput, provisionedModelId=key)
        else:
            amazon.found(aws.bedrock.delete_custom_model_deployment, customModelDeploymentIdentifier=key)
    _until_gone(lambda: ask_aws.find_endpoint(kind, key, aws), name, outside)


def _delete_model(aws: Aws, name: str, outside: Outside) -> None:
    def found() -> Any:
        return amazon.found(aws.bedrock.get_custom_model, modelIdentifier=name)

    if found() is not None:
        amazon.found(aws.bedrock.delete_custom_model, modelIdentifier=name)
    _until_gone(found, name, outside)


def _until_gone(found: Callable[[], Any], name: str, outside: Outside) -> None:
    for _ in range(ASKED):
        if found() is None:
            return
        outside.pause(SECONDS)
    raise BespokeError(f"{name} is still there after it was deleted and may still cost money; retire again")


def _changed(thing: Any, status: str, outside: Outside) -> Any:
    return thing.model_copy(update={"status": status, "seen_at": outside.now()})
