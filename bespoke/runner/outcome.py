"""How the run of one client ended, and what is kept of it beside the report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bespoke.errors import BespokeError

PROBLEMS = "problems.txt"  # in the report folder of a client whose last run failed


@dataclass(frozen=True)
class Outcome:
    """Nothing in `problems` means that it ended well."""

    name: str
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems


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
