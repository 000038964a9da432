"""How notebooks are run: papermill's engine on kernels without network ports, with no waiting for round seconds.

jupyter_client waits 0.2 s after a kernel is ready and polls ten times a second for its end. Seven notebooks a
client make that several seconds of nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from queue import Empty
from typing import Any
from uuid import uuid4

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from traitlets import Type

from bespoke.priority import lower_priority
from bespoke.runner.kernels import fork_client, runtime_dir
from bespoke.runner.parallel.coordination import Coordination

ENGINE = "bespoke"
START = 120  # seconds a kernel may take to start
QUIET = ("--HistoryManager.enabled=False",)
# A notebook of a client's own: its figures are outputs, and it can import what lies beside it.
AS_IN_JUPYTER = (
    "--InteractiveShellApp.matplotlib=inline",
    "--InteractiveShellApp.exec_lines=import sys; sys.path.insert(0, '')",
)
SOON = 0.005  # seconds between two looks whether a kernel has ended


class NotebookKernelClient(AsyncKernelClient):  # type: ignore[misc]
    """Talks to a kernel over the two channels that running a notebook needs."""

    def start_channels(self, *_: bool, **__: bool) -> None:
        super().start_channels(shell=True, iopub=True, stdin=False, hb=False, control=False)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Until the kernel has answered and its output channel carries messages to us."""
        deadline = time.monotonic() + (timeout or START)
        while not await self._answers():
            if not await self.is_alive():
                raise RuntimeError("the kernel ended before it was ready")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the kernel did not answer within {timeout or START:.0f} s")

    async def _answers(self) -> bool:
        """Ask who is there; True once the answer is in and the output channel has said that it is done."""
        asked = self.kernel_info()
        try:
            reply = await self._message(self.get_shell_msg, asked, 1.0)
            while (await self._message(self.get_iopub_msg, asked, 0.1))["content"].get(
                "execution_state"
            ) != "idle":
                pass
        except Empty:  # not subscribed yet when the kernel spoke: ask again
            return False
        self._handle_kernel_info_reply(reply)
        return True

    async def _message(self, channel: Any, asked: str, seconds: float) -> Any:
        while True:
            message = await channel(timeout=seconds)
            if message["parent_header"].get("msg_id") == asked:
                return message


class NotebookKernelManager(AsyncKernelManager):  # type: ignore[misc]
    """A kernel of this very interpreter, on sockets in the run's private folder where the platform has them."""

    client_class = "bespoke.runner.kernels.engine.NotebookKernelClient"
    client_factory = Type(klass=NotebookKernelClient)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = uuid4().hex[:8]
        self.connection_file = str(runtime_dir.folder() / f"{name}.json")
        if runtime_dir.holds_sockets():
            self.transport, self.ip = "ipc", str(runtime_dir.folder() / name)

    @property
    def kernel_spec(self) -> KernelSpec:
        """Whatever kernels the user has installed under the name `python3`, this one has our packages."""
        # Not `ipykernel_launcher`: it drops the current folder from the path, which may be our own.
        command = [sys.executable, "-m", "ipykernel", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language="python", name="python3")

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        if fork_client.available():
            from bespoke.runner.kernels.provisioner import ForkProvisioner

            self.kernel_id = uuid4().hex
            self.provisioner = ForkProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**kwargs)

    async def _async_wait(self, pollinterval: float = SOON) -> None:
        await super()._async_wait(pollinterval=SOON)


class NotebookEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine with our kernels and an environment for them."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        environment: Mapping[str, str],
        keep: list[Any],
        beside: Coordination,
        folder: str = "",
        **kwargs: Any,
    ) -> Any:
        watched = beside.watched

        def begin(**_: Any) -> None:
            if not beside.urgent:
                lower_priority(client.km.provisioner.pid)

        def look(**_: Any) -> None:
            if watched is not None and watched.has_come():  # it only draws now: the longest chain goes first
                lower_priority(client.km.provisioner.pid)

        keep.append(nb_man.nb)  # for the caller, should a cell fail
        client = PapermillNotebookClient(
            nb_man, kernel_name=kernel_name, kernel_manager_class=NotebookKernelManager, shutdown_kernel="immediate",
            timeout=None, startup_timeout=START, on_notebook_start=begin, on_cell_executed=look,
            extra_arguments=[*QUIET, *(AS_IN_JUPYTER if folder else ("--InteractiveShellApp.ignore_cwd=True",))],
        )  # fmt: skip
        if watched is not None:
            watched.has_begun()
        place = {"cwd": folder} if folder else {}
        return client.execute(env={**environment, fork_client.AT_ONCE: str(int(beside.at_once))}, **place)


papermill_engines.register(ENGINE, NotebookEngine)
