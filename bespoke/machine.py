"""What this machine keeps for itself: a folder outside all that clients send, a key in it, and seals made with it.

A seal (HMAC-SHA256) says that whoever holds the key wrote these bytes for this purpose. It stands beside what it seals
and never in a report, so that the same inputs give the same bytes on every machine.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError

HOME = "BESPOKE_HOME"  # names the folder, for those who move it or share it in a house
LENT = "BESPOKE_REPORT_KEY"  # of a run away from home: the key of its one report, as hexadecimal digits
KEY = "key"
BYTES = 32
SEAL = "seal"  # in a sealed JSON object
WHOSE = "folder"  # in what is kept of a client: the client folder's path, for whoever looks


def folder() -> Path:
    """The folder, made where it is missing, for this user alone."""
    given = os.environ.get(HOME)
    if given:
        place = Path(given)
    else:
        from platformdirs import user_data_path

        place = user_data_path("bespoke", appauthor=False)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BespokeError(
            f"cannot be made: {error.strerror or error}; set {HOME}", path=str(place)
        ) from error
    return place


def of_client(client: Path) -> Path:
    """Where this machine keeps what it knows of a client folder; one that moves leaves it behind.

    By the folder's place as well as its name: a folder of the same name that lies elsewhere is another client.
    """
    real = os.path.realpath(client)
    mark = hashlib.sha256(os.fsencode(real)).hexdigest()[:12]
    return folder() / "clients" / f"{Path(real).name}-{mark}"


def seal(purpose: str, content: bytes) -> str:
    """What proves that this machine wrote `content` for `purpose`, such as `report acme`."""
    return hmac.new(_key_for(purpose), content, hashlib.sha256).hexdigest()


def holds(purpose: str, content: bytes, seal_there: object) -> bool:
    """Whether the seal is this machine's, for these bytes and this purpose."""
    return isinstance(seal_there, str) and hmac.compare_digest(
        seal(purpose, content).encode(), seal_there.encode("utf-8", "replace")
    )


def spelled(content: object) -> bytes:
    """A JSON value in the one spelling that is sealed, however its file is laid out."""
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def sealed(purpose: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with its seal in it, in place of an earlier one."""
    rest = {key: value for key, value in content.items() if key != SEAL}
    return {**rest, SEAL: seal(purpose, spelled(rest))}


def is_sealed(purpose: str, content: Mapping[str, Any]) -> bool:
    """Whether an object, as read from its file, carries this machine's seal for this purpose."""
    rest = {key: value for key, value in content.items() if key != SEAL}
    return holds(purpose, spelled(rest), content.get(SEAL))


def report_of(client: str) -> str:
    """The purpose of the seal on a client's report."""
    return f"report {client}"


def lent(client: str) -> dict[str, str]:
    """The environment of a run away from home: it seals this client's report as this machine would, nothing else."""
    return {LENT: _key_for(report_of(client)).hex()}


def _key_for(purpose: str) -> bytes:
    given = os.environ.get(LENT, "")
    if given and purpose.startswith("report "):
        with suppress(ValueError):
            return bytes.fromhex(given)
    return hmac.new(_key(), purpose.encode(), hashlib.sha256).digest()


def _key() -> bytes:
    """This machine's own, made at first use. Raises BespokeError where somebody else could have put or read it."""
    path = folder() / KEY
    try:
        return _read(path)
    except FileNotFoundError:
        _make(path)
        return _read(path)


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            about, found = os.fstat(handle), file.read(BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BespokeError(f"cannot be read: {error.strerror or error}", path=str(path)) from error
    if os.name == "posix" and (about.st_uid != os.geteuid() or stat.S_IMODE(about.st_mode) & 0o077):
        raise BespokeError(
            "is not this user's alone; if you made it: chmod 600, else delete it", path=str(path)
        )
    if len(found) != BYTES:
        raise BespokeError("is no key of bespoke; delete it to have a new one made", path=str(path))
    return found


def _make(path: Path) -> None:
    """Whole or not at all; where two processes begin at once, the first one's stays."""
    try:
        handle, name = tempfile.mkstemp(prefix=".key.", dir=path.parent)  # 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(BYTES))
            _put(Path(name), path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}; set {HOME}"
        raise BespokeError(message, path=str(path)) from error


def _put(made: Path, path: Path) -> None:
    """Under its name, unless somebody was faster; some file systems know no links, and there the last one wins."""
    try:
        path.hardlink_to(made)
    except FileExistsError:
        return
    except OSError:
        if not path.exists():
            made.rename(path)
