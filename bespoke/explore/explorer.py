"""What every chapter's explorer is: its subjects, its dials, and what they change on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bespoke.explore.changes import Changes
from bespoke.explore.controls import Control
from bespoke.explore.explored_state import ExploredState
from bespoke.show.blocks import Block

if TYPE_CHECKING:
    from bespoke.workbook import Workbook

Shown = Block | str  # a block, or HTML that is already escaped


class Explorer:
    """One chapter's controls. Made once per client; everything slow that no control changes happens there."""

    subject_label = "Task"
    note = ""  # what is simplified while exploring, and what cannot be kept

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.base = ExploredState(book.client, book.facts)

    def subjects(self) -> Sequence[tuple[str, str]]:
        """What the dials can be about: label and id. At least one."""
        return [(task.name, task.task_id) for task in self.base.client.tasks]

    def dials(self, subject: str, scene: ExploredState) -> Sequence[Control]:
        """The controls of a subject, at the scene's values."""
        raise NotImplementedError

    def look(self, subject: str, scene: ExploredState) -> Sequence[Shown]:
        """What the chapter says under the scene, beside what it says of the folder as it is."""
        raise NotImplementedError

    def completed(self, changes: Changes, scene_choices: Mapping[str, Any]) -> Changes:
        """The changes with what a new row needs besides."""
        return changes

    def missing(self, changes: Changes, choices: Mapping[str, Any]) -> str:
        """What must be filled in before the changes can be kept; empty when nothing is missing."""
        return ""


class NothingToExplore(Exception):
    """The chapter has no input; the message says what would be needed."""
