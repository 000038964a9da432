"""How a run, a model's life and a stray stand, in lines for the terminal."""

from __future__ import annotations

from bespoke.clients.schema import Client
from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.tuning.jobs import lifecycle
from bespoke.tuning.jobs.ask_aws import UnrecordedResource
from bespoke.tuning.jobs.aws import Aws
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.profiles import Profile
from bespoke.tuning.jobs.state import TuningRun


def say_run(run: TuningRun, say: Echo) -> None:
    """Job, model and endpoint of a run."""
    why = f": {run.job.message}" if run.job.message else ""
    say(f"{run.name}: job {run.job.name}: {run.job.status}{why}")
    if run.model is not None:
        say(f"{run.name}: model {run.model.name}: {run.model.status}")
    endpoint = run.endpoint
    if endpoint is not None:
        why = f": {endpoint.message}" if endpoint.message else ""
        say(f"{run.name}: endpoint {endpoint.name}: {endpoint.status}{why}")


def say_unrecorded(stray: UnrecordedResource, say: Echo) -> None:
    """Something of the client on AWS that no run knows."""
    say(f"not in the state, but on AWS and paid for: {stray.kind} {stray.name} ({stray.status})")


def say_lifecycle(client: Client, profile: Profile, aws: Aws, outside: Outside, say: Echo) -> None:
    """What AWS says of the base model, and whether it would refuse a job."""
    life = lifecycle.ask_lifecycle(aws, profile)
    if life is None:
        say("AWS does not tell this user the model's lifecycle; the fact tables decide alone")
        return
    dates = (
        ("legacy since", life.legacy), ("extended access since", life.extended_access), ("ends", life.end_of_life),
    )  # fmt: skip
    known = "".join(f", {what} {day}" for what, day in dates if day is not None)
    say(f"AWS says: {profile.base_model} in {aws.region} is {life.status}{known or ', no end announced'}")
    try:
        arranged = bool(client.engagement.access.private_haiku_arrangement) and bool(profile.hourly_price)
        lifecycle.refuse_ended(life, profile, outside.today, arranged=arranged)
    except BespokeError as error:
        say(f"in the way: {error}")
