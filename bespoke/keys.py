"""What a result was computed from, as one hash: when nothing of it changed, nothing has to run again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from bespoke.chapters.registry import chapter
from bespoke.places import PACKAGE

CODE = ("*.py", "*.yaml", "*.csv", "*.gz")


def key_of(stem: str, client: Path, as_of: str) -> str:
    """Hash of package and tables, the date (ISO) and every input byte the chapter depends on, near or far."""
    entry = chapter(stem)
    parts = [package_digest(), stem, as_of]
    parts += [f"{name}={digest}" for name, digest in input_digests(client, entry.reads).items()]
    parts += [key_of(needed, client, as_of) for needed in entry.needs.values()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def input_digests(client: Path, reads: tuple[str, ...]) -> dict[str, str]:
    """File (relative to the client folder) -> SHA-256 of its bytes; a missing file is not listed."""
    found = {}
    for name in reads:
        for path in _files(client / name):
            shown = name if name.startswith("../") else path.relative_to(client).as_posix()
            found[shown] = _digest(path)
    return found


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(p for p in path.rglob("*") if p.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=1)
def package_digest() -> str:
    """Hash of the package's code and fact tables."""
    paths = sorted(path for pattern in CODE for path in PACKAGE.rglob(pattern) if "_data" not in path.parts)
    return hashlib.sha256("".join(_digest(path) for path in paths).encode()).hexdigest()
