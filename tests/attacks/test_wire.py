"""Whoever sits on the network between here and a provider, a bucket or a cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bespoke.claude.sending.backend import Forbidden
from bespoke.claude.sending.destination import keep_loopback_direct, refuse_plain_http
from bespoke.errors import BespokeError
from bespoke.explore.localpage import options
from bespoke.runner.remote import dask_cluster
from bespoke.runner.remote import s3 as shared

boto3 = pytest.importorskip("boto3")
botocore = pytest.importorskip("botocore")
moto = pytest.importorskip("moto")


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    shared._account.cache_clear()


@pytest.fixture
def bucket(keys: None) -> Iterator[Any]:
    with moto.mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="house")
        yield s3


@pytest.mark.parametrize(
    "url",
    ["http://gateway.example", "http://10.0.0.5:8000", "http://localhost.evil.example", "http://127.0.0.1.evil.example",
     "ftp://example.com", "http://0.0.0.0:80"],
)  # fmt: skip
def test_a_plain_endpoint_is_refused(url: str) -> None:
    """An address would carry texts in the clear."""
    with pytest.raises(Forbidden, match="not encrypted"):
        refuse_plain_http(url)


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "BOTO3_ENDPOINT_URL"])
def test_a_plain_bucket_is_refused(
    keys: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    """The environment sends the reports' bucket over plain http."""
    monkeypatch.setenv(variable, "http://storage.example")
    with pytest.raises(BespokeError, match=r"http://storage\.example is not encrypted"):
        shared.fetch("s3://house/reports", tmp_path)


def test_a_plain_tuning_endpoint_is_refused(keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment sends customisation jobs over plain http."""
    from bespoke.tuning.jobs import aws

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://gateway.example")
    with pytest.raises(BespokeError, match="not encrypted"):
        aws.connect("us-east-1")


def test_what_is_for_this_machine_goes_by_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the network is told what was meant for a server on this machine."""
    import anthropic
    import httpx2

    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    monkeypatch.delenv("no_proxy", raising=False)
    keep_loopback_direct()
    assert os.environ["NO_PROXY"] == "intranet.example,localhost,127.0.0.1,::1"
    made = anthropic.DefaultAsyncHttpxClient()
    for url in ("http://127.0.0.1:8000/v1", "http://localhost:8000/v1"):
        assert "Proxy" not in type(made._transport_for_url(httpx2.URL(url))._pool).__name__
    other = made._transport_for_url(httpx2.URL("http://api.example/v1"))
    assert "Proxy" in type(other._pool).__name__  # type: ignore[attr-defined]


def test_every_put_is_encrypted_and_names_its_owner(bucket: Any, tmp_path: Path) -> None:
    """A bucket without encryption, or of another account, takes a report."""
    seen: list[dict[str, Any]] = []
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    original = botocore.client.BaseClient._make_api_call

    def watched(self: Any, name: str, arguments: dict[str, Any]) -> Any:
        if self.meta.service_model.service_name == "s3":
            seen.append({"call": name, **arguments})
        return original(self, name, arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", watched)
        shared.deliver(tmp_path, "s3://house/reports/acme", {"old.pdf": "x"})
        shared.put(b"x", "s3://house/reports", "index.html")
        shared.listing("s3://house/reports")
    assert {call["ExpectedBucketOwner"] for call in seen} == {"123456789012"}
    puts = [call for call in seen if call["call"] == "PutObject"]
    assert {call["ServerSideEncryption"] for call in puts} == {"AES256"}
    assert len(puts) == 2


def test_the_account_that_must_own_the_bucket_can_be_named(
    bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has made a bucket of the name after the house gave it up: S3 is told whose it must be."""
    monkeypatch.setenv(shared.OWNER, "999999999999")
    assert shared._owned() == {"ExpectedBucketOwner": "999999999999"}
    monkeypatch.delenv(shared.OWNER)
    assert shared._owned() == {"ExpectedBucketOwner": "123456789012"}  # the caller's own account


@pytest.mark.parametrize("address", ["tcp://10.0.0.5:8786", "10.0.0.5:8786", "tcp://scheduler.example:8786"])
def test_a_cluster_in_the_clear_is_refused(address: str) -> None:
    """The cluster's scheduler is reached unencrypted."""
    with pytest.raises(BespokeError, match="is not encrypted: use tls://"):
        dask_cluster._connect(address)


@pytest.mark.parametrize(
    "address", ["tls://10.0.0.5:8786", "tcp://127.0.0.1:8786", "tcp://[::1]:8786", "localhost:1"]
)
def test_an_encrypted_cluster_or_one_on_this_machine_is_taken(address: str) -> None:
    """Not an attack: TLS, and a scheduler on this machine."""
    found = dask_cluster.ADDRESS.fullmatch(address)
    assert found is not None
    dask_cluster._refuse_plain(address, found[2].strip("[]"))


def test_in_words_a_plain_cluster_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an attack: somebody says that the network between is their own."""
    monkeypatch.setenv(dask_cluster.PLAIN_TCP, "1")
    dask_cluster._refuse_plain("tcp://10.0.0.5:8786", "10.0.0.5")


def test_no_dump_of_a_core_holds_texts() -> None:
    """A crash leaves an image of our memory."""
    source = (
        "import resource, os; from bespoke.saving import be_private; be_private();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(0, 0) 0o77"


@pytest.mark.skipif(os.name != "posix", reason="sockets in folders are those of POSIX")
def test_kernels_of_the_explore_page_speak_over_sockets() -> None:
    """Another user of the machine connects to a port of a kernel that `bespoke explore` started."""
    from jupyter_client.manager import KernelManager
    from traitlets.config.loader import KVArgParseConfigLoader

    given = [option for option in options(8866, "token") if "." in option.partition("=")[0]]
    loaded = KVArgParseConfigLoader(given, classes=[KernelManager]).load_config()
    assert KernelManager(config=loaded).transport == "ipc"
