"""What was read of a client folder so far."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bespoke.clients.files import ClientFile, is_there
from bespoke.clients.grid import in_place
from bespoke.clients.schema import ClaudeAccount
from bespoke.clients.tables import Numbered
from bespoke.errors import Problem

if TYPE_CHECKING:
    from bespoke.clients.scenarios import Scenario
    from bespoke.clients.usage import TaskUsage
    from bespoke.evaluation.cases import EvaluationTask
    from bespoke.facts.icd10 import Release


@dataclass
class FolderReading:
    """What was read of a client folder: typed fields by file, and the files in order with their problems."""

    root: Path
    sources: list[ClientFile] = field(default_factory=list)
    engagement: dict[str, Any] | None = None
    tables: dict[str, list[Numbered]] = field(default_factory=dict)  # by file name
    prices: dict[str, dict[str, Any]] | None = None
    dataset: tuple[Path, ...] = ()
    code_set: Release | None = None  # the client's own
    notes: list[Numbered] | None = None
    train: list[Numbered] | None = None
    predictions: dict[str, list[Numbered]] | None = None
    accounts: dict[str, ClaudeAccount] = field(default_factory=dict)  # by system
    usage: Mapping[str, TaskUsage] | None = None  # by task
    notes_in: str = "evaluation"  # where notes, train and predictions lie
    scenarios: list[Scenario] = field(default_factory=list)
    evaluated: list[EvaluationTask] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)  # the consultant's own, by name of the file

    def problems(self) -> list[Problem]:
        """In the order of files, then rows."""
        return [p for source in self.sources for p in sorted(source.problems, key=lambda p: p.row or 0)]

    def source(self, name: str, *, required: bool = False) -> ClientFile | None:
        """The file, if it is there; a missing required one is a problem."""
        source = ClientFile(self.root, self.root / name, f"{self.root.name}/{name}", required)
        self.sources.append(source)
        if is_there(source.path):
            return source
        if required:
            source.say("is missing; `bespoke new` makes a folder that has one to copy")
        return None

    def table(self, name: str, *, required: bool = False) -> ClientFile | None:
        """The CSV file of that name, or the Excel workbook that stands in its place."""
        other = in_place(self.root / name).name
        if other == name:
            return self.source(name, required=required)
        source = self.source(other)
        if source is not None and is_there(self.root / name):
            source.say(f"stands beside {name}; keep one of them")
        return source

    def entries(self, name: str) -> list[str]:
        """Names in a folder of the client folder, sorted; none when it is missing or no folder."""
        source = self.source(name) if name else ClientFile(self.root, self.root, self.root.name)
        if source is None:
            return []
        if not name:
            self.sources.append(source)
        if not Path(os.path.realpath(source.path)).is_relative_to(os.path.realpath(self.root)):
            source.say("is a link that leads out of the client folder; put the folder itself here")
        elif not source.path.is_dir():
            source.say("is a file; a folder belongs here")
        else:
            try:
                return sorted(path.name for path in source.path.iterdir())
            except OSError as error:
                source.say(f"cannot be read: {error.strerror}")
        return []
