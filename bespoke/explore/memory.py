"""What is explored of a client and not kept, and what the last keep replaced: both outlive kernel and restart.

They lie in a file of this user, by the client folder's path, and never in the folder: what is tried out is nobody's
input yet.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from bespoke.clients.changes import Changes
from bespoke.clients.files import ClientFile
from bespoke.clients.scenarios import Scenario, read_scenario
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.explore.proposal import Edit, Proposal
from bespoke.saving import write_atomically
from bespoke.scenarios.saving import text_of

MOST_KEPT = 20  # keeps that can be undone, one after the other


@dataclass(frozen=True)
class Memory:
    """The memory of one client folder."""

    folder: Path
    explored_file: Path  # a scenario
    kept_file: Path

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The memory of a client folder on this machine."""
        from platformdirs import user_state_path

        name = hashlib.sha256(os.path.realpath(folder).encode()).hexdigest()[:32]
        place = user_state_path("bespoke", appauthor=False) / "explored"
        return cls(folder, place / f"{name}.yaml", place / f"{name}.kept.json")

    def note_explored(self, client: Client, changes: Changes) -> None:
        """Remember explored values beside what the folder says in their places; none forgets them."""
        if changes:
            write_atomically(self.explored_file, text_of(client, "Explored", changes), mode=0o600)
        else:
            self.explored_file.unlink(missing_ok=True)

    def explored(self, client: Client) -> Scenario | None:
        """What was explored and not kept; a value for which there is no place any more is left out."""
        if not self.explored_file.is_file():
            return None
        source = ClientFile(self.explored_file.parent, self.explored_file, self.explored_file.name)
        found = read_scenario(source, "explored", [task.task_id for task in client.tasks])
        return found if found is not None and found.changes else None

    def note_kept(self, proposal: Proposal) -> None:
        """Remember what a keep replaced, the last one last."""
        self._write([*self.kept(), proposal])

    def kept(self) -> list[Proposal]:
        """What keeps have replaced and undoing has not brought back, the last one last."""
        try:
            found = json.loads(self.kept_file.read_text(encoding="utf-8"))
            return [Proposal(self.folder, tuple(Edit(**edit) for edit in edits), ()) for edits in found]
        except (OSError, ValueError, TypeError):
            return []

    def undo(self) -> list[str]:
        """Bring back what the last keep replaced; the names of the files. Raises BespokeError where there is none,
        or a file has changed since."""
        kept = self.kept()
        if not kept:
            raise BespokeError("nothing was kept that could be undone", path=self.folder.name)
        kept[-1].undo()
        self._write(kept[:-1])
        return [edit.name for edit in kept[-1].edits]

    def _write(self, kept: list[Proposal]) -> None:
        rows = [[asdict(edit) for edit in proposal.edits] for proposal in kept[-MOST_KEPT:]]
        write_atomically(self.kept_file, json.dumps(rows), mode=0o600)
