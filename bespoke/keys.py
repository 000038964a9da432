"""What a result was computed from, as one hash: when nothing of it changed, nothing has to run again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from bespoke.chapters.chapter import package_folder
from bespoke.chapters.registry import CHAPTERS, chapter
from bespoke.clients.opening import LeadsOut, open_inside
from bespoke.paths import PACKAGE

CODE = (".py", ".yaml", ".csv", ".gz", ".json", ".npz")
EVERYTHING = (
    ".",
    "../engagement_log.csv",
    "../engagement_log.xlsx",
)  # the client folder, the consultancy's log


def key_of(stem: str, inputs: Mapping[str, str], as_of: str) -> str:
    """Hash of package and tables, the date (ISO) and every input byte the chapter depends on, near or far.

    `inputs` are the digests of the whole client folder, as `input_digests` gives them.
    """
    entry = chapter(stem)
    parts = [package_digest(), stem, as_of]
    parts += [f"{name}={digest}" for name, digest in sorted(inputs.items()) if reads(stem, name)]
    parts += [key_of(needed, inputs, as_of) for needed in entry.needs.values()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def reads(stem: str, name: str) -> bool:
    """Whether a chapter itself reads this file of the client folder; a workbook may stand for any CSV file."""
    name = f"{name.removesuffix('.xlsx')}.csv" if name.endswith(".xlsx") else name
    return any(name == read or name.startswith(f"{read}/") for read in chapter(stem).reads)


def input_digests(client: Path) -> dict[str, str]:
    """Every file of the client folder, by its path in it, and the log beside it -> SHA-256 of its bytes."""
    found = {}
    for name in EVERYTHING:
        for path in _files(client / name):
            shown = name if name.startswith("../") else path.relative_to(client).as_posix()
            found[shown] = _digest_inside(path, client.parent if shown == name else client)
    return found


def _digest_inside(path: Path, client: Path) -> str:
    """SHA-256 of a file; where a link leads out of the folder only of the name, and of nothing that lies there."""
    try:
        with open_inside(client, path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except LeadsOut:
        return hashlib.sha256(b"leads out: " + os.fsencode(path.name)).hexdigest()


def digest(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(p for p in path.rglob("*") if p.is_file())


@lru_cache(maxsize=1)
def package_digest() -> str:
    """Hash of code and fact tables, names and bytes: of this package, and of those that add chapters."""
    packages = [
        PACKAGE,
        *(package_folder(name) for name in sorted({c.package for c in CHAPTERS.values()} - {"bespoke"})),
    ]
    lines = (
        f"{folder.name}/{path.relative_to(folder).as_posix()}={digest(path)}"
        for folder in packages
        for path in sorted(_code(folder))
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _code(package: Path) -> Iterator[Path]:
    # Once: to look for each kind in turn takes ten times as long.
    for folder, below, names in os.walk(package):
        below[:] = [name for name in below if name not in ("_data", "__pycache__")]
        yield from (Path(folder, name) for name in names if name.endswith(CODE))
