"""The cycle over HTTP against moto's server: an implementation that is not ours, and answers 500 to what it has not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bespoke.errors import BespokeError
from bespoke.tuning.jobs import commands
from bespoke.tuning.jobs.outside import Outside
from tests.tuning_bench import BUCKET, ROLE, make_client

pytestmark = pytest.mark.filterwarnings("ignore")  # of the server's own libraries


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    made = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    made.start()
    url = "http://{}:{}".format(*made.get_host_and_port())
    for name, value in (
        ("AWS_ENDPOINT_URL", url), ("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    yield url
    made.stop()


def test_a_job_is_submitted_looked_at_and_retired(server: str, tmp_path: Path) -> None:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
    make_client(tmp_path / "clients", rows=12)
    said: list[str] = []
    outside = Outside(pause=lambda seconds: None)

    def run(command: Any, **arguments: Any) -> Any:
        return command(tmp_path / "clients", "clinic", say=said.append, outside=outside, **arguments)

    made = run(
        commands.submit, model="nova-lite", role_arn=ROLE, bucket=BUCKET, yes=True, budget_usd=Decimal(50)
    )
    assert made.job.arn
    assert "AWS does not tell this user the model's lifecycle; the fact tables decide alone" in said
    run(commands.status)
    bedrock = boto3.client("bedrock", region_name="us-east-1")
    assert [m["modelName"] for m in bedrock.list_custom_models()["modelSummaries"]] == [made.job.name]
    with pytest.raises(BespokeError, match="ask for its status again"):
        run(commands.deploy, yes=True)
    gone = run(commands.retire, yes=True)
    assert gone.retired
    assert bedrock.list_custom_models()["modelSummaries"] == []
    assert "Contents" not in boto3.client("s3", region_name="us-east-1").list_objects_v2(Bucket=BUCKET)
    failed = next(line for line in said if "was not asked what no run knows" in line)
    assert "failed on AWS's side (500: " in failed
    assert "<" not in failed
