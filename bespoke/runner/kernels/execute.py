"""Runs one notebook through papermill in a kernel of its own, and says in one line where it failed."""

from __future__ import annotations

import logging
import os
import re
import time
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError, printable
from bespoke.paths import without_folders
from bespoke.runner.kernels import fork_client, runtime_dir
from bespoke.runner.kernels.lazy_imports import import_papermill
from bespoke.runner.parallel.coordination import Coordination
from bespoke.saving import write_atomically

SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|^AWS_|^AZURE_|^GOOGLE_", re.IGNORECASE)
ALONE = Coordination()


@dataclass(frozen=True)
class Seconds:
    """Wall time of one notebook: its kernel's start and end, imports and client folder, its other cells, saving."""

    kernel: float
    imports: float
    cells: float
    save: float

    @property
    def total(self) -> float:
        return self.kernel + self.imports + self.cells + self.save

    def rounded(self) -> dict[str, float]:
        return {name: round(value, 3) for name, value in asdict(self).items()}


def execute(
    source: Path,
    target: Path,
    parameters: Mapping[str, Any],
    environment: Mapping[str, str],
    beside: Coordination = ALONE,
    folder: Path | None = None,
) -> Seconds:
    """Run `source` and save the executed notebook as `target`, whole or not at all.

    Raises BespokeError naming notebook and cell when a cell fails; the executed notebook with the error is then
    kept beside `target` as `<stem>.failed.ipynb`. Paths go by `environment`, which is added to the kernel's own,
    so that no executed notebook holds one. `folder` is what the kernel takes relative paths from.
    """
    import_papermill()
    import nbformat
    import papermill

    from bespoke.runner.kernels.engine import ENGINE

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    failed = target.with_name(f"{target.stem}.failed.ipynb")
    shown = "/".join(filter(None, (str(parameters.get("client", "")), source.name)))
    started = time.perf_counter()
    ran: list[Any] = []
    try:
        book = papermill.execute_notebook(
            str(source.resolve()), None, parameters=dict(parameters), progress_bar=False,
            kernel_name="python3", language="python",
            engine_name=ENGINE, autosave_cell_every=0, request_save_on_cell_execute=False,
            environment={**_inherited(), **environment}, keep=ran, beside=beside,
            folder=str(folder.resolve()) if folder else "",
        )  # fmt: skip
    except papermill.PapermillExecutionError as error:
        write_atomically(failed, nbformat.writes(_without_traces(ran[0], source)) + "\n")
        raise BespokeError(_message(error), path=shown, column=f"cell {error.cell_index + 1}") from None
    except OSError as error:
        raise BespokeError(f"cannot run: {error.strerror or error}", path=shown) from error
    except RuntimeError as error:  # a kernel that was killed, or did not start
        raise BespokeError(f"its kernel ended: {error}", path=shown) from error
    done = time.perf_counter()
    imports, cells = _seconds(book)
    write_atomically(target, nbformat.writes(_without_traces(book, source)) + "\n")
    failed.unlink(missing_ok=True)
    kernel = done - started - imports - cells
    return Seconds(kernel, imports, cells, time.perf_counter() - done)


def _inherited() -> dict[str, str]:
    """Our environment without secrets, which no chapter needs, and without the user's own IPython start-up files."""
    kept = {name: value for name, value in os.environ.items() if not SECRET.search(name)}
    return {**kept, **fork_client.surroundings(), "IPYTHONDIR": str(runtime_dir.folder() / "ipython")}


def _message(error: Any) -> str:
    """One line: our own errors as they are, others with their type."""
    value = re.sub(r"\x1b\[[0-9;]*m", "", str(error.evalue)).strip()
    lines = value.splitlines() or [""]
    text = lines[0] if len(lines) == 1 else f"{lines[0]} (and {len(lines) - 1} more lines)"
    return printable(without_folders(text if error.ename == "BespokeError" else f"{error.ename}: {text}"))


def _seconds(book: Any) -> tuple[float, float]:
    """Of the first code cell after the parameters, which imports and reads the client; of all the others."""
    parameters = {"parameters", "injected-parameters"}
    times = [
        float(cell.metadata.get("papermill", {}).get("duration") or 0.0)
        for cell in book.cells
        if cell.cell_type == "code" and not parameters & set(cell.metadata.get("tags", ()))
    ]
    return sum(times[:1]), sum(times[1:])


def _without_traces(book: Any, source: Path) -> Any:
    """Drop what differs from run to run or tells of the machine: times, durations, paths, cell run marks."""
    book.metadata.pop("papermill", None)
    for cell in book.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                output.evalue = without_folders(output.evalue)
                output.traceback = [without_folders(line) for line in output.traceback]
    book.metadata["bespoke"] = {"notebook": source.stem}
    return book
