"""The customisation job itself: found by its name, or asked for with a token that makes it once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bespoke.clients.schema import Client
from bespoke.echo import Echo
from bespoke.tuning.jobs import ask_aws
from bespoke.tuning.jobs import aws as amazon
from bespoke.tuning.jobs.aws import Aws, aws_errors
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.state import REFUSED, Store, TuningRun


def ensure_job(
    store: Store, run: TuningRun, aws: Aws, client: Client, outside: Outside, say: Echo,
    *, allowed: Callable[[], None] | None = None,
) -> TuningRun:  # fmt: skip
    """The job of the run's name: the one that is there, else a new one, once `allowed` has not raised."""
    from botocore.exceptions import ClientError

    with aws_errors(f"the job {run.job.name}", aws.region):
        found = amazon.found(aws.bedrock.get_model_customization_job, jobIdentifier=run.job.name)
        if found is None:
            if allowed is not None:
                allowed()
            try:
                aws.bedrock.create_model_customization_job(**_request(run, client))
                say(f"started {run.job.name}")
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != "ConflictException":
                    _refused(store, run, error, outside)
                    raise
            found = aws.bedrock.get_model_customization_job(jobIdentifier=run.job.name)
    return store.keep(ask_aws.with_job(run, found, outside))


def _refused(store: Store, run: TuningRun, error: Any, outside: Outside) -> None:
    """A request that AWS would not take made nothing; any other failure leaves the question open."""
    if error.response.get("Error", {}).get("Code") in ("ValidationException", "AccessDeniedException"):
        message = amazon.scrub(str(error.response["Error"].get("Message", "")))
        job = run.job.model_copy(update={"status": REFUSED, "message": message, "seen_at": outside.now()})
        store.keep(run.model_copy(update={"job": job}))


def _request(run: TuningRun, client: Client) -> dict[str, Any]:
    """The arguments of CreateModelCustomizationJob."""
    files = {upload.role: f"s3://{run.bucket}/{upload.key}" for upload in run.uploads}
    place = run.uploads[0].key.rpartition("/")[0]
    tags = [{"key": "bespoke-client", "value": client.name}, {"key": "bespoke-run", "value": run.name}]
    request: dict[str, Any] = {
        "jobName": run.job.name,
        "customModelName": run.job.name,
        "roleArn": run.role_arn,
        "clientRequestToken": run.job.token,
        "baseModelIdentifier": run.base_model,
        "customizationType": "FINE_TUNING",
        "trainingDataConfig": {"s3Uri": files["training"]},
        "outputDataConfig": {"s3Uri": f"s3://{run.bucket}/{place}/output/"},
        "hyperParameters": dict(run.hyperparameters),
        "jobTags": tags,
        "customModelTags": tags,
    }
    if "validation" in files:
        request["validationDataConfig"] = {"validators": [{"s3Uri": files["validation"]}]}
    if run.kms_key:
        request["customModelKmsKeyId"] = run.kms_key
    return request
