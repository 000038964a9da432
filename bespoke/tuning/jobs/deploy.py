"""Gives a tuned model an endpoint: Provisioned Throughput by the hour, or a deployment paid by the token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bespoke.clients.schema import Client
from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.tuning.jobs import aws as amazon
from bespoke.tuning.jobs import aws_names, job_quote, lifecycle
from bespoke.tuning.jobs.ask_aws import endpoint_now, find_endpoint
from bespoke.tuning.jobs.aws import Aws, aws_errors
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.profiles import Profile
from bespoke.tuning.jobs.state import GONE, REFUSED, Endpoint, Store, TuningRun

COMMITMENTS = ("OneMonth", "SixMonths")
READY = ("InService", "Active")


def deploy(
    client: Client, run: TuningRun, profile: Profile, facts: Facts, store: Store, aws: Aws,
    outside: Outside, say: Echo, *, units: int, commitment: str, budget_usd: Decimal | None, yes: bool,
) -> TuningRun:  # fmt: skip
    """The run with its endpoint, made unless it is there. Raises BespokeError before money is spent."""
    if run.job.status != "Completed" or run.model is None:
        raise BespokeError(
            f"run {run.name} has no model yet (job: {run.job.status}); ask for its status again"
        )
    if run.model.status == GONE:
        raise BespokeError(f"run {run.name} has been retired: its model is gone")
    endpoint = run.endpoint
    if endpoint is None or endpoint.status in (GONE, REFUSED):
        endpoint = _intended(
            client, run, profile, facts, aws, outside, say, units, commitment, budget_usd, yes
        )
        run = store.keep(
            run.model_copy(update={"endpoint": endpoint, "endpoints_made": run.endpoints_made + 1})
        )
    elif endpoint.status == "Failed":
        raise BespokeError(
            f"endpoint {endpoint.name} failed: {endpoint.message}; retire it (the model stays)"
        )
    else:
        say(f"run {run.name} already has an endpoint: {endpoint.name} ({endpoint.status})")
    with aws_errors(f"the endpoint {endpoint.name}", aws.region):
        if not endpoint.arn and find_endpoint(endpoint.kind, endpoint.name, aws) is None:
            _make(store, run, endpoint, aws, outside)
        run = run.model_copy(update={"endpoint": endpoint_now(endpoint, aws, outside)})
    return store.keep(run)


def _intended(
    client: Client, run: TuningRun, profile: Profile, facts: Facts, aws: Aws, outside: Outside, say: Echo,
    units: int, commitment: str, budget_usd: Decimal | None, yes: bool,
) -> Endpoint:  # fmt: skip
    """The endpoint to be, with what it burns, once the budget covers it and the user has said yes."""
    hourly = job_quote.hourly_cost(client, profile, units, facts)
    arranged = bool(client.engagement.access.private_haiku_arrangement)
    lifecycle.refuse_retired(
        facts, profile, outside.today, new_capacity=hourly is not None, arranged=arranged
    )
    until = None
    if hourly is None:
        if commitment or units != 1:
            raise BespokeError(f"{profile.name} is served on demand: it takes no units and no commitment")
        each = f"paid by the token, beside {job_quote.storage_cost(client, facts)}"
    else:
        life = lifecycle.ask_lifecycle(aws, profile)
        if life is not None:
            lifecycle.refuse_ended(life, profile, outside.today, arranged=arranged)
        each = str(hourly)
    if not yes or (hourly is not None and budget_usd is None):
        raise BespokeError(f"{each}; nothing was made: confirm with --yes and a --budget in USD")
    if hourly is not None:
        assert budget_usd is not None
        hours = _hours_paid(hourly, commitment, units, budget_usd, facts)
        until = (outside.now() + timedelta(hours=hours)).date()
        say(f"{hourly}; at the dearest the budget of {job_quote.usd(budget_usd)} USD is used up on {until}")
    else:
        say(each)
    number = run.endpoints_made + 1
    name = aws_names.endpoint_name(run.job.name, number)
    return Endpoint(
        name=name,
        token=aws_names.token(aws.account, aws.region, name),
        intended_at=outside.now(),
        kind="on_demand" if hourly is None else "provisioned",
        number=number,
        units=0 if hourly is None else units,
        commitment=commitment,
        usd_per_hour_low=None if hourly is None else hourly.low,
        usd_per_hour_high=None if hourly is None else hourly.high,
        budget_until=until,
    )


def _hours_paid(
    hourly: job_quote.Cost, commitment: str, units: int, budget_usd: Decimal, facts: Facts
) -> int:
    """Hours the budget covers at the dearest price; a commitment must be covered to its end."""
    if units < 1 or (commitment and commitment not in COMMITMENTS):
        raise BespokeError(f"needs at least 1 unit, and no commitment or one of {', '.join(COMMITMENTS)}")
    hours = int(budget_usd / hourly.high)
    least = 1
    if commitment:
        days = facts.fact(f"tuning.commitment.{commitment.lower()}.days").number
        least = int(days * job_quote.HOURS_PER_DAY)
    if hours < least:
        length = f"the commitment {commitment}" if commitment else "one hour"
        raise BespokeError(
            f"{length} can cost up to {job_quote.usd(hourly.high * least)} USD, the budget is"
            f" {job_quote.usd(budget_usd)}; nothing was made"
        )
    return hours


def _make(store: Store, run: TuningRun, endpoint: Endpoint, aws: Aws, outside: Outside) -> None:
    from botocore.exceptions import ClientError

    assert run.model is not None
    tags = [{"key": "bespoke-run", "value": run.name}]
    call: Callable[..., Any]
    if endpoint.kind == "provisioned":
        call = aws.bedrock.create_provisioned_model_throughput
        request: dict[str, Any] = {
            "provisionedModelName": endpoint.name,
            "modelId": run.model.arn,
            "modelUnits": endpoint.units,
        }
        if endpoint.commitment:
            request["commitmentDuration"] = endpoint.commitment
    else:
        call = aws.bedrock.create_custom_model_deployment
        request = {"modelDeploymentName": endpoint.name, "modelArn": run.model.arn}
    try:
        call(**request, clientRequestToken=endpoint.token, tags=tags)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        if code in ("ValidationException", "AccessDeniedException", "ServiceQuotaExceededException"):
            message = amazon.scrub(str(error.response["Error"].get("Message", "")))
            refused = endpoint.model_copy(
                update={"status": REFUSED, "message": message, "seen_at": outside.now()}
            )
            store.keep(run.model_copy(update={"endpoint": refused}))
        raise
