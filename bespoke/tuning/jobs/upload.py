"""A run's files in S3: encrypted, checked by checksum, never sent twice, removed to the last version."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError
from bespoke.tuning.jobs import aws as amazon
from bespoke.tuning.jobs.aws import Aws, aws_errors
from bespoke.tuning.jobs.state import GONE, Store, TuningRun, Upload

IN_ONE_PIECE = 64 * 2**20  # bytes; larger files go in parts
THERE = "there"
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def check_bucket(aws: Aws, bucket: str) -> None:
    """The bucket must exist, belong to this account and lie in the region of the job."""
    if not NAME.fullmatch(bucket):
        raise BespokeError(f"{bucket!r} is no bucket name; name a bucket in {aws.region}")
    with aws_errors(f"the bucket {bucket}", aws.region):
        answer = amazon.found(aws.s3.head_bucket, Bucket=bucket, ExpectedBucketOwner=aws.account)
    if answer is None:
        raise BespokeError(f"AWS: there is no bucket {bucket}; make one in {aws.region}")
    region = answer.get("BucketRegion") or aws.region
    if region != aws.region:
        raise BespokeError(f"the bucket {bucket} is in {region}; the job needs one in {aws.region}")


def upload_all(
    store: Store, run: TuningRun, aws: Aws, client_folder: Path, say: Callable[[str], None]
) -> TuningRun:
    """Sends what is not there yet; the state says `there` only of what S3 has confirmed by checksum."""
    for number, upload in enumerate(run.uploads):
        path = client_folder / upload.file
        with aws_errors(f"the upload of {upload.file}", aws.region):
            if not _is_there(aws, run, upload):
                _drop_parts(aws, run.bucket, upload.key)
                _send(aws, run, upload, path)
                if not _is_there(aws, run, upload):
                    raise BespokeError(f"S3 does not hold {upload.key} as it was sent; run the command again")
                say(f"uploaded {upload.file}: {upload.rows:,} rows, {upload.size_bytes:,} bytes, checked")
        done = upload.model_copy(update={"status": THERE})
        uploads = (*run.uploads[:number], done, *run.uploads[number + 1 :])
        run = store.keep(run.model_copy(update={"uploads": uploads}))
    return run


def remove_all(aws: Aws, bucket: str, folder: str) -> None:
    """Every object, version and unfinished part under a run's folder."""
    _drop_parts(aws, bucket, folder)
    for key, version in list(_versions(aws, bucket, folder)):
        more = {"VersionId": version} if version else {}  # "null" is a version too: the one from before
        aws.s3.delete_object(Bucket=bucket, Key=key, ExpectedBucketOwner=aws.account, **more)


def is_empty(aws: Aws, bucket: str, folder: str) -> bool:
    """Whether nothing is left under a run's folder, unfinished parts and old versions included."""
    return next(_versions(aws, bucket, folder), None) is None and not _parts(aws, bucket, folder)


def gone(run: TuningRun) -> TuningRun:
    return run.model_copy(
        update={"uploads": tuple(u.model_copy(update={"status": GONE}) for u in run.uploads)}
    )


def _is_there(aws: Aws, run: TuningRun, upload: Upload) -> bool:
    found = amazon.found(
        aws.s3.head_object, Bucket=run.bucket, Key=upload.key, ExpectedBucketOwner=aws.account
    )
    return (
        found is not None
        and found["ContentLength"] == upload.size_bytes
        and found.get("Metadata", {}).get("sha256") == upload.sha256
        and bool(found.get("ServerSideEncryption"))
    )


def _send(aws: Aws, run: TuningRun, upload: Upload, path: Path) -> None:
    """S3 refuses a body that does not have the checksum sent with it."""
    settings: dict[str, Any] = {
        "Metadata": {"sha256": upload.sha256},
        "ExpectedBucketOwner": aws.account,
        "ChecksumAlgorithm": "SHA256",
    }
    settings["ServerSideEncryption"] = "aws:kms" if run.kms_key else "AES256"
    if run.kms_key:
        settings["SSEKMSKeyId"] = run.kms_key
    if upload.size_bytes > IN_ONE_PIECE:
        aws.s3.upload_file(str(path), run.bucket, upload.key, ExtraArgs=settings)
        return
    checksum = base64.b64encode(bytes.fromhex(upload.sha256)).decode()
    with path.open("rb") as file:
        aws.s3.put_object(Bucket=run.bucket, Key=upload.key, Body=file, ChecksumSHA256=checksum, **settings)


def _drop_parts(aws: Aws, bucket: str, start: str) -> None:
    """Parts of an upload that was cut off are paid for until they are dropped."""
    for part in _parts(aws, bucket, start):
        aws.s3.abort_multipart_upload(Bucket=bucket, Key=part["Key"], UploadId=part["UploadId"])


def _parts(aws: Aws, bucket: str, start: str) -> list[dict[str, Any]]:
    found = aws.s3.list_multipart_uploads(Bucket=bucket, Prefix=start).get("Uploads", [])
    return [part for part in found if str(part["Key"]).startswith(start)]


def _versions(aws: Aws, bucket: str, folder: str) -> Iterator[tuple[str, str]]:
    for page in aws.s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=folder):
        for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            yield entry["Key"], str(entry.get("VersionId") or "")
