"""Vertex and Foundry over the wire of their own SDK clients, against a local server in their place.

Neither cloud itself was asked: that their hosts take what is sent here, and google-auth's own log-in, is not shown.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anthropic
import pytest

from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.anthropic_messages import FoundryMessages, VertexMessages
from bespoke.claude.sending.backend import Forbidden
from bespoke.errors import BespokeError
from tests.claude_clients import QUICK, ask, clinic
from tests.claude_server import KEY, VERSION, ClaudeServer, Faults, Settings

VERTEX = re.compile(r"/v1/projects/(\w+)/locations/(\w+)/publishers/anthropic/models/([\w-]+):rawPredict")


class CloudServer(ClaudeServer):
    """Takes the paths of both clouds; on Vertex the model stands in the path and the version in the body."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.paths: list[str] = []

    async def _respond(
        self, method: str, path: str, headers: dict[str, str], raw: bytes, writer: Any
    ) -> bool:
        self.paths.append(path)
        if found := VERTEX.fullmatch(path):
            body = json.loads(raw)
            assert body.pop("anthropic_version") == VERSION
            counts = found[3] == "count-tokens"
            assert ("model" in body) is counts, "the path names the model, but where tokens are counted"
            path = "/v1/messages/count_tokens" if counts else "/v1/messages"
            raw = json.dumps({"model": found[3], **body}).encode()
            headers = {**headers, "anthropic-version": VERSION}
        return await super()._respond(method, path.removeprefix("/anthropic"), headers, raw, writer)


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudServer]:
    """A server that is told to answer 529 now and then, and the environment that names it."""
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with CloudServer(Settings(seed=3, faults=Faults(overloaded=0.2))) as server:
        monkeypatch.setenv("CLOUD_ML_REGION", "eu")
        monkeypatch.setenv("ANTHROPIC_VERTEX_PROJECT_ID", "acme")
        monkeypatch.setenv("ANTHROPIC_VERTEX_BASE_URL", f"{server.url}/v1")
        monkeypatch.setenv("ANTHROPIC_FOUNDRY_BASE_URL", f"{server.url}/anthropic/")
        monkeypatch.setenv("ANTHROPIC_FOUNDRY_API_KEY", KEY)
        yield server


def test_vertex_is_asked_with_the_model_in_the_path(
    clouds: CloudServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = partial(anthropic.AsyncAnthropicVertex, access_token=KEY)
    monkeypatch.setattr(VertexMessages, "client", staticmethod(token))
    (found,) = ask(clinic(tmp_path, 6), backend="vertex").strategies
    assert (found.outcomes, clouds.account()["billed"]) == ({"answered": 6}, 6)
    asked = "/v1/projects/acme/locations/eu/publishers/anthropic/models/claude-haiku-4-5:rawPredict"
    assert asked in clouds.paths
    assert any("count-tokens" in path for path in clouds.paths), "the quote counts there too"
    assert clouds.statuses["overloaded"], "and a 529 is tried again"


def test_foundry_is_asked_with_its_own_key_alone(
    clouds: CloudServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-another-place")
    (found,) = ask(clinic(tmp_path, 6), backend="foundry").strategies
    assert (found.outcomes, clouds.account()["billed"]) == ({"answered": 6}, 6)
    assert "/anthropic/v1/messages" in clouds.paths
    assert all("sk-of-another-place" not in str(headers) for headers in clouds.headers)


@pytest.mark.parametrize("backend", ["vertex", "foundry"])
def test_batches_are_refused_before_anything_is_sent(
    clouds: CloudServer, tmp_path: Path, backend: str
) -> None:
    with pytest.raises(BespokeError, match=f"cannot be asked in batches through {backend}"):
        ask(clinic(tmp_path, 2), backend=backend, batch=True)
    assert clouds.paths == []


def test_vertex_without_google_auth_says_so_in_one_line(
    clouds: CloudServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "google.auth", None)
    with pytest.raises(BespokeError) as caught:
        ask(clinic(tmp_path, 2), backend="vertex")
    assert "install google-auth" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "ANTHROPIC_API_KEY" not in str(caught.value)
    assert clouds.paths == []


def test_a_token_that_google_does_not_give_is_no_traceback(
    clouds: CloudServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK raises RuntimeError where google-auth finds no token."""

    async def none(self: object) -> str:
        raise RuntimeError("Could not resolve API token from the environment")

    monkeypatch.setattr(anthropic.AsyncAnthropicVertex, "_ensure_access_token", none)

    async def send() -> None:
        backend = VertexMessages(RetryPolicy(connections=1))
        try:
            await backend.send({"model": "m", "max_tokens": 1, "messages": [], "system": []})
        finally:
            await backend.close()

    with pytest.raises(Forbidden, match="Could not resolve API token"):
        asyncio.run(send())


def test_a_cloud_in_the_clear_is_refused(clouds: CloudServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_FOUNDRY_BASE_URL", "http://gateway.example/anthropic/")
    with pytest.raises(Forbidden, match="not encrypted"):
        FoundryMessages(QUICK)
