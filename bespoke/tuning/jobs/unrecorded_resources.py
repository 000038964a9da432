"""What AWS bills for a client although no run of the state knows it: asked for in every region of the tables.

The state may be lost while an endpoint is paid for; the names are computed from the client's, so AWS can be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bespoke.errors import BespokeError
from bespoke.tuning.jobs import ask_aws
from bespoke.tuning.jobs.ask_aws import UnrecordedResource
from bespoke.tuning.jobs.aws import Aws
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.profiles import in_force_on
from bespoke.tuning.jobs.state import State


@dataclass(frozen=True)
class Region:
    """One region as AWS told it, and what it could not be asked, with the reason."""

    name: str
    aws: Aws | None
    strays: tuple[UnrecordedResource, ...] = ()
    why_not: str = ""


def regions_of(state: State, today: date) -> tuple[str, ...]:
    """Where things of a client can be: the regions of its runs, and those in which a model can be tuned today."""
    tuned = (region for profile in in_force_on(today) for region in profile.regions)
    return tuple(dict.fromkeys((*(run.region for run in state.runs.values()), *tuned)))


def find(state: State, client: str, aws_profile: str, outside: Outside) -> Iterator[Region]:
    """Each region with what no run knows. A region that cannot be asked is told, not passed over."""
    for name in regions_of(state, outside.today):
        try:
            aws = outside.connect(name, aws_profile)
        except BespokeError as error:
            yield Region(name, None, why_not=str(error))
            continue
        unasked: list[str] = []
        found = ask_aws.strays(state, client, aws, unasked)
        here = tuple(stray for stray in found if stray.arn.split(":")[3] == name)
        yield Region(name, aws, here, "; ".join(dict.fromkeys(unasked)))
