"""The runner's side of the fork server: starts it, and asks it for kernels. Cheap to import."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from bespoke.paths import CHECKOUT
from bespoke.runner.kernels import runtime_dir

SINGLE_THREADED = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1",
}  # fmt: skip
AT_ONCE = "BESPOKE_AT_ONCE"  # environment variable of a kernel that need not come with everything imported
# Memory that was given back is asked for again, page by page: arrays of a few hundred kB come and go by the thousand.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**28), "MALLOC_TRIM_THRESHOLD_": str(2**28)}


def available() -> bool:
    """Linux only: macOS frameworks do not survive a fork, Windows has none."""
    return (
        sys.platform == "linux"
        and not os.environ.get("BESPOKE_PLAIN_KERNELS")
        and runtime_dir.holds_sockets()
    )


def surroundings() -> dict[str, str]:
    """For processes that run notebooks: one thread, and modules from where ours are, never from the current folder."""
    paths = [str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return {**SINGLE_THREADED, **KEEP_MEMORY, "PYTHONPATH": os.pathsep.join(paths), "PYTHONSAFEPATH": "1"}


class ForkServer:
    """The warmed process. It ends with the process that started it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ours = True
        self._is_closed = False
        self._expected = b""
        self._pass_on: Callable[[str], object] | None = None

    def start(self) -> None:
        """Begin warming up; returns at once. Where it runs already, nothing is done."""
        self._is_closed = False
        if not self._is_ours or (self._process is not None and self._process.poll() is None):
            return
        self._address().unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self._address()))
            listener.listen(64)  # whoever connects before the warm-up is over waits
            os.set_inheritable(listener.fileno(), True)
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "bespoke.runner.kernels.fork_server",
                    str(runtime_dir.folder()), str(listener.fileno()),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("BESPOKE_DEBUG") else subprocess.DEVNULL,
                env={**os.environ, **surroundings()},
                pass_fds=(listener.fileno(),),
                process_group=0,  # not a session of its own: niceness counts within one
            )  # fmt: skip
        atexit.register(self.call_off)
        self._tell()

    def revive(self) -> None:
        """Start it where it has ended by itself, but not after an interrupt: no kernel is begun any more then."""
        if not self._is_closed:
            self.start()

    def expect(self, stems: Iterable[str], extras: Iterable[str] = ()) -> None:
        """Say which notebooks will run. `extras` as in `warm.steps`."""
        expected = json.dumps({"stems": [*stems], "extras": [*extras]})
        if self._pass_on is not None:
            self._pass_on(expected)
        self.hear(expected)

    def hear(self, expected: str) -> None:
        """What a child that disowned the fork server expects of it."""
        self._expected = expected.encode() + b"\n"
        self._tell()

    def _tell(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):  # it has ended, and starts anew with the first kernel asked for
                os.write(self._process.stdin.fileno(), self._expected)

    def connect(self) -> socket.socket:
        """A connection for one kernel; works in a child of the process that started the fork server as well."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self._address()))
        return connection

    def disown(self, pass_on: Callable[[str], object] | None = None) -> None:
        """In a forked child: the fork server is the parent's to end, which is told by `pass_on` what is expected."""
        self._pass_on = pass_on
        process, self._process, self._is_ours = self._process, None, False
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.returncode = 0  # not ours to wait for

    def stop(self) -> None:
        """End the process and every kernel it still has."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait(timeout=10)

    def close(self) -> None:
        """Stop it after an interrupt."""
        self._is_closed = True
        self.stop()

    def call_off(self) -> None:
        """End it at once: it need not get ready first where no kernel was asked for."""
        if self._process is not None and self._is_ours:
            self._process.kill()
            self.stop()

    def _address(self) -> Any:
        return runtime_dir.folder() / "fork-server"


FORK_SERVER = ForkServer()


class ForkedKernel:
    """A forked kernel with the few methods of `subprocess.Popen` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int, heard: bytes) -> None:
        self.pid = pid
        self._connection, self._heard = connection, heard
        self._status: int | None = None

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        return self.wait(0.0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Block until the kernel has ended or the time is over."""
        while self._status is None:
            if self._heard.endswith(b"\n"):
                self._end(int(json.loads(self._heard)["status"]))
            elif not select.select([self._connection], [], [], timeout)[0]:
                return None
            else:
                self._listen()
        return self._status

    def _listen(self) -> None:
        try:
            data = self._connection.recv(4096)
        except OSError:
            data = b""
        if data:
            self._heard += data
        else:
            self._end(-signal.SIGKILL)  # the fork server has gone, and its kernels with it

    def _end(self, status: int) -> None:
        self._status = status
        self._connection.close()

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def request(argv: list[str], cwd: str, env: Mapping[str, str]) -> bytes:
    """What the fork server is asked. A kernel that can wait has every import done, one wanted at once has none."""
    asked = {"argv": argv, "cwd": cwd, "env": dict(env), "at_once": env.get(AT_ONCE) == "1"}
    return json.dumps(asked).encode() + b"\n"
