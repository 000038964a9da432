"""Runs one notebook through papermill in a kernel of its own, and says in one line where it failed."""

from __future__ import annotations

import logging
import os
import re
import time
import warnings
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from bespoke.errors import BespokeError, printable
from bespoke.results import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

FORK = "bespoke-fork"


@dataclass(frozen=True)
class Seconds:
    """Wall time of one notebook: kernel start and stop, its cells, and saving it."""

    kernel: float
    cells: float
    save: float

    @property
    def total(self) -> float:
        return self.kernel + self.cells + self.save


def use_forked_kernels() -> bool:
    """Start warming a kernel process where the platform allows it; True if it does."""
    from bespoke.runner.fork import AVAILABLE, ZYGOTE

    if AVAILABLE and not os.environ.get("BESPOKE_PLAIN_KERNELS"):
        os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = FORK
        ZYGOTE.start()
        return True
    return False


def execute(
    source: Path, target: Path, parameters: Mapping[str, Any], environment: Mapping[str, str]
) -> Seconds:
    """Run `source` and save the executed notebook as `target`, whole or not at all.

    Raises BespokeError naming notebook and cell when a cell fails; the executed notebook with the error is then
    kept beside `target` as `<stem>.failed.ipynb`. `environment` is added to the kernel's own.
    """
    import papermill

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    target.parent.mkdir(parents=True, exist_ok=True)
    working = target.with_name(f".{target.stem}.running.ipynb")
    failed = target.with_name(f"{target.stem}.failed.ipynb")
    started = time.perf_counter()
    try:
        with _environment(environment):
            papermill.execute_notebook(
                str(source), str(working), parameters=dict(parameters), progress_bar=False,
                kernel_name="python3", autosave_cell_every=0, request_save_on_cell_execute=False,
            )  # fmt: skip
        ran = time.perf_counter()
        book = nbformat.read(working, as_version=4)
        cells = _seconds_in_cells(book)
        write_atomically(target, nbformat.writes(_without_traces(book, source)) + "\n")
        failed.unlink(missing_ok=True)
        return Seconds(ran - started - cells, cells, time.perf_counter() - ran)
    except papermill.PapermillExecutionError as error:
        write_atomically(failed, nbformat.writes(nbformat.read(working, as_version=4)) + "\n")
        raise BespokeError(_message(error), path=source.name, column=f"cell {error.cell_index + 1}") from None
    except OSError as error:
        raise BespokeError(f"cannot run: {error.strerror or error}", path=source.name) from error
    finally:
        working.unlink(missing_ok=True)


def _message(error: Any) -> str:
    """One line: our own errors as they are, others with their type."""
    value = re.sub(r"\x1b\[[0-9;]*m", "", str(error.evalue)).strip()
    lines = value.splitlines() or [""]
    text = lines[0] if len(lines) == 1 else f"{lines[0]} (and {len(lines) - 1} more lines)"
    return printable(text if error.ename == "BespokeError" else f"{error.ename}: {text}")


def _seconds_in_cells(book: nbformat.NotebookNode) -> float:
    return float(sum(c.metadata.get("papermill", {}).get("duration") or 0.0 for c in book.cells))


def _without_traces(book: nbformat.NotebookNode, source: Path) -> nbformat.NotebookNode:
    """Drop what differs from run to run or tells of the machine: times, durations, paths, cell run marks."""
    book.metadata.pop("papermill", None)
    for cell in book.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
    book.metadata["bespoke"] = {"notebook": source.stem}
    return book


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Kernels inherit the environment; paths go this way so that no executed notebook holds one."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
