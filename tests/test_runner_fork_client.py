"""The runner's side of the fork server: where there is one, what it is told, and how a kernel of it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bespoke.paths import CHECKOUT
from bespoke.runner.kernels import fork_client, runtime_dir
from bespoke.runner.kernels.fork_client import (
    AT_ONCE,
    ForkedKernel,
    ForkServer,
    available,
    request,
    surroundings,
)


@pytest.mark.parametrize(
    ("platform", "plain", "sockets", "there"),
    [
        ("linux", "", True, True),
        ("darwin", "", True, False),
        ("win32", "", True, False),
        ("linux", "1", True, False),
        ("linux", "", False, False),  # the path is too long for a socket
    ],
)
def test_kernels_are_forked_where_the_platform_survives_it_and_nobody_objects(
    monkeypatch: pytest.MonkeyPatch, platform: str, plain: str, sockets: bool, there: bool
) -> None:
    monkeypatch.setattr(fork_client.sys, "platform", platform)
    monkeypatch.setenv("BESPOKE_PLAIN_KERNELS", plain)
    monkeypatch.setattr(runtime_dir, "holds_sockets", lambda: sockets)
    assert available() is there


@pytest.mark.parametrize("given", ["", "/elsewhere"])
def test_a_process_of_notebooks_has_one_thread_our_modules_first_and_none_of_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("PYTHONPATH", given)
    found = surroundings()
    assert {found[f"{name}_NUM_THREADS"] for name in ("OPENBLAS", "OMP", "MKL")} == {"1"}
    assert found["PYTHONPATH"].split(os.pathsep) == [str(CHECKOUT), *([given] if given else [])]
    assert found["PYTHONSAFEPATH"] == "1"
    # what is given back below a quarter of a gigabyte stays with the process
    assert {found[f"MALLOC_{name}_THRESHOLD_"] for name in ("MMAP", "TRIM")} == {"268435456"}


@pytest.mark.parametrize(("given", "at_once"), [({}, False), ({AT_ONCE: "1"}, True), ({AT_ONCE: "0"}, False)])
def test_a_kernel_is_asked_for_in_one_line(given: dict[str, str], at_once: bool) -> None:
    asked = request(["python", "-m", "x"], "/there", given)
    assert asked.endswith(b"\n")
    assert asked.count(b"\n") == 1
    assert json.loads(asked) == {
        "argv": ["python", "-m", "x"],
        "cwd": "/there",
        "env": given,
        "at_once": at_once,
    }


# -- a kernel -------------------------------------------------------------------------------------------------------


PID = 7
Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """A kernel's end of the connection, and the fork server's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_kernel_runs_until_its_status_has_come_in_a_whole_line(ends: Ends) -> None:
    ours, server = ends
    kernel = ForkedKernel(ours, PID, b"")
    assert kernel.poll() is None
    server.sendall(b'{"status"')
    assert kernel.wait(0.01) is None
    server.sendall(b": 3}\n")
    assert (kernel.wait(), kernel.poll()) == (3, 3)
    assert ours.fileno() == -1  # closed


def test_a_status_that_came_with_the_answer_is_not_waited_for(ends: Ends) -> None:
    assert ForkedKernel(ends[0], PID, b'{"status": 0}\n').poll() == 0


def test_a_kernel_has_been_killed_where_the_fork_server_has_gone(ends: Ends) -> None:
    ours, server = ends
    server.close()
    assert ForkedKernel(ours, PID, b'{"stat').wait(5) == -signal.SIGKILL


def test_only_a_kernel_that_runs_is_sent_a_signal(monkeypatch: pytest.MonkeyPatch, ends: Ends) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(fork_client.os, "kill", lambda pid, number: sent.append((pid, number)))
    ours, server = ends
    kernel = ForkedKernel(ours, PID, b"")
    kernel.terminate()
    kernel.kill()
    server.sendall(b'{"status": 0}\n')
    kernel.kill()
    assert sent == [(PID, signal.SIGTERM), (PID, signal.SIGKILL)]


def test_a_kernel_that_has_ended_unnoticed_is_no_error(monkeypatch: pytest.MonkeyPatch, ends: Ends) -> None:
    def gone(pid: int, number: int) -> None:
        raise ProcessLookupError

    monkeypatch.setattr(fork_client.os, "kill", gone)
    ForkedKernel(ends[0], PID, b"").kill()


# -- the server -----------------------------------------------------------------------------------------------------


class Process:
    """A process whose standard input is a pipe that is read here; `ended` is how it has ended."""

    def __init__(self, command: list[str] | None = None, **how: Any) -> None:
        self.command, self.how, self.ended = command, how, None
        self._read, write = os.pipe()
        self.stdin = os.fdopen(write, "wb")
        self.killed, self.waited = False, False

    def close(self) -> None:
        self.stdin.close()
        os.close(self._read)

    def heard(self) -> list[Any]:
        os.set_blocking(self._read, False)
        try:
            return [json.loads(line) for line in os.read(self._read, 1 << 16).splitlines()]
        except BlockingIOError:
            return []

    def poll(self) -> int | None:
        return self.ended

    def kill(self) -> None:
        self.killed = True

    def wait(self, timeout: float) -> None:
        self.waited = True


at_exit: list[object] = []
HERE = Path()  # a short name: that of a socket has its bounds


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Process]]:
    """The processes that were started, in a folder of their own."""
    found: list[Process] = []

    def start(command: list[str], **how: Any) -> Process:
        with socket.socket(socket.AF_UNIX) as early:  # before the server is warm
            early.connect("fork-server")
        assert os.get_inheritable(int(command[4]))
        found.append(Process(command, **how))
        return found[-1]

    monkeypatch.setattr(fork_client.subprocess, "Popen", start)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runtime_dir, "folder", lambda: HERE)
    monkeypatch.setattr(fork_client.atexit, "register", at_exit.append)
    monkeypatch.delenv("BESPOKE_DEBUG", raising=False)
    at_exit.clear()
    yield found
    for one in found:
        one.close()


EXPECTED = {"stems": ["01"], "extras": ["drawing"]}


def test_it_is_started_once_and_told_what_will_run(started: list[Process]) -> None:
    server = ForkServer()
    server.expect(["01"], ["drawing"])
    assert started == []
    server.start()
    server.start()
    (one,) = started
    assert one.command is not None
    assert one.command[1:4] == ["-m", "bespoke.runner.kernels.fork_server", "."]
    assert int(one.command[4]) in one.how["pass_fds"]
    assert one.how["env"].items() >= surroundings().items()
    assert one.how["stderr"] == fork_client.subprocess.DEVNULL
    assert one.how["process_group"] == 0  # one of its own, in our session
    assert at_exit == [server.call_off]
    assert one.heard() == [EXPECTED]
    server.expect(["02"])
    assert one.heard() == [{"stems": ["02"], "extras": []}]
    one.ended = 1
    server.start()
    assert len(started) == 2


def test_one_that_is_stopped_comes_again_when_it_is_wanted_but_not_after_an_interrupt(
    started: list[Process],
) -> None:
    server = ForkServer()
    server.start()
    server.stop()
    assert (started[0].stdin.closed, started[0].waited) == (True, True)
    server.revive()
    assert len(started) == 2
    server.close()
    server.revive()
    assert len(started) == 2
    server.start()  # another run
    server.revive()
    assert len(started) == 3
    server.stop()
    server.stop()  # there is none any more


def test_at_the_end_of_the_program_it_is_ended_at_once(started: list[Process]) -> None:
    server = ForkServer()
    server.call_off()
    server.start()
    server.call_off()
    assert (started[0].killed, started[0].waited) == (True, True)


def test_a_child_passes_on_what_it_expects_and_never_ends_the_server(started: list[Process]) -> None:
    server, passed = ForkServer(), list[str]()
    server.start()
    server.disown(passed.append)
    server.expect(["01"], ["drawing"])
    assert [json.loads(one) for one in passed] == [EXPECTED]
    server.start()
    server.call_off()
    server.stop()
    (one,) = started
    assert (one.stdin.closed, one.killed, one.waited) == (True, False, False)
    assert one.heard() == []


def test_a_kernel_of_a_child_is_asked_for_at_the_servers_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runtime_dir, "folder", lambda: HERE)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("fork-server")
        listener.listen()
        with ForkServer().connect() as connection:
            connection.sendall(b"x")
            other, _ = listener.accept()
            assert other.recv(1) == b"x"
            other.close()
