"""How a notebook's kernel is started, awaited and told how much it may hurry, without one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.runner.kernels import engine, fork_client, runtime_dir
from bespoke.runner.kernels.engine import NotebookEngine, NotebookKernelClient, NotebookKernelManager
from bespoke.runner.parallel.coordination import Coordination


@pytest.mark.parametrize("sockets", [True, False])
def test_a_kernel_has_no_network_port_where_the_folder_of_the_run_holds_sockets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sockets: bool
) -> None:
    monkeypatch.setattr(runtime_dir, "holds_sockets", lambda: sockets)
    monkeypatch.setattr(runtime_dir, "folder", lambda: tmp_path)
    made = NotebookKernelManager()
    assert Path(made.connection_file).parent == tmp_path
    assert (made.transport == "ipc", Path(made.ip).parent == tmp_path) == (sockets, sockets)
    other = NotebookKernelManager()
    assert made.connection_file != other.connection_file
    assert made.kernel_spec.argv == [sys.executable, "-m", "ipykernel", "-f", "{connection_file}"]


# -- an answer of the kernel ----------------------------------------------------------------------------------------


def reply(asked: str, **content: str) -> dict[str, Any]:
    return {"parent_header": {"msg_id": asked}, "content": content}


class Client(NotebookKernelClient):
    """Hears what it is given: on the shell channel, and on the output channel."""

    def hear(self, shell: list[Any], output: list[Any], alive: bool = True) -> None:
        self.heard: list[Any] = []

        def channel(messages: list[Any]) -> Callable[..., Any]:
            async def get(timeout: float) -> Any:
                if not messages:
                    raise Empty
                return messages.pop(0)

            return get

        async def is_alive() -> bool:
            return alive

        for name, value in (
            ("get_shell_msg", channel(shell)), ("get_iopub_msg", channel(output)), ("is_alive", is_alive),
            ("kernel_info", lambda: "me"), ("_handle_kernel_info_reply", self.heard.append),
        ):  # fmt: skip
            object.__setattr__(self, name, value)


IDLE, BUSY = reply("me", execution_state="idle"), reply("me", execution_state="busy")


@pytest.mark.parametrize(
    ("shell", "output", "ready"),
    [
        ([reply("me")], [BUSY, IDLE], True),
        ([reply("another"), reply("me")], [reply("another", execution_state="idle"), IDLE], True),
        ([], [IDLE], False),
        ([reply("me")], [BUSY], False),  # not done yet, or nobody listened
        ([reply("me")], [reply("another", execution_state="idle")], False),
    ],
)
def test_a_kernel_is_ready_when_it_answered_and_its_outputs_reach_us(
    shell: list[Any], output: list[Any], ready: bool
) -> None:
    client = Client()
    client.hear([*shell], [*output])
    assert asyncio.run(client._answers()) is ready
    assert client.heard == [reply("me")] * ready


def test_a_kernel_that_ended_or_never_answers_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    client.hear([], [], alive=False)
    with pytest.raises(RuntimeError, match="the kernel ended before it was ready"):
        asyncio.run(client.wait_for_ready(5))
    client.hear([], [])
    times = iter([0.0, 4.9, 5.1])
    monkeypatch.setattr(engine, "time", SimpleNamespace(monotonic=lambda: next(times)))
    with pytest.raises(RuntimeError, match="the kernel did not answer within 5 s"):
        asyncio.run(client.wait_for_ready(5))


# -- a notebook -----------------------------------------------------------------------------------------------------


class Watched:
    def __init__(self, *come: bool) -> None:
        self.come, self.begun = [*come], 0

    def has_begun(self) -> None:
        self.begun += 1

    def has_come(self) -> bool:
        return self.come.pop(0)


def executed(
    monkeypatch: pytest.MonkeyPatch, beside: Coordination, folder: str = ""
) -> tuple[dict[str, Any], dict[str, Any], list[int]]:
    """How papermill's client is made, how it is run, and after how many cells the kernel's priority was lowered."""
    made: dict[str, Any] = {}
    ran: dict[str, Any] = {}
    cells, lowered, kept = 0, list[int](), list[Any]()

    class Papermill:
        km = SimpleNamespace(provisioner=SimpleNamespace(pid=7))

        def __init__(self, nb_man: Any, **how: Any) -> None:
            made.update(how)

        def execute(self, **how: Any) -> str:
            nonlocal cells
            ran.update(how)
            made["on_notebook_start"]()
            for _ in range(2):
                cells += 1
                made["on_cell_executed"]()
            return "executed"

    def lower(pid: int) -> None:
        assert pid == 7
        lowered.append(cells)

    monkeypatch.setattr(engine, "PapermillNotebookClient", Papermill)
    monkeypatch.setattr(engine, "lower_priority", lower)
    manager: Any = SimpleNamespace(nb="book")
    found = NotebookEngine.execute_managed_notebook(manager, "python3", {"HERE": "x"}, kept, beside, folder)
    assert (found, kept) == ("executed", ["book"])  # what is run so far, should a cell fail
    return made, ran, lowered


def test_a_chapter_runs_on_our_kernels_and_imports_nothing_from_the_current_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, ran, lowered = executed(monkeypatch, Coordination())
    assert made["kernel_manager_class"] is NotebookKernelManager
    assert made["extra_arguments"] == [
        "--HistoryManager.enabled=False", "--InteractiveShellApp.ignore_cwd=True"
    ]  # fmt: skip
    assert (made["timeout"], made["startup_timeout"], made["shutdown_kernel"]) == (
        None,
        engine.START,
        "immediate",
    )
    assert ran == {"env": {"HERE": "x", fork_client.AT_ONCE: "1"}}
    assert lowered == []


def test_a_notebook_of_the_clients_own_runs_where_it_lies_as_in_jupyter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, ran, _ = executed(monkeypatch, Coordination(at_once=False), "/there")
    assert made["extra_arguments"][1:] == [*engine.AS_IN_JUPYTER]
    assert ran == {"env": {"HERE": "x", fork_client.AT_ONCE: "0"}, "cwd": "/there"}


@pytest.mark.parametrize(
    ("urgent", "come", "lowered"),
    [
        (True, (False, False), []),
        (True, (False, True), [2]),
        (True, (True, False), [1]),
        (False, (False, False), [0]),
    ],
)
def test_one_leaves_the_processor_to_others_from_its_result_on_or_from_the_start(
    monkeypatch: pytest.MonkeyPatch, urgent: bool, come: tuple[bool, ...], lowered: list[int]
) -> None:
    watched: Any = Watched(*come)
    assert executed(monkeypatch, Coordination(urgent=urgent, watched=watched))[2] == lowered
    assert watched.begun == 1
