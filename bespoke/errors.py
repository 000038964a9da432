"""The one error a user ever sees: a message and the place it speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, and where: `path:row: column: message`.

    `row` counts as a spreadsheet or an editor does: the header of a CSV is row 1, the first line of a
    file is row 1. Notebook problems use the notebook as `path` and `cell 7` as `column`.
    """

    path: str
    row: int | None
    column: str | None
    message: str
    warning: bool = False

    def __str__(self) -> str:
        place = self.path if self.row is None else f"{self.path}:{self.row}"
        parts = [place, *([self.column] if self.column else []), self.message]
        line = ": ".join(part for part in parts if part)
        return printable(f"{line} (warning)" if self.warning else line)


class BespokeError(Exception):
    """Raised for everything a user can cause or mend; prints as one line per problem, never a traceback."""

    def __init__(
        self,
        message: str | Iterable[Problem],
        *,
        path: str = "",
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        self.problems: tuple[Problem, ...] = (
            (Problem(path, row, column, message),) if isinstance(message, str) else tuple(message)
        )
        super().__init__("\n".join(map(str, self.problems)))

    def _render_traceback_(self) -> list[str]:
        """IPython's hook: a notebook shows the line, not the stack."""
        return [str(self)]


def printable(text: str) -> str:
    """One line that a terminal shows as it is: control characters and line breaks become visible escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
