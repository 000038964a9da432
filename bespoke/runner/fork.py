"""A kernel provisioner that forks kernels from a warmed process, so that imports are paid once per run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

SINGLE_THREADED = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1",
}  # fmt: skip
AVAILABLE = sys.platform == "linux"  # macOS frameworks do not survive a fork; Windows has none


class Zygote:
    """The warmed process, started at the first kernel or ahead of it by `start`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._pids: list[int] = []
        self._changed = threading.Condition()
        self.exits: dict[int, int] = {}

    def start(self) -> None:
        """Begin warming up; returns at once."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bespoke.runner.zygote"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **SINGLE_THREADED},
                start_new_session=True,
            )
            threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def fork(self, request: Mapping[str, Any]) -> int:
        """The process id of a new kernel."""
        self.start()
        assert self._process is not None
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            with self._changed:
                self._changed.wait_for(lambda: self._pids or self._ended(), timeout=60)
                if not self._pids:
                    raise RuntimeError("the kernel process did not start")
                return self._pids.pop(0)

    def wait(self, pid: int, timeout: float | None) -> int:
        """Block until the kernel has ended; its exit status. Raises subprocess.TimeoutExpired."""
        with self._changed:
            if not self._changed.wait_for(lambda: pid in self.exits or self._ended(), timeout):
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            return self.exits.get(pid, -signal.SIGKILL)

    def stop(self) -> None:
        """End the process and every kernel it still has."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait(timeout=10)
            assert process.stdout is not None
            process.stdout.close()

    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                message = json.loads(line)
                with self._changed:
                    if "pid" in message:
                        self._pids.append(message["pid"])
                    elif "exited" in message:
                        self.exits[message["exited"]] = message["status"]
                    self._changed.notify_all()
        except ValueError:
            pass  # the pipe was closed by `stop`
        with self._changed:
            self._changed.notify_all()


ZYGOTE = Zygote()


class ForkedKernel:
    """A forked kernel with the few methods of `subprocess.Popen` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        return ZYGOTE.exits.get(self.pid)

    def wait(self, timeout: float | None = None) -> int:
        return ZYGOTE.wait(self.pid, timeout)

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class ForkProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts a kernel by forking the zygote; everything else is jupyter_client's local provisioner."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """`cmd` is the kernel's usual command line; its arguments are used, its interpreter is not started."""
        request = {
            "argv": cmd[cmd.index("-f") :],
            "cwd": str(kwargs.get("cwd") or Path.cwd()),
            "env": {**kwargs.get("env", os.environ), **SINGLE_THREADED},
        }
        self.process = ForkedKernel(await asyncio.to_thread(ZYGOTE.fork, request))
        self.pid = self.pgid = self.process.pid  # the child leads a process group of its own
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info
