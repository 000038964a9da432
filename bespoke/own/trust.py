"""Which notebooks of clients somebody has read and trusted on this machine.

A notebook is code, and a client folder comes from elsewhere. As Jupyter's signatures do, trust holds for exact content:
what was trusted is kept as a hash, in a file of this user and never in the client folder. Outputs are no part of
it, so that a notebook that was only run in JupyterLab stays trusted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from bespoke import machine
from bespoke.own.own_notebooks import OwnNotebook
from bespoke.saving import write_atomically

# environment variable of a run done for somebody elsewhere: the hashes trusted there
TRUSTED = "BESPOKE_TRUSTED"


def is_trusted(notebook: OwnNotebook) -> bool:
    """Whether exactly these cells, and modules beside them, were trusted here, or by whoever this run is done for."""
    return notebook.digest in _known() or notebook.digest in os.environ.get(TRUSTED, "").split()


def trusted_here() -> tuple[str, ...]:
    """The hashes of all that was trusted, for a run done elsewhere: they say nothing of what they are hashes of."""
    return tuple(sorted(_known()))


def trust(notebooks: Iterable[OwnNotebook]) -> None:
    """Trust these notebooks as they are now; any change of a cell ends it."""
    known = _known() | {one.digest: f"{one.path.parent.parent.name}/{one.path.name}" for one in notebooks}
    file = _file()
    write_atomically(file, json.dumps(known, indent=1, sort_keys=True) + "\n")


def forget(client: str) -> None:
    """Nothing of this client is trusted any more."""
    known = _known()
    left = {key: name for key, name in known.items() if name.partition("/")[0] != client}
    if left != known:
        write_atomically(_file(), json.dumps(left, indent=1, sort_keys=True) + "\n")


def _known() -> dict[str, str]:
    """Hash of what was trusted -> its name, for whoever reads the file."""
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(name) for key, name in found.items()} if isinstance(found, dict) else {}


def _file() -> Path:
    return machine.folder() / "trusted_notebooks.json"
