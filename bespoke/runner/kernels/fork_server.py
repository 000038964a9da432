"""A process that has imported the libraries once and forks a kernel on request. Linux only.

It listens on a socket it was given. One connection is one kernel: a JSON line `{"argv", "env", "cwd", "at_once"}`
comes in, `{"pid"}` goes out when the kernel listens, `{"status"}` when it has ended. A connection that closes ends its
kernel. Standard input says, in a JSON line `{"stems", "extras"}`, which notebooks will run, so that more is got ready
for them; its end ends everything, so that nothing outlives a runner that was killed. It is
single-threaded by design: forking a process with running threads is unsafe, so nothing here may start one
before the fork.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from bespoke.runner.kernels import preload

PR_SET_PDEATHSIG = 1
Connections = dict[socket.socket, "int | bytes"]  # a kernel's process id, or what came of its request so far


def serve(listener: socket.socket) -> None:
    """Answer requests until standard input closes; then end every kernel that is left.

    While nobody asks for anything, the warm-up is gone on with. Who can wait gets a kernel once it is over.
    """
    awake, waker = os.pipe()
    os.set_blocking(awake, False)
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the runner
    connections: Connections = {}
    chores: Iterator[bool] = iter(())
    busy = True
    while True:
        waited: list[Any] = [0, awake, listener, *connections]
        ready, _, _ = select.select(waited, [], [], 0 if busy else None)
        if not ready:
            busy = next(chores, False)
        if 0 in ready:
            told = os.read(0, 1 << 16)
            if not told:
                break
            chores, busy = preload.steps(**json.loads(told.splitlines()[-1])), True
        if awake in ready:
            os.read(awake, 512)
            _reap(connections)
        if listener in ready:
            connections[listener.accept()[0]] = b""
        for connection in [c for c in connections if c in ready]:
            _hear(connection, connections)
        for connection, heard in [*connections.items()]:
            request = _request(heard)
            if request and (request["at_once"] or not busy):
                connections[connection] = _fork(
                    request, connection, connections, (listener.fileno(), awake, waker)
                )
    for held in connections.values():
        if isinstance(held, int):
            _kill(held)


def _hear(connection: socket.socket, connections: Connections) -> None:
    """A request, a part of one, or the end of whoever wanted the kernel."""
    heard = connections[connection]
    try:
        data = connection.recv(1 << 16)
    except ConnectionError:
        data = b""
    if not data:
        if isinstance(heard, int):
            _kill(heard)
        del connections[connection]
        connection.close()
    elif isinstance(heard, bytes):
        connections[connection] = heard + data


def _request(heard: int | bytes) -> dict[str, Any] | None:
    """What a kernel is wanted for, once all of it has come."""
    if isinstance(heard, bytes) and heard.endswith(b"\n"):
        found: dict[str, Any] = json.loads(heard)
        return found
    return None


def _fork(
    request: dict[str, Any], connection: socket.socket, connections: Connections, inherited: tuple[int, ...]
) -> int:
    """The process id of the kernel."""
    others = [c for c in connections if c is not connection]
    gc.freeze()  # children share these pages instead of copying them at the first collection
    pid = os.fork()
    if pid == 0:
        _become_kernel(request, connection, others, inherited)
    return pid


def _reap(connections: Connections) -> None:
    """Tell of every kernel that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        for connection in [c for c, held in connections.items() if held == pid]:
            with suppress(OSError):
                _say(connection, {"status": os.waitstatus_to_exitcode(status)})
            del connections[connection]
            connection.close()


def _become_kernel(
    request: dict[str, Any],
    connection: socket.socket,
    others: list[socket.socket],
    inherited: tuple[int, ...],
) -> None:
    """In the child: leave the fork server's channels behind and run an ordinary ipykernel."""
    code = 1
    try:
        os.setpgid(0, 0)  # an interrupt of one kernel reaches no other; one session, in which niceness counts
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in others:
            other.close()
        for descriptor in inherited:
            os.close(descriptor)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        from ipykernel.kernelapp import IPKernelApp

        sys.argv = ["ipykernel", *request["argv"]]
        kernel = IPKernelApp.instance()
        kernel.initialize(request["argv"])
        _say(connection, {"pid": os.getpid()})
        connection.close()
        kernel.start()
        code = 0
    finally:
        os._exit(code)


def _kill(pid: int) -> None:
    """The kernel and whatever it started."""
    for end in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)


def _say(connection: socket.socket, message: dict[str, Any]) -> None:
    connection.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    workplace, descriptor = sys.argv[1:]
    try:
        preload.prepare()
        serve(socket.socket(fileno=int(descriptor)))
    finally:
        shutil.rmtree(workplace, ignore_errors=True)  # the runner may have been killed
    os._exit(0)  # to take a thousand modules apart takes longer than to end
