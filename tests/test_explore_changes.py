"""What is explored is what would be kept: the same client in memory as from the folder, whatever is changed."""

from __future__ import annotations

import json
import os
import stat
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bespoke import clients
from bespoke.clients.changes import Changes, applied
from bespoke.errors import BespokeError
from bespoke.explore.keep_changes import outweighed
from bespoke.explore.proposal import propose
from tests.conftest import EXAMPLES

PRICE = ("prices.yaml", "claude-sonnet-5.input")
CHANGES: Changes = {
    ("engagement.yaml", "start"): date(2027, 1, 4),
    ("engagement.yaml", "annotation", "annotators"): 5,
    ("engagement.yaml", "annotation", "examples_per_hour"): 12.5,
    ("engagement.yaml", "access", "gpu_hosting"): None,
    ("engagement.yaml", "access", "openai_fine_tuning"): True,
    ("engagement.yaml", "thresholds", "min_test_cases"): 120,
    ("engagement.yaml", "thresholds", "keep_optimising_within"): 0.1,
    ("codes.csv", "a new, quoted code", "family"): "tone",
    ("phases.csv", "training", "low_days"): 3.5,
    ("phases.csv", "training", "likely_days"): 6.0,
    ("phases.csv", "training", "high_days"): 11.0,
    (*PRICE, "value"): Decimal("1.75"),
    (*PRICE, "unit"): "USD per million tokens",
    (*PRICE, "source"): 'order form "HL-7", §2',
    (*PRICE, "read_on"): date(2026, 11, 20),
}


def changes_for(client_data: Path, name: str) -> Changes:
    """The changes above, and one to the first task of the client."""
    task = clients.load(client_data, name).tasks[0].task_id
    own = {"requests_per_day": 12_500.0, "p95_latency_ms": None, "rag_done": True, "model": "claude-opus-4-8"}
    return {**CHANGES, **{("tasks.csv", task, column): value for column, value in own.items()}}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_explored_client_is_the_kept_one(client_data: Path, name: str) -> None:
    changes = changes_for(client_data, name)
    explored = applied(clients.load(client_data, name), changes)
    proposal = propose(client_data / name, changes)
    assert proposal.errors == ()
    proposal.keep()
    kept = clients.load(client_data, name)
    for field in ("engagement", "tasks", "codes", "phases", "prices"):
        assert getattr(explored, field) == getattr(kept, field)


def test_the_difference_touches_what_was_explored_and_nothing_else(client_data: Path) -> None:
    folder = client_data / "meridian_health"
    changes: Changes = {
        ("engagement.yaml", "access", "aws_bedrock"): False,
        ("tasks.csv", "policy_qa", "target_quality"): 0.9,
        ("codes.csv", "list in one string", "family"): "vocabulary",
    }
    lines = propose(folder, changes).diff().split("\n")
    assert [line for line in lines if line[:1] in "+-"] == [
        "--- meridian_health/engagement.yaml",
        "+++ meridian_health/engagement.yaml",
        "-  aws_bedrock: true                   # existing business associate agreement covers it",
        "+  aws_bedrock: false                  # existing business associate agreement covers it",
        "--- meridian_health/tasks.csv",
        "+++ meridian_health/tasks.csv",
        "-policy_qa,Answering questions over payer policies,question_answering,1750,4.0,1300,240,320,"
        "claude-sonnet-5,none,answer correctness,0.58,0.92,85,140,weekly,true,false,false,true,false",
        "+policy_qa,Answering questions over payer policies,question_answering,1750,4.0,1300,240,320,"
        "claude-sonnet-5,none,answer correctness,0.58,0.9,85,140,weekly,true,false,false,true,false",
        "--- meridian_health/codes.csv",
        "+++ meridian_health/codes.csv",
        "-list in one string,format",
        "+list in one string,vocabulary",
        "",
    ]


def test_proposing_writes_nothing(client_data: Path) -> None:
    before = {path: path.read_bytes() for path in client_data.rglob("*") if path.is_file()}
    propose(client_data / "meridian_health", CHANGES)
    assert {path: path.read_bytes() for path in client_data.rglob("*") if path.is_file()} == before
    assert clients.names(client_data) == sorted(EXAMPLES)


def test_what_the_check_refuses_is_not_kept(client_data: Path) -> None:
    folder = client_data / "meridian_health"
    before = (folder / "engagement.yaml").read_bytes()
    proposal = propose(folder, {
        ("engagement.yaml", "access", "aws_bedrock"): False,
        ("engagement.yaml", "access", "private_haiku_arrangement"): True,
    })  # fmt: skip
    (error,) = proposal.errors
    assert error.path == "meridian_health/engagement.yaml"
    assert error.column == "access.private_haiku_arrangement"
    with pytest.raises(BespokeError, match="is true while aws_bedrock is false"):
        proposal.keep()
    assert (folder / "engagement.yaml").read_bytes() == before


def test_a_file_that_changed_meanwhile_is_left_alone(client_data: Path) -> None:
    folder = client_data / "harbour_legal"
    proposal = propose(folder, {
        ("engagement.yaml", "annotation", "annotators"): 4,
        ("tasks.csv", "risk_memo", "test_cases"): 80,
    })  # fmt: skip
    tasks = folder / "tasks.csv"
    tasks.write_text(tasks.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    engagement = (folder / "engagement.yaml").read_bytes()
    with pytest.raises(
        BespokeError, match=r"harbour_legal/tasks.csv: has changed since the difference was made"
    ):
        proposal.keep()
    assert (folder / "engagement.yaml").read_bytes() == engagement


def test_a_file_that_cannot_be_written_leaves_the_others_as_they_were(
    client_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = client_data / "meridian_health"
    changes: Changes = {("engagement.yaml", "annotation", "annotators"): 9, PRICE: None}
    changes = {**changes, **{k: v for k, v in CHANGES.items() if k[0] == "prices.yaml"}}
    del changes[PRICE]  # type: ignore[attr-defined]
    proposal = propose(folder, changes)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    from bespoke.explore import proposal as module

    real = module.write_atomically

    def fails_on_prices(path: Path, content: str, **kwargs: int) -> None:
        if path.name == "prices.yaml":
            raise BespokeError("cannot write: no space left on device", path=str(path))
        real(path, content, **kwargs)

    monkeypatch.setattr(module, "write_atomically", fails_on_prices)
    with pytest.raises(BespokeError, match="no space left"):
        proposal.keep()
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_private_file_stays_private(client_data: Path) -> None:
    path = client_data / "meridian_health" / "engagement.yaml"
    path.chmod(0o600)
    propose(path.parent, {("engagement.yaml", "annotation", "annotators"): 9}).keep()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_value_the_schema_does_not_allow_is_one_line(examples: Path) -> None:
    client = clients.load(examples, "meridian_health")
    with pytest.raises(
        BespokeError, match=r"^engagement.yaml: annotation.annotators: input should be greater"
    ):
        applied(client, {("engagement.yaml", "annotation", "annotators"): 0})
    with pytest.raises(BespokeError, match="nothing of this file can be explored"):
        applied(client, {("failures.csv", "F-1", "code"): "x"})


def test_a_kept_number_that_logs_have_counted_is_said_to_change_nothing(client_data: Path) -> None:
    """Logs counted 500 requests a day of a task; a panel writes another number into the list."""
    folder = client_data / "atlas_payments"
    task = clients.load(client_data, "atlas_payments").tasks[0].task_id
    counted = {"requests": 3500, "days": 7, "requests_per_day": 500}
    (folder / "usage.json").write_text(json.dumps({"tasks": {task: counted}}), encoding="utf-8")
    before = clients.load(client_data, "atlas_payments")
    proposal = propose(folder, {("tasks.csv", task, "requests_per_day"): 1234.0})
    proposal.keep()
    assert outweighed(before, clients.load(client_data, "atlas_payments")) == [
        f"{task}: requests_per_day is counted in logs: the report goes on with 500, and says that 1,234 is stated;"
        " without usage.json the stated one counts"
    ]
    assert outweighed(before, before) == []
