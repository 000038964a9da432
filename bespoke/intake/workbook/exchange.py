"""`bespoke intake new` and `read`: a folder as a workbook, and a workbook as changes of a folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from bespoke.clients import client_names
from bespoke.clients.folder import read_folder
from bespoke.errors import BespokeError, Problem
from bespoke.explore.proposal import Proposal, check_edits
from bespoke.intake.workbook.edits import edits
from bespoke.intake.workbook.workbook_content import WorkbookContent, of_folder
from bespoke.intake.workbook.workbook_reading import ReadWorkbook
from bespoke.intake.workbook.workbook_writing import write
from bespoke.paths import templates

_KEPT_OF_TEMPLATE = ("README.md", "engagement.yaml")  # the rest of it is examples


def new(client_data: Path, name: str, language: str, path: Path) -> Path:
    """Writes the workbook of a client: filled from its folder where there is one. Raises BespokeError."""
    client_names.check_name(name)
    folder = client_data / name
    if folder.is_dir():
        content = of_folder(read_folder(folder))
    else:
        today = date.today()
        monday = today + timedelta(days=7 - today.weekday())
        content = WorkbookContent(
            {"as_of": today, "start": monday, "currency": "USD", "language": language, "paper": "a4"}
        )
    write(content, name, language, path)
    return path


def read(
    client_data: Path, path: Path, name: str, say: Callable[[str], None], agreed: Callable[[str], bool]
) -> bool:
    """Shows what the workbook would change in the client folder, and changes it when `agreed` to.

    Returns whether anything was written. Raises BespokeError with every problem by sheet and cell, and then
    nothing is written.
    """
    if name:
        client_names.check_name(name)
    book = ReadWorkbook(path)
    client = name or book.client
    client_names.check_name(client)
    if (client_data / client).is_dir():
        return _propose(client_names.folder(client_data, client), book, say, agreed)
    client_data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{client}.", dir=client_data) as workshop:
        folder = Path(workshop) / client
        folder.mkdir()
        for kept in _KEPT_OF_TEMPLATE:
            shutil.copyfile(templates() / "client" / kept, folder / kept)
        if not _propose(folder, book, say, agreed):
            return False
        folder.rename(client_data / client)
    return True


def _propose(
    folder: Path, book: ReadWorkbook, say: Callable[[str], None], agreed: Callable[[str], bool]
) -> bool:
    before = of_folder(read_folder(folder))
    book.fill(before)
    _tell(book.problems, say)
    changes = tuple(edits(folder, before, book.content))
    if not changes:
        say(f"{folder.name}: says the same as {book.path.name} already")
        return False
    proposal = Proposal(folder, changes, tuple(check_edits(folder, changes)))
    for line in proposal.diff().splitlines():
        say(line)
    _tell(proposal.problems, say)
    if not agreed(folder.name):
        return False
    proposal.keep()
    return True


def _tell(problems: list[Problem] | tuple[Problem, ...], say: Callable[[str], None]) -> None:
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        raise BespokeError(errors)
    for problem in problems:
        say(str(problem))
