"""Notes travel encrypted, or to this machine itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bespoke.claude.sending.backend import Forbidden
from bespoke.claude.sending.destination import OPT_IN, refuse_plain_http
from bespoke.errors import BespokeError
from tests.claude_clients import ask, clinic

if TYPE_CHECKING:
    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.anthropic.com",
        "http://localhost:8080/v1",
        "http://LOCALHOST",
        "http://127.0.0.1:9",
        "http://127.9.9.9/",
        "http://[::1]:8080",
    ],
)
def test_encrypted_or_local_is_taken(url: str) -> None:
    refuse_plain_http(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.7:8000",
        "http://api.example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://user:secret@gateway/",
        "http://[fe80::1]/",
        "ftp://gateway",
        "gateway:8000",
    ],
)
def test_the_clear_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Forbidden, match="not encrypted") as caught:
        refuse_plain_http(url)
    assert "secret" not in str(caught.value)
    monkeypatch.setenv(OPT_IN, "1")
    refuse_plain_http(url)


def test_a_run_in_the_clear_stops_before_anything_is_sent(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://gateway.example:8000")
    with pytest.raises(BespokeError) as caught:
        ask(clinic(tmp_path))
    assert str(caught.value).startswith("http://gateway.example is not encrypted")
    assert "\n" not in str(caught.value)
    assert server.bodies == []


def test_a_bedrock_endpoint_in_the_clear_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("boto3")
    from bespoke.claude.retry.retry_policy import RetryPolicy
    from bespoke.claude.sending.bedrock_converse import BedrockConverse

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://gateway.example")
    with pytest.raises(Forbidden, match="not encrypted"):
        BedrockConverse(RetryPolicy())
