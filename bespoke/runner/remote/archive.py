"""Folders that travel as plain bytes: a client to the machine that runs it, its report back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from bespoke.errors import BespokeError
from bespoke.saving import write_atomically

Files = Mapping[str, bytes]  # path in the folder, with forward slashes; one that ends in / is an empty folder
LAST = "manifest.json"  # vouches for the others


def pack(folder: Path) -> dict[str, bytes]:
    """Every file inside, hidden ones left out; nothing that a link leads to outside the folder."""
    found = {}
    for path in _inside(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            found[name] = path.read_bytes()
        elif path.is_dir() and not any(path.iterdir()):
            found[f"{name}/"] = b""
    return found


def is_local_only(folder: Path) -> bool:
    """Whether something in the folder cannot travel: links that lead out or nowhere, devices, pipes."""
    return any(not _is_plain(path, folder) for path in folder.rglob("*"))


def unpack(files: Files, folder: Path) -> None:
    """Make the folder hold these files, each written whole, the manifest last; others are taken away.

    Hidden files stay. Raises BespokeError, before anything is written, for a name that is no path in the folder.
    """
    for name in files:
        check_path(name)
    folder.mkdir(parents=True, exist_ok=True)
    for path in [path for path in _left(folder, files) if _comes_under(path.relative_to(folder), files)]:
        path.unlink()  # a folder comes in its place
    for name in manifest_last(files):
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        elif not path.is_file() or path.read_bytes() != files[name]:
            write_atomically(path, files[name])
    for path in _left(folder, files):  # at the end: until then the old manifest speaks of them
        path.unlink()


def file_names(folder: Path) -> list[str]:
    """What `pack` would take, by path in the folder, without reading it."""
    return [path.relative_to(folder).as_posix() for path in _inside(folder) if path.is_file()]


def manifest_last(names: Mapping[str, object]) -> list[str]:
    """In the order in which a report is put in place: who reads the manifest finds the files it speaks of."""
    return sorted(names, key=lambda name: (name == LAST, name))


def check_path(name: str) -> None:
    """Raises BespokeError unless the name is a path inside a folder, on every system."""
    parts = PurePosixPath(name).parts
    sound = bool(parts) and not name.startswith("/") and ".." not in parts
    if not sound or any(character in name for character in "\\:\0"):
        raise BespokeError("is no path inside a folder", path=name or '""')


def _left(folder: Path, files: Files) -> list[Path]:
    """The files of the folder that are not among these."""
    return [folder / name for name in file_names(folder) if name not in files]


def _comes_under(name: Path, files: Files) -> bool:
    return any(other.startswith(f"{name.as_posix()}/") for other in files)


def _inside(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and _is_plain(path, folder):
            yield path


def _is_plain(path: Path, folder: Path) -> bool:
    real = Path(os.path.realpath(path))
    return (path.is_file() or path.is_dir()) and real.is_relative_to(os.path.realpath(folder))
