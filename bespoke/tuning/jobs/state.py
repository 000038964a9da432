"""What was asked of AWS for a client and what became of it: tuning/state.json in the client's folder.

It is sealed by this machine, and every name in it is computed again: nobody else's state and no other name is acted on.
Every step is written here before the call that makes it, under a name that is computed from its inputs.
After a crash at any point the next command finds the intention, asks AWS for that name, and goes on from
the answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from bespoke import foreign_state, machine
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.results import Part, write_atomically
from bespoke.runner.lock import one_at_a_time
from bespoke.saving import keep_out_of_git
from bespoke.tuning.jobs import aws_names

FOLDER = "tuning"
FILE = "state.json"
VERSION = 1
INTENDED, DELETING, GONE = "intended", "deleting", "gone"  # our own words; the others are AWS's
REFUSED = "refused"  # AWS would not take the request: nothing was made
ENDED = ("Failed", "Stopped", "Completed", REFUSED, GONE)  # a thing that runs no longer


class AwsResource(Part):
    """One thing on AWS: first intended, then in AWS's own states, in the end gone."""

    name: str
    token: str  # clientRequestToken: the same request with the same token makes one thing
    status: str = INTENDED
    arn: str = ""
    message: str = ""  # AWS's reason for a failure
    intended_at: datetime
    seen_at: datetime | None = None  # when AWS was last asked about it

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class Endpoint(AwsResource):
    """What answers requests. Provisioned Throughput is paid by the hour, a deployment by the token."""

    kind: Literal["provisioned", "on_demand"]
    number: int  # counts the endpoints of a run, so that a name is never used twice
    units: int = 0
    commitment: str = ""
    usd_per_hour_low: Decimal | None = None  # all units together
    usd_per_hour_high: Decimal | None = None
    used_at: datetime | None = None
    budget_until: date | None = None  # at the dearest price the budget is used up by then
    ends_on: date | None = None  # end of the commitment


class Upload(Part):
    """One file in S3, by the SHA-256 of its bytes."""

    role: Literal["training", "validation"]
    file: str  # relative to the client folder
    key: str
    sha256: str
    size_bytes: int
    rows: int
    status: str = INTENDED


class TuningRun(Part):
    """One customisation: the job, the model it makes and the endpoint that serves it."""

    name: str
    profile: str
    region: str
    account: str
    base_model: str
    format: str
    hyperparameters: Mapping[str, str]
    digest: str  # of the files, the base model and the hyperparameters
    attempt: int = 1
    task_id: str
    left_out: int = 0  # rows of the dataset that are not in the files
    leave_out_faulty: bool = False
    drop: tuple[str, ...] = ()
    no_split: bool = False
    examples: int | None = None  # the most training rows that were asked for
    role_arn: str
    bucket: str
    kms_key: str = ""
    budget_usd: Decimal
    training_usd_low: Decimal
    training_usd_high: Decimal
    uploads: tuple[Upload, ...] = ()
    job: AwsResource
    model: AwsResource | None = None
    endpoint: Endpoint | None = None
    endpoints_made: int = 0
    model_ends_on: date | None = None  # announced end of life of the base model
    started_at: datetime

    @property
    def retired(self) -> bool:
        """Whether nothing is left of the run that costs money."""
        things = (self.model, self.endpoint)
        left = [thing for thing in things if thing is not None and thing.status != GONE]
        return self.job.ended and not left and all(upload.status == GONE for upload in self.uploads)


class State(Part):
    """All runs of a client, by name, and the deadlines after which they are reported."""

    version: int = VERSION
    forgotten_after_days: int = 7
    notice_days: int = 30
    unseen_job_days: int = 2
    runs: Mapping[str, TuningRun] = {}


@dataclass
class Store:
    """The state file while a command works on it. `keep` is on the disk before it returns."""

    path: Path
    state: State

    @classmethod
    def of(cls, client_folder: Path) -> Store:
        """The state as it stands, without the lock: for looking only."""
        path = client_folder / FOLDER / FILE
        _refuse_links(client_folder)
        return cls(path, _read(path, client_folder.name))

    def run(self, name: str) -> TuningRun | None:
        return self.state.runs.get(name)

    def deadlines(self, facts: Facts) -> None:
        """Takes the days after which things are reported from the fact tables; written with the next run."""
        names = ("forgotten_after_days", "notice_days", "unseen_job_days")
        days = {name: int(facts.fact(f"tuning.{name}").number) for name in names}
        self.state = self.state.model_copy(update=days)

    def keep(self, run: TuningRun) -> TuningRun:
        """Write the run down; the whole file or nothing."""
        self.state = self.state.model_copy(update={"runs": {**self.state.runs, run.name: run}})
        self.write()
        return run

    def write(self) -> None:
        purpose = foreign_state.purpose(self.path.parent.parent.name)
        content = machine.sealed(purpose, self.state.model_dump(mode="json"))
        text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
        write_atomically(self.path, text + "\n")
        keep_out_of_git(self.path.parent)


@contextmanager
def opened(client_folder: Path, say: Callable[[str], None]) -> Iterator[Store]:
    """The state for one command at a time; a second one waits and says so."""
    _refuse_links(client_folder)
    with one_at_a_time(
        client_folder / FOLDER, lambda: say("another command is at work on this client; waiting")
    ):
        yield Store.of(client_folder)


def the_run(store: Store, name: str) -> TuningRun:
    """The run of a name, or the only one there is; an error lists them."""
    runs = store.state.runs
    if name and name in runs:
        return runs[name]
    if not name and len(runs) == 1:
        return next(iter(runs.values()))
    known = ", ".join(runs) or "none; `bespoke tune submit` starts one"
    what = f"no run {name!r}" if name else "name the run"
    raise BespokeError(f"{what}; runs of this client: {known}", path=str(store.path))


def _refuse_links(client_folder: Path) -> None:
    for name in (FOLDER, f"{FOLDER}/{FILE}"):
        if (client_folder / name).is_symlink():
            message = "is a link; state is never read or written through one"
            raise BespokeError(message, path=f"{client_folder.name}/{name}")


def _read(path: Path, client: str) -> State:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return State()
    except (OSError, UnicodeDecodeError) as error:
        raise BespokeError(f"cannot be read: {error}", path=str(path)) from error
    try:
        found = json.loads(text)
        version = found.get("version") if isinstance(found, dict) else None
        if version != VERSION:
            raise BespokeError(f"is of version {version!r}, this program reads {VERSION}", path=str(path))
        ours = foreign_state.is_ours(client, found)
        found.pop(machine.SEAL, None)
        state = State.model_validate(found)
    except (json.JSONDecodeError, ValidationError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise BespokeError(
            f"is damaged ({first}); it says what runs on AWS: restore it from a copy, do not delete it",
            path=str(path),
        ) from error
    if not ours:
        raise BespokeError(foreign_state.NOT_OURS.format(client=client), path=str(path))
    for key, run in state.runs.items():
        _refuse_other_names(client, key, run, path)
    return state


def _refuse_other_names(client: str, key: str, run: TuningRun, path: Path) -> None:
    """What a run acts on has the names that are computed from it, or nothing is done."""
    job = aws_names.job_name(client, run.name, run.digest, run.attempt)
    place = aws_names.folder_key(client, run.name, run.digest)
    right: dict[str, tuple[str, str]] = {
        "run": (key, run.name),
        "job": (run.job.name, job),
        "model": (run.model.name if run.model else job, job),
        "endpoint": (run.endpoint.name, aws_names.endpoint_name(job, run.endpoint.number))
        if run.endpoint
        else ("", ""),
        **{upload.role: (upload.key.rpartition("/")[0] + "/", place) for upload in run.uploads},
    }
    for what, (there, computed) in right.items():
        if there != computed:
            message = f"names {there!r} as the {what} of run {run.name}, which would be {computed!r}: nothing is done"
            raise BespokeError(message, path=str(path))
