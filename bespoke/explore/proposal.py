"""From explored values to files: the difference, what `bespoke check` says of it, and writing it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from bespoke.clients.folder import LOG, read_folder
from bespoke.errors import BespokeError, Problem
from bespoke.explore.changes import TABLES, Address, Changes, Value, by_file
from bespoke.explore.csv_edit import records, set_cells
from bespoke.explore.yaml_edit import set_value
from bespoke.saving import OURS, write_atomically


@dataclass(frozen=True)
class Edit:
    """One file as it is (None: not there yet) and as it would be."""

    name: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Proposal:
    """Explored values as changes of files, and every problem the folder would have with them."""

    folder: Path
    edits: tuple[Edit, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What stands in the way; a warning does not."""
        return tuple(problem for problem in self.problems if not problem.warning)

    def diff(self) -> str:
        """A unified diff of all files, paths as `client/file`."""
        return "".join(_diff(f"{self.folder.name}/{edit.name}", edit) for edit in self.edits)

    def keep(self) -> None:
        """Write every file, all of them or none.

        Raises BespokeError where problems stand in the way, or a file has changed since the proposal was made.
        """
        if self.errors:
            raise BespokeError(self.errors)
        for edit in self.edits:
            if _read(self.folder / edit.name) != edit.before:
                shown = f"{self.folder.name}/{edit.name}"
                raise BespokeError("has changed since the difference was made; show it again", path=shown)
        done: list[Edit] = []
        try:
            for edit in self.edits:
                _write(self.folder / edit.name, edit.after)
                done.append(edit)
        except BespokeError:
            for edit in done:
                _write(self.folder / edit.name, edit.before)
            raise

    def undo(self) -> None:
        """Bring back what `keep` replaced, all of it or nothing.

        Raises BespokeError where a file has changed since it was kept.
        """
        for edit in self.edits:
            if _read(self.folder / edit.name) != edit.after:
                shown = f"{self.folder.name}/{edit.name}"
                raise BespokeError("has changed since it was kept; nothing was undone", path=shown)
        for edit in self.edits:
            _write(self.folder / edit.name, edit.before)


def propose(folder: Path, changes: Changes) -> Proposal:
    """The edits that bring the changes into the client folder, checked in a copy. Nothing is written to it."""
    edits = tuple(_edit(folder, file, own) for file, own in by_file(changes))
    edits = tuple(edit for edit in edits if edit.after != edit.before)
    return Proposal(folder, edits, tuple(check_edits(folder, edits)))


def _edit(folder: Path, file: str, changes: dict[Address, Value]) -> Edit:
    before = _read(folder / file)
    after = before or ""
    if file in TABLES:
        table = TABLES[file]
        if after and table.key not in [cell.value.strip() for cell in records(after)[0]]:
            shown = f"{folder.name}/{file}"
            raise BespokeError(
                "is not saved as UTF-8 with commas; save it so, or change it by hand", path=shown
            )
        after = after or ",".join(table.model.model_fields) + "\n"
        for row in dict.fromkeys(address[0] for address in changes):
            values: dict[str, Value] = {
                address[1]: "none" if value is None and address[1] in table.model.may_be_none else value
                for address, value in changes.items()
                if address[0] == row
            }
            after = set_cells(after, table.key, row, values)
    else:
        for address, value in changes.items():
            after = set_value(after, address, value)
    return Edit(file, before, after)


def check_edits(folder: Path, edits: Iterable[Edit]) -> list[Problem]:
    """What `bespoke check` would say: the folder is linked or copied beside itself, with the edits in it."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as workshop:
            copy = Path(workshop) / folder.name
            shutil.copytree(folder, copy, copy_function=_linked)
            if (folder.parent / LOG).is_file():
                _linked(str(folder.parent / LOG), str(copy.parent / LOG))
            for edit in edits:
                (copy / edit.name).parent.mkdir(parents=True, exist_ok=True)
                write_atomically(copy / edit.name, edit.after)  # takes the link's place, not its content
            return read_folder(copy).problems()
    except OSError as error:
        raise BespokeError(f"cannot be checked: {error.strerror or error}", path=folder.name) from error


def _linked(source: str, target: str) -> str:
    """A second name for the file where the disk allows it: a dataset may be large."""
    try:
        os.link(os.path.realpath(source), target)
    except OSError:
        shutil.copyfile(source, target)
    return target


def _read(path: Path) -> str | None:
    """The file with its own line ends; None when it is not there."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise BespokeError(f"cannot be read: {error}", path=path.name) from error


def _write(path: Path, content: str | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else OURS
    write_atomically(path, content, mode=mode)


def _diff(name: str, edit: Edit) -> str:
    before, after = (_lines(text) for text in (edit.before or "", edit.after))
    old = name if edit.before is not None else "/dev/null"
    lines = unified_diff(before, after, old, name)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [line for line in text.split("\n")[-1:] if line]
