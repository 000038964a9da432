"""The folders evaluation/<task_id>/, and the notes among them as the chapters on coded notes take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bespoke.clients.coded_notes import check_notes
from bespoke.clients.tables import Numbered
from bespoke.evaluation.cases import Case, EvaluationTask, Recorded
from bespoke.evaluation.task_reading import CASES, TRAIN, Folder, read_task
from bespoke.scorers import find, names

if TYPE_CHECKING:
    from bespoke.clients.folder_reading import FolderReading

CODED = "code_set"


def read_evaluated(reading: FolderReading, tasks: list[str]) -> None:
    """Reads every task's folder into `reading`; coded notes go to its notes, training notes and predictions too."""
    known = tuple(row["task_id"] for _, row in reading.tables.get("tasks.csv", ()) if "task_id" in row)
    given = {"release": reading.code_set}
    for name in tasks:
        folder = Folder(reading.root, f"evaluation/{name}", find, names(), given)
        task = read_task(folder, known)
        reading.sources.extend(folder.sources.values())
        if task is None:
            continue
        reading.evaluated.append(task)
        if task.setup.scorer == CODED and reading.notes is None:
            _as_notes(reading, folder, task)


def _as_notes(reading: FolderReading, folder: Folder, task: EvaluationTask) -> None:
    reading.notes_in = folder.name
    reading.notes = _notes(folder, CASES, task.cases)
    check_notes(folder.source(CASES), reading.notes)
    if task.train:
        reading.train = _notes(folder, TRAIN, task.train)
        check_notes(folder.source(TRAIN), reading.train)
    reading.predictions = {
        system: [(line, _prediction(row)) for line, row in enumerate(rows, start=1)]
        for system, rows in task.recorded.items()
    } or None
    reading.accounts = dict(task.accounts)


def _notes(folder: Folder, file: str, cases: tuple[Case, ...]) -> list[Numbered]:
    lines = folder.lines[file]
    return [(lines.get(case.id, 0), _note(case)) for case in cases]


def _note(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "group": case.group,
        "text": case.text,
        "gold": case.expected.model_dump(),
        "evidence": [span.model_dump() for span in case.evidence],
        "specialty": case.tags[0] if case.tags else None,
    }


def _prediction(row: Recorded) -> dict[str, Any]:
    found = row.model_dump(include={"id", "run", "usage", "latency_ms", "trained_on", "outcome"})
    return found | {"prediction": row.prediction.model_dump() if row.prediction is not None else None}
