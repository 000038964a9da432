"""Client names and the folders they stand for."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import tempfile
from pathlib import Path

from bespoke.errors import BespokeError

PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
LONGEST = 64
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)  # Windows devices


def check_name(name: str) -> None:
    """Raises BespokeError unless the name is a plain folder name on every system."""
    if len(name) > LONGEST:
        raise BespokeError(
            f"is {len(name)} characters long; a client name has at most {LONGEST}", path=name[:LONGEST]
        )
    if not PLAIN.fullmatch(name) or name.endswith("."):
        raise BespokeError(
            "is not a client name; use letters, digits, _, - and . as in meridian_health,"
            " starting with a letter or digit",
            path=name or '""',
        )
    if RESERVED.fullmatch(name):
        raise BespokeError("is a device on Windows; choose another client name", path=name)


def folder(client_data: Path, name: str) -> Path:
    """The client's folder. Raises BespokeError for a bad name, a missing client or a link out of here."""
    check_name(name)
    path = client_data / name
    if not os.path.lexists(path):
        raise BespokeError(f"no such client in {client_data.name}{_nearest(client_data, name)}", path=name)
    if Path(os.path.realpath(path)).parent != Path(os.path.realpath(client_data)):
        raise BespokeError(
            f"is a link that leads out of {client_data.name}; put the folder itself there", path=name
        )
    if not path.is_dir():
        raise BespokeError("is a file; a client is a folder", path=name)
    return path


def names(client_data: Path) -> list[str]:
    """The clients there are, by name: folders inside client_data whose name is a client name."""
    found = []
    for path in sorted(client_data.iterdir()) if client_data.is_dir() else ():
        try:
            folder(client_data, path.name)
        except BespokeError:
            continue
        found.append(path.name)
    return found


def create(client_data: Path, name: str, template: Path) -> Path:
    """Copies the template to a new client folder, all of it or nothing. Raises BespokeError."""
    check_name(name)
    target = client_data / name
    if os.path.lexists(target):
        raise BespokeError("is there already; choose another name or edit that folder", path=name)
    try:
        client_data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=client_data) as workshop:
            built = Path(workshop) / name
            # Contents only: an installed template may be read-only, the copy must not be.
            shutil.copytree(template, built, copy_function=shutil.copyfile)
            for path in (built, *built.rglob("*")):
                path.chmod(0o700 if path.is_dir() else 0o600)
            built.rename(target)
    except OSError as error:
        raise BespokeError(f"cannot be made: {error.strerror or error}", path=name) from error
    return target


def _nearest(client_data: Path, name: str) -> str:
    there = names(client_data)
    found = difflib.get_close_matches(name, there, cutoff=0.5)
    if found:
        return f"; nearest: {found[0]}"
    return f"; there are: {', '.join(there[:12])}" if there else "; `bespoke new` makes one"
