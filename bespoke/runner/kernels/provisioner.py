"""A kernel provisioner that forks kernels from a warmed process, so that imports are paid once per run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from bespoke.runner.kernels.fork_client import FORK_SERVER, ForkedKernel, request

PATIENCE = 120.0  # seconds until a kernel must listen, the warm-up included


class ForkProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts a kernel by forking the fork server; everything else is jupyter_client's local provisioner."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """`cmd` is the kernel's usual command line; its arguments are used, its interpreter is not started."""
        cwd = str(kwargs.get("cwd") or Path.cwd())
        asked = request(cmd[cmd.index("-f") :], cwd, kwargs.get("env") or os.environ)
        self.process = await asyncio.wait_for(_born(asked), PATIENCE)
        self.pid = self.pgid = self.process.pid  # the child leads a process group of its own
        self.cwd = cwd
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and wait until it is gone, which takes a moment and saves a poll."""
        if self.process is not None and self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            await asyncio.to_thread(self.process.wait, 5.0)


async def _born(asked: bytes) -> ForkedKernel:
    """A kernel that listens on its sockets already, so that no connection has to be tried again."""
    FORK_SERVER.revive()
    loop = asyncio.get_running_loop()
    connection = FORK_SERVER.connect()
    connection.setblocking(False)
    heard = b""
    try:
        await loop.sock_sendall(connection, asked)
        while not heard.endswith(b"\n"):
            data = await loop.sock_recv(connection, 4096)
            if not data:
                raise RuntimeError("the kernel process did not start")
            heard += data
    except BaseException:
        connection.close()
        raise
    first, rest = heard.split(b"\n", 1)
    said = json.loads(first)
    if "pid" not in said:
        connection.close()
        raise RuntimeError("the kernel ended before it listened")
    connection.setblocking(True)
    return ForkedKernel(connection, said["pid"], rest)
