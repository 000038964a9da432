"""The IAM role that a customisation job takes on: who may, and the least it needs.

Sources: Amazon Bedrock user guide, "Create a service role for model customization" (trust, S3, KMS) and
"Reinforcement fine-tuning access and security" (the reward function).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bespoke.errors import BespokeError
from bespoke.tuning.jobs import aws_names
from bespoke.tuning.jobs.upload import NAME as BUCKET

ACCOUNT = re.compile(r"\d{12}")
KEY = re.compile(r"arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+")
FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?")
VERSION = "2012-10-17"


@dataclass(frozen=True)
class Role:
    """Two policies, as IAM takes them, and the name they are made for."""

    name: str
    trust: dict[str, Any]
    permissions: dict[str, Any]


def role(
    client: str, region: str, account: str, bucket: str, *, kms_key: str = "", reward_function: str = ""
) -> Role:
    """The role for the jobs of one client in one region. Raises BespokeError for what is no account, bucket or ARN."""
    for what, given, shape in (
        ("account", account, ACCOUNT), ("bucket", bucket, BUCKET), ("KMS key", kms_key, KEY),
        ("reward function", reward_function, FUNCTION),
    ):  # fmt: skip
        if not shape.fullmatch(given) and (given or what in ("account", "bucket")):
            wanted = {"account": "twelve digits", "bucket": "a bucket's name"}.get(what, "an ARN")
            raise BespokeError(f"{given!r} is no {what}; give {wanted}")
    return Role(
        name=f"{aws_names.prefix(client)}tuning",
        trust=_policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": "bedrock.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnEquals": {
                        "aws:SourceArn": f"arn:aws:bedrock:{region}:{account}:model-customization-job/*"
                    },
                },
            }
        ),
        permissions=_policy(*_statements(client, account, bucket, kms_key, reward_function)),
    )


def _statements(
    client: str, account: str, bucket: str, kms_key: str, reward_function: str
) -> Iterator[dict[str, Any]]:
    """What the job does: list and read this client's folder, write the results into it, and nothing else."""
    folder = aws_names.client_folder(client)
    of_us = {"StringEquals": {"aws:ResourceAccount": account}}
    yield _allow("ListTheClientsFolder", ["s3:ListBucket"], f"arn:aws:s3:::{bucket}",
                 {**of_us, "StringLike": {"s3:prefix": [f"{folder}*"]}})  # fmt: skip
    yield _allow("ReadTrainingData", ["s3:GetObject"], f"arn:aws:s3:::{bucket}/{folder}*", of_us)
    yield _allow("WriteResults", ["s3:PutObject"], f"arn:aws:s3:::{bucket}/{folder}*/output/*", of_us)
    if kms_key:
        yield _allow("UseTheKey", ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"], kms_key, {})
        yield _allow("GrantTheKeyToTheModel", ["kms:CreateGrant"], kms_key,
                     {"Bool": {"kms:GrantIsForAWSResource": "true"}})  # fmt: skip
    if reward_function:
        yield _allow("CallTheRewardFunction", ["lambda:InvokeFunction"], reward_function, {})


def _allow(sid: str, actions: list[str], resource: str, condition: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": [resource]}
    return {**found, "Condition": condition} if condition else found


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": VERSION, "Statement": list(statements)}


def lines(found: Role) -> Iterator[str]:
    """The role in words and documents, with the commands that make it; nothing is made here."""
    yield f"role {found.name}: nothing is made by this command"
    yield "who may take it on (trust.json):"
    yield from json.dumps(found.trust, indent=2).splitlines()
    yield "what it may do (permissions.json):"
    yield from json.dumps(found.permissions, indent=2).splitlines()
    yield (
        f"aws iam create-role --role-name {found.name} --assume-role-policy-document file://trust.json"
        f" && aws iam put-role-policy --role-name {found.name} --policy-name tuning"
        " --policy-document file://permissions.json"
    )
