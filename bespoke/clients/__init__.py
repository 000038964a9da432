"""The client folder: what it may hold, what is wrong with it, what it says.

Importing this package costs nothing; each function imports what it needs when it is called.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bespoke.errors import BespokeError, Problem

if TYPE_CHECKING:
    from bespoke.clients.schema import Client

__all__ = ["check", "create", "load", "names"]


def check(client_data: Path, name: str) -> list[Problem]:
    """Every problem of a client folder, warnings among them, in the order of files, then rows."""
    from bespoke.clients.client_names import folder
    from bespoke.clients.folder import read_folder

    try:
        return read_folder(folder(client_data, name)).problems()
    except BespokeError as error:
        return list(error.problems)


def load(client_data: Path, name: str) -> Client:
    """The client as types. Raises BespokeError with every problem that is not a warning."""
    from bespoke.clients import client_reader

    return client_reader.load(client_data, name)


def names(client_data: Path) -> list[str]:
    """The clients of a folder, sorted."""
    from bespoke.clients import client_names

    return client_names.names(client_data)


def create(client_data: Path, name: str) -> Path:
    """Makes client_data/NAME from the commented template. Raises BespokeError; never leaves half a folder."""
    from bespoke.clients import client_names
    from bespoke.paths import templates

    return client_names.create(client_data, name, templates() / "client")
