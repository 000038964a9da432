"""How the run of one client ended, and what is kept of it beside the report."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bespoke import paths
from bespoke.errors import BespokeError, Problem
from bespoke.report import memory

PROBLEMS = "problems.txt"  # in the report folder of a client whose last run failed


@dataclass(frozen=True)
class Outcome:
    """Nothing in `problems` means that it ended well."""

    name: str
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems


def outcome_of(name: str, work: Callable[[], None]) -> Outcome:
    """How a client's work ended, with every problem in a line of its own."""
    try:
        work()
    except BespokeError as error:
        return Outcome(name, tuple(map(str, error.problems)))
    except MemoryError:
        return Outcome(name, (f"{name}: {memory.exceeded()}",))
    except OSError as error:
        where = Path(error.filename).name if error.filename else name
        return Outcome(name, (str(Problem(where, None, None, error.strerror or str(error))),))
    except Exception as error:
        if os.environ.get("BESPOKE_DEBUG"):
            raise
        what = f"a fault of bespoke itself, please report it: {type(error).__name__}: {error}"
        shown = paths.without_folders(f"{what} (BESPOKE_DEBUG=1 shows more)")
        return Outcome(name, (str(Problem(name, None, None, shown)),))
    return Outcome(name)


def keep(folder: Path, problems: Sequence[str]) -> None:
    """The list of clients tells of a failure until the next run; where nothing can be kept, nothing is."""
    from bespoke.saving import write_atomically

    with suppress(BespokeError, OSError):
        if problems and folder.is_dir():
            write_atomically(folder / PROBLEMS, "".join(f"{problem}\n" for problem in problems))
        else:
            (folder / PROBLEMS).unlink(missing_ok=True)


def problems_of(folder: Path, said: Sequence[str]) -> tuple[str, ...]:
    """Of a command that failed: what it kept beside the report, else the last thing it said."""
    with suppress(OSError):
        kept = (folder / PROBLEMS).read_text(encoding="utf-8", errors="replace").splitlines()
        if kept:
            return tuple(kept)
    return tuple(said[-1:]) or ("ended without a word",)
