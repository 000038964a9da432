"""Client folders and reports under a shared URL, `s3://bucket/prefix`: read from there, and written back whole.

Through boto3, as papermill does for its own `s3://` paths: s3fs, fsspec's way to S3, holds botocore (through
aiobotocore) at a version that the customisation jobs have left behind. Every object is written in one piece and the
manifest last, so that whoever reads a report finds the files its manifest speaks of.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from bespoke.claude.sending.destination import keep_loopback_direct
from bespoke.clients import client_names
from bespoke.errors import BespokeError
from bespoke.keys import digest
from bespoke.runner.remote.archive import check_path, file_names, manifest_last
from bespoke.tuning.jobs.aws import INSTALL, aws_errors, encrypted

SCHEME = "s3://"
OWNER, KMS_KEY, PLAIN_OBJECTS = "BESPOKE_BUCKET_OWNER", "BESPOKE_S3_KMS_KEY", "BESPOKE_ALLOW_PLAIN_OBJECTS"


def names(url: str) -> list[str]:
    """The clients under a URL: folders whose name is a client name, sorted."""
    found = set()
    with _asking(url) as (s3, bucket, prefix):
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=prefix, Delimiter="/", **_owned()
        )
        for page in pages:
            for entry in page.get("CommonPrefixes", ()):
                found.add(entry["Prefix"].removeprefix(prefix).rstrip("/"))
    return sorted(name for name in found if _is_client(name))


def fetch(url: str, folder: Path, wanted: Callable[[str], bool] = lambda name: True) -> dict[str, str]:
    """Bring the files under a URL into a folder; path in it -> SHA-256. Raises BespokeError."""
    found = {}
    with _asking(url) as (s3, bucket, prefix):
        for name in _listed(s3, bucket, prefix):
            if wanted(name):
                check_path(name)
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                s3.download_file(bucket, f"{prefix}{name}", str(path), ExtraArgs=_owned())
                found[name] = digest(path)
    return found


def fetch_if_there(url: str, name: str, folder: Path) -> None:
    """Bring one file, where the URL holds it."""
    with _asking(url) as (s3, bucket, prefix):
        first = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}{name}", MaxKeys=1, **_owned()).get(
            "Contents", ()
        )
        if any(entry["Key"] == f"{prefix}{name}" for entry in first):
            s3.download_file(bucket, f"{prefix}{name}", str(folder / name), ExtraArgs=_owned())


def listing(url: str) -> list[str]:
    """The files under a URL, by their paths in it."""
    with _asking(url) as (s3, bucket, prefix):
        return list(_listed(s3, bucket, prefix))


def deliver(folder: Path, url: str, before: Mapping[str, str]) -> None:
    """Make the URL hold what the folder holds. `before` is what was fetched from there: only changes are sent.

    What is no longer there goes after the new manifest has come: at no time does a manifest name a missing file.
    """
    files = dict.fromkeys(file_names(folder))
    with _asking(url) as (s3, bucket, prefix):
        for name in manifest_last(files):
            if digest(folder / name) != before.get(name):
                with (folder / name).open("rb") as content:
                    _put(s3, bucket, f"{prefix}{name}", content)
        for name in sorted(before.keys() - files.keys()):
            s3.delete_object(Bucket=bucket, Key=f"{prefix}{name}", **_owned())


def under(url: str, name: str) -> str:
    """The URL of a folder in it."""
    return f"{url.rstrip('/')}/{name}"


def put(content: bytes, url: str, name: str) -> None:
    """Write one file under a URL."""
    with _asking(url) as (s3, bucket, prefix):
        _put(s3, bucket, f"{prefix}{name}", content)


def _put(s3: Any, bucket: str, key: str, content: bytes | BinaryIO) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=content, **_owned(), **_sealed_up())


def _split(url: str) -> tuple[str, str]:
    """Bucket, and the beginning of every key."""
    bucket, _, prefix = url.removeprefix(SCHEME).strip("/").partition("/")
    if not url.startswith(SCHEME) or not bucket:
        raise BespokeError("is no shared place; write it as s3://bucket/folder", path=url)
    return bucket, f"{prefix}/" if prefix else ""


def _listed(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, **_owned()):
        for entry in page.get("Contents", ()):
            name = entry["Key"].removeprefix(prefix)
            if name and not name.endswith("/") and not any(part.startswith(".") for part in name.split("/")):
                yield name


def _is_client(name: str) -> bool:
    try:
        client_names.check_name(name)
    except BespokeError:
        return False
    return True


def _owned() -> dict[str, str]:
    """Whose bucket it must be: one of the same name in another account is not read, and nothing is put there.

    `BESPOKE_BUCKET_OWNER` names the account; on Amazon itself it is by default the caller's own.
    """
    owner = os.environ.get(OWNER) or ("" if _elsewhere() else _account())
    return {"ExpectedBucketOwner": owner} if owner else {}


def _sealed_up() -> dict[str, str]:
    """Encrypted where it lies: by the key that `BESPOKE_S3_KMS_KEY` names, else by the bucket's provider.

    Servers of other makers may know no encryption; `BESPOKE_ALLOW_PLAIN_OBJECTS=1` says so.
    """
    if os.environ.get(PLAIN_OBJECTS) == "1":
        return {}
    key = os.environ.get(KMS_KEY, "")
    return (
        {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {"ServerSideEncryption": "AES256"}
    )


def _elsewhere() -> str:
    """The endpoint of another maker's server; papermill's own variable, beside those that boto3 reads."""
    names = ("BOTO3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


@lru_cache(maxsize=1)
def _account() -> str:
    import boto3

    with aws_errors("who we are"):
        return str(encrypted(boto3.session.Session().client("sts")).get_caller_identity()["Account"])


@contextmanager
def _asking(url: str) -> Iterator[tuple[Any, str, str]]:
    """S3 with the user's own credentials, which are never read here, bucket and prefix; its errors as one line."""
    bucket, prefix = _split(url)
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise BespokeError(INSTALL, path=url) from error
    patient = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=10, read_timeout=60)
    keep_loopback_direct()
    with aws_errors(url):
        s3 = boto3.session.Session().client("s3", config=patient, endpoint_url=_elsewhere() or None)
        yield encrypted(s3), bucket, prefix
