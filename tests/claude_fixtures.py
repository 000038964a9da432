"""A running server with the environment pointing at it and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.claude_server import KEY, ClaudeServer, Faults, Settings

Serve = Callable[..., ClaudeServer]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Serve]:
    """Starts a server with the given settings; the SDK finds it through the environment."""
    for name in ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE", "ANTHROPIC_CUSTOM_HEADERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path / "no-profiles"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    with ExitStack() as stack:

        def start(answer: Any = None, faults: Faults | None = None, **settings: Any) -> ClaudeServer:
            server = ClaudeServer(Settings(faults=faults or Faults(), **settings), answer)
            stack.enter_context(server)
            monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
            return server

        yield start
