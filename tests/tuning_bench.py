"""A workbench for the tuning tests: a small client, moto's S3 and STS, the strict Bedrock, and ways to fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from moto import mock_aws
from moto.core.models import botocore_stubber
from moto.s3.models import s3_backends

from bespoke import foreign_state, machine
from bespoke.errors import BespokeError
from bespoke.tuning.jobs.aws import Aws, clients
from bespoke.tuning.jobs.outside import Outside
from tests.bedrock_fake import ACCOUNT, BedrockFake

BUCKET = "meridian-tuning"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/BedrockTuning"
SYSTEM = "You structure notes. Reply with one JSON object."
LEAD = "Please structure the following visit note.\n\n"
DAY = date(2026, 11, 20)
HAIKU_OPEN = date(2026, 3, 2)  # routes.yaml: Claude 3 Haiku takes new jobs and new capacity until 2026-03-10

ENGAGEMENT = """\
client: Small Clinic
prepared_by: Bespoke
as_of: {as_of}
start: {start}
country: US
residency: [us]
access: {{aws_bedrock: true, openai_fine_tuning: true, gpu_hosting: true{access}}}
rates: {{consultant_day: 1500, annotator_hour: 60}}
annotation: {{examples_per_hour: 10, annotators: 2, review_rounds: 1}}
evaluation: {{budget_usd: 50, deidentified: true}}
"""
TASKS = """\
task_id,name,kind,requests_per_day,peak_to_mean,system_tokens,input_tokens,output_tokens,model,p95_latency_ms,\
metric,current_quality,target_quality,test_cases,labelled_examples,knowledge_changes,prompt_engineering_done,\
rag_done,contains_phi,deidentified
notes,Structuring notes,extraction,1000,2,800,300,120,claude-sonnet-4-6,,exact code F1,0.7,0.9,60,400,never,\
true,false,true,true
"""
SITES = ("knee", "shoulder", "wrist", "ankle", "hip", "elbow", "foot", "hand", "neck", "back")
TIMES = ("a day", "two days", "a week", "two weeks", "a month", "a season", "half a year", "many years")


class Killed(BaseException):
    """The process is gone: no handler of the program under test may catch it."""


def note_text(number: int) -> str:
    """A short note unlike the others: words are combined by position, so no two share most of their words."""
    site, time = SITES[number % 10], TIMES[number // 10 % 8]
    word = "".join("bcdfghjklm"[int(c)] + "aeiouaeiou"[int(c)] for c in f"{number * 7919 % 99991:05d}")
    more = " ".join(f"{word[::-1]}{k} {word}{k * 3}" for k in range(6))
    return f"{word} reports pain of the {site} for {time}; {more}. Advised {word}{number} and review."


def gold(number: int) -> dict[str, Any]:
    return {
        "diagnosis_icd10": ["M25.561" if number % 2 else "I10"],
        "symptoms": ["pain"],
        "prescribed_medications": [{"drug": "ibuprofen", "dose": None, "route": None, "frequency": None}],
        "follow_up_date": None,
    }


def taught(number: int) -> str:
    """The answer as a training example gives it: the code with its description."""
    fields = gold(number)
    words = {"M25.561": "M25.561 Pain in right knee", "I10": "I10 Essential (primary) hypertension"}
    fields["diagnosis_icd10"] = [words[code] for code in fields["diagnosis_icd10"]]
    return json.dumps(fields)


def dialogue(number: int) -> dict[str, Any]:
    turns = [("system", SYSTEM), ("human", LEAD + note_text(number)), ("assistant", taught(number))]
    return {"conversations": [{"from": role, "value": text} for role, text in turns]}


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def make_client(
    client_data: Path, *, rows: int = 120, notes: int = 4, access: str = "", as_of: date = DAY
) -> Path:
    """client_data/clinic: `rows` training dialogues and `notes` held-out notes, reported on `as_of`."""
    folder = client_data / "clinic"
    folder.mkdir(parents=True)
    engagement = ENGAGEMENT.format(as_of=as_of, start=as_of + timedelta(days=3), access=access)
    (folder / "engagement.yaml").write_text(engagement, encoding="utf-8")
    (folder / "tasks.csv").write_text(TASKS, encoding="utf-8")
    write_lines(folder / "dataset" / "dialogues.jsonl", [dialogue(n) for n in range(rows)])
    held_out = [{"id": f"N{n}", "text": note_text(5000 + n), "gold": gold(n)} for n in range(notes)]
    write_lines(folder / "evaluation" / "notes.jsonl", held_out)
    return folder


@dataclass
class Wire:
    """Everything that goes to AWS: counted, and cut where a test says so."""

    calls: list[str] = field(default_factory=list)
    kill_before: int | None = None  # index of the call that is never sent
    kill_after: int | None = None  # index of the call whose answer never arrives
    trouble: dict[str, AWSResponse] = field(default_factory=dict)  # part of a URL -> what is answered instead

    def before(self, request: Any, **_: Any) -> AWSResponse | None:
        index = len(self.calls)
        self.calls.append(f"{request.method} {request.url.split('?')[0]}")
        if index == self.kill_before:
            raise Killed
        return next((answer for part, answer in self.trouble.items() if part in request.url), None)

    def after(self, **_: Any) -> None:
        if len(self.calls) - 1 == self.kill_after:
            raise Killed

    @property
    def changing(self) -> list[int]:
        """The calls that change something, by index."""
        return [
            n
            for n, call in enumerate(self.calls)
            if not call.startswith(("GET", "HEAD")) and "sts" not in call
        ]


class Sessions:
    """One boto3 session to ask for clients: Bedrock's go to the fake in place, all others to moto.

    Clients are slow to make, so one set serves every test; which fake and which wire they meet is changed.
    """

    fake: BedrockFake
    wire: Wire

    def __init__(self) -> None:
        self.moto, self.bedrock = boto3.Session(), boto3.Session()
        self.bedrock.events.unregister(
            "before-send", botocore_stubber
        )  # every hook runs, not the first alone
        self.bedrock.events.register_last("before-send", lambda **sent: self.fake.handle(**sent))
        for session in (self.moto, self.bedrock):
            session.events.register_first("before-send", lambda **sent: self.wire.before(**sent))
            session.events.register_last("response-received", lambda **got: self.wire.after(**got))
        self.made: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region_name: str, config: Any = None) -> Any:
        if (service, region_name) not in self.made:
            session = self.bedrock if service.startswith("bedrock") else self.moto
            self.made[service, region_name] = session.client(service, region_name=region_name, config=config)
        return self.made[service, region_name]


@cache
def sessions() -> Sessions:
    return Sessions()


@dataclass
class Bench:
    """One client, one AWS account, one clock."""

    client_data: Path
    folder: Path
    fake: BedrockFake
    wire: Wire
    outside: Outside
    said: list[str]
    clock: list[datetime]

    def run(self, command: Callable[..., Any], **arguments: Any) -> Any:
        return command(self.client_data, "clinic", say=self.said.append, outside=self.outside, **arguments)

    def later(self, **duration: float) -> None:
        self.clock[0] += timedelta(**duration)

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            (self.folder / "tuning" / "state.json").read_text(encoding="utf-8")
        )
        return found

    def rewrite(self, state: dict[str, Any]) -> None:
        """The state file as this machine itself would have written it."""
        content = machine.sealed(foreign_state.purpose("clinic"), state)
        (self.folder / "tuning" / "state.json").write_text(json.dumps(content), encoding="utf-8")

    def heard(self) -> str:
        return "\n".join(self.said)


@contextmanager
def bench(
    tmp_path: Path, *, day: date = DAY, now: str = "", bucket_region: str = "", **client: Any
) -> Iterator[Bench]:
    """A fresh account with a bucket in each region that models are tuned in.

    The client's report is of `day`; the clock shows `now`, or nine o'clock of that day.
    """
    with mock_aws():
        shared = sessions()
        moment = datetime.fromisoformat(now) if now else datetime.combine(day, time(9))
        clock = [moment.replace(tzinfo=UTC)]
        shared.wire = wire = Wire()
        s3 = shared.client("s3", "us-east-1")
        _bucket(s3, BUCKET, bucket_region or "us-east-1")
        _bucket(shared.client("s3", "us-west-2"), f"{BUCKET}-west", "us-west-2")

        def read(bucket: str, key: str) -> bytes | None:
            try:
                return bytes(s3_backends[ACCOUNT]["aws"].get_object(bucket, key).value)
            except AttributeError:
                return None

        shared.fake = fake = BedrockFake(read_s3=read, now=lambda: clock[0])

        def connect(region: str, aws_profile: str) -> Aws:
            return clients(shared, region)

        def pause(seconds: float) -> None:
            clock[0] += timedelta(seconds=seconds)

        folder = make_client(tmp_path / "client_data", as_of=day, **client)
        outside = Outside(connect=connect, now=lambda: clock[0], pause=pause)
        wire.calls.clear()
        yield Bench(folder.parent, folder, fake, wire, outside, [], clock)


def _bucket(s3: Any, name: str, region: str) -> None:
    more = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **more)


def error_of(act: Callable[[], Any]) -> str:
    """The one line that a failing command ends with."""
    try:
        act()
    except BespokeError as error:
        return str(error)
    raise AssertionError("no error was raised")
