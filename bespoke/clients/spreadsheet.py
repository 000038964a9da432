"""CSV that we write: cells a spreadsheet shows as text and never runs as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from bespoke.results import write_atomically

# OWASP, CSV Injection: characters that begin a formula, full-width forms included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(cell: object) -> str:
    """The cell as text. Text that a spreadsheet would take for a formula gets a leading apostrophe.

    Numbers keep their sign: a minus before digits computes nothing.
    """
    if cell is None:
        return ""
    text = str(cell)
    risky = isinstance(cell, str) and (text.startswith(FORMULA) or text.lstrip().startswith(FORMULA))
    return f"'{text}" if risky else text


def bare(text: str) -> str:
    """The text behind the apostrophe of an inert cell; any other text as it is."""
    return text[1:] if text.startswith("'") and inert(text[1:]) == text else text


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes a UTF-8 CSV file, the whole of it or nothing, every cell inert. Raises BespokeError."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([inert(name) for name in header])
    writer.writerows([inert(cell) for cell in row] for row in rows)
    write_atomically(path, text.getvalue())
