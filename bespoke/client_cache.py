"""A client that the run has read and checked, handed to its kernels so that seven notebooks read it once.

The run writes it into its private folder and names the file to its kernels. It is taken only where every byte of
the client folder is still the one that was read; everywhere else the folder is read, with the same result.
"""

from __future__ import annotations

import os
import pickle
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke.errors import BespokeError
from bespoke.keys import input_digests
from bespoke.saving import write_atomically

if TYPE_CHECKING:
    from bespoke.clients.schema import Client

NAME = "BESPOKE_CLIENT_READ"  # environment variable of a kernel: the file


def hand_over(client: Client, private: Path) -> dict[str, str]:
    """Write the client into a folder that only this user can read; the environment that kernels need for it."""
    path = private / f"{client.name}.client"
    try:
        write_atomically(path, pickle.dumps((input_digests(client.folder), client)), mode=0o600)
    except BespokeError:  # no room for it: every kernel reads for itself
        return {}
    return {NAME: str(path)}


def received(folder: Path) -> Client | None:
    """The client of this folder as it was handed over; None where it was not, or has changed since."""
    given = os.environ.get(NAME)
    if given:
        with suppress(OSError, EOFError, pickle.UnpicklingError):
            digests, client = pickle.loads(Path(given).read_bytes())
            if client.folder.resolve() == folder.resolve() and digests == input_digests(folder):
                found: Client = client
                return found
    return None
