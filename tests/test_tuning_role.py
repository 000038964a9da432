"""The role of a job: least privilege, in documents that IAM takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.validate import ParamValidator
from moto import mock_aws

from bespoke.errors import BespokeError
from bespoke.tuning.jobs import aws_names, commands
from bespoke.tuning.jobs.role import Role, role
from tests.bedrock_fake import ACCOUNT
from tests.tuning_bench import BUCKET, bench

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
REWARD = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:reward"


def made(**more: Any) -> Role:
    return role("clinic", "us-east-1", ACCOUNT, BUCKET, **more)


def actions(found: Role) -> set[str]:
    return {action for statement in found.permissions["Statement"] for action in statement["Action"]}


def test_only_bedrock_for_jobs_of_this_account_and_region_may_take_it_on() -> None:
    (statement,) = made().trust["Statement"]
    assert statement["Principal"] == {"Service": "bedrock.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnEquals": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:model-customization-job/*"},
    }


def test_it_may_read_the_clients_folder_and_write_its_results_and_nothing_else() -> None:
    assert actions(made()) == {"s3:ListBucket", "s3:GetObject", "s3:PutObject"}
    assert actions(made(kms_key=KEY, reward_function=REWARD)) == actions(made()) | {
        "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:CreateGrant", "lambda:InvokeFunction",
    }  # fmt: skip
    for statement in made(kms_key=KEY, reward_function=REWARD).permissions["Statement"]:
        assert "*" not in statement["Action"]
        assert statement["Resource"] != ["*"]
    resources = [r for s in made().permissions["Statement"] for r in s["Resource"]]
    folder = aws_names.client_folder("clinic")
    assert aws_names.folder_key("clinic", "run", "0" * 64).startswith(folder)
    assert resources == [
        f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/{folder}*", f"arn:aws:s3:::{BUCKET}/{folder}*/output/*",
    ]  # fmt: skip


@mock_aws
def test_iam_takes_both_documents() -> None:
    found = made(kms_key=KEY, reward_function=REWARD)
    request = {"RoleName": found.name, "AssumeRolePolicyDocument": json.dumps(found.trust)}
    model = botocore.session.get_session().get_service_model("iam")
    shape = model.operation_model("CreateRole").input_shape
    assert not ParamValidator().validate(request, shape).has_errors()
    assert len(found.name) <= shape.members["RoleName"].metadata["max"]
    iam = boto3.client("iam", region_name="us-east-1")
    arn = iam.create_role(**request)["Role"]["Arn"]
    iam.put_role_policy(
        RoleName=found.name, PolicyName="tuning", PolicyDocument=json.dumps(found.permissions)
    )
    assert (
        iam.get_role_policy(RoleName=found.name, PolicyName="tuning")["PolicyDocument"] == found.permissions
    )
    assert arn == f"arn:aws:iam::{ACCOUNT}:role/{found.name}"


def test_what_a_job_calls_is_known_to_botocore() -> None:
    services = {"s3": {"GetObject", "PutObject", "ListObjectsV2"}, "kms": {"Decrypt", "GenerateDataKey", "DescribeKey",
                "CreateGrant"}, "lambda": {"Invoke"}}  # fmt: skip
    for service, wanted in services.items():
        known = botocore.session.get_session().get_service_model(service).operation_names
        assert wanted <= set(known)


def test_the_command_prints_and_writes_both(tmp_path: Path) -> None:
    with bench(tmp_path, rows=1) as b:
        b.run(commands.role, model="nova-lite", account=ACCOUNT, bucket=BUCKET, out=tmp_path / "role")
        assert json.loads((tmp_path / "role" / "trust.json").read_text()) == made().trust
        assert json.loads((tmp_path / "role" / "permissions.json").read_text()) == made().permissions
        assert "aws iam create-role --role-name bespoke-clinic-bbfe-tuning" in b.heard()
        assert b.wire.calls == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"account": "123"}, "'123' is no account; give twelve digits"),
        ({"bucket": "A"}, "'A' is no bucket; give a bucket's name"),
        ({"kms_key": "alias/x"}, "'alias/x' is no KMS key; give an ARN"),
        ({"reward_function": "reward"}, "'reward' is no reward function; give an ARN"),
    ],
)
def test_what_is_no_account_bucket_or_arn_is_refused(given: dict[str, str], says: str) -> None:
    with pytest.raises(BespokeError, match=says):
        role(**{"client": "clinic", "region": "us-east-1", "account": ACCOUNT, "bucket": BUCKET, **given})
