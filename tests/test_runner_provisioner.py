"""A kernel is born from the fork server, and gone when it has been ended."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.runner.kernels import provisioner
from bespoke.runner.kernels.provisioner import ForkProvisioner, _born


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Answers the next request with `says`, and keeps it in `asked`; `revived` counts how often it was woken."""
    ours, theirs = socket.socketpair()
    found = SimpleNamespace(says=b"", asked=b"", revived=0)

    def answer() -> None:
        found.asked = theirs.recv(1 << 16)
        if found.says:
            theirs.sendall(found.says)
        else:
            theirs.shutdown(socket.SHUT_RDWR)

    def connect() -> socket.socket:
        Thread(target=answer, daemon=True).start()
        return ours

    def revive() -> None:
        found.revived += 1

    monkeypatch.setattr(provisioner, "FORK_SERVER", SimpleNamespace(revive=revive, connect=connect))
    with ours, theirs:
        yield found


def test_a_kernel_that_listens_has_its_process_and_what_it_said_besides(server: Any) -> None:
    server.says = b'{"pid": 7}\n{"status": 3}\n'
    kernel = asyncio.run(_born(b"asked\n"))
    assert (kernel.pid, kernel.poll()) == (7, 3)
    assert (server.asked, server.revived) == (b"asked\n", 1)


@pytest.mark.parametrize(
    ("says", "why"),
    [(b"", "the kernel process did not start"), (b'{"status": 1}\n', "the kernel ended before it listened")],
)
def test_a_kernel_that_was_not_born_is_said_so(server: Any, says: bytes, why: str) -> None:
    server.says = says
    with pytest.raises(RuntimeError, match=why):
        asyncio.run(_born(b"asked\n"))


@pytest.mark.parametrize(
    ("given", "cwd", "ours"),
    [({"cwd": "/there", "env": {"A": "1"}}, "/there", None), ({}, str(Path.cwd()), "2")],
)
def test_a_kernel_is_asked_for_with_its_arguments_place_and_surroundings(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], cwd: str, ours: str | None
) -> None:
    asked: list[dict[str, Any]] = []

    async def born(request: bytes) -> Any:
        asked.append(json.loads(request))
        return SimpleNamespace(pid=7)

    monkeypatch.setattr(provisioner, "_born", born)
    monkeypatch.setenv("OURS", "2")
    made = ForkProvisioner(kernel_id="k")
    asyncio.run(made.launch_kernel(["python", "-m", "ipykernel", "-f", "x.json", "--quiet"], **given))
    (one,) = asked
    assert (one["argv"], one["cwd"], one["env"].get("OURS")) == (["-f", "x.json", "--quiet"], cwd, ours)
    assert given.get("env", one["env"]) == one["env"]
    assert (made.pid, made.pgid, made.cwd) == (7, 7, cwd)


@pytest.mark.parametrize("state", ["none", "ended", "runs", "ends meanwhile"])
def test_a_kernel_is_ended_with_all_it_started_and_waited_for(
    monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    did: list[tuple[object, ...]] = []

    def killpg(group: int, number: int) -> None:
        did.append(("killpg", group, number))
        if state == "ends meanwhile":
            raise ProcessLookupError

    monkeypatch.setattr(provisioner.os, "killpg", killpg)
    made = ForkProvisioner(kernel_id="k")
    made.pid = 7
    made.process = None if state == "none" else SimpleNamespace(
        poll=lambda: 0 if state == "ended" else None, wait=lambda seconds: did.append(("wait", seconds))
    )  # fmt: skip
    asyncio.run(made.kill())
    assert did == (
        [("killpg", 7, signal.SIGKILL), ("wait", 5.0)] if state in ("runs", "ends meanwhile") else []
    )
