"""The client as types, for those who may rely on it being right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bespoke.clients.assumed import completed
from bespoke.clients.client_names import folder
from bespoke.clients.folder import LOG, read_folder
from bespoke.clients.folder_reading import FolderReading
from bespoke.clients.records import dotted
from bespoke.clients.schema import (
    Client,
    CodeFamily,
    Engagement,
    Failure,
    JudgeLabel,
    LoggedPhase,
    NegotiatedPrice,
    Note,
    Phase,
    Prediction,
    Row,
    Task,
)
from bespoke.clients.tables import Numbered
from bespoke.errors import BespokeError, Problem

R = TypeVar("R", bound=Row)


def load(client_data: Path, name: str) -> Client:
    """Reads a client folder. Raises BespokeError with every problem that is not a warning."""
    return load_and_warn(client_data, name)[0]


def checked(client_data: Path, name: str) -> tuple[list[Problem], Callable[[], Client]]:
    """Every problem, and the client for whoever asks where none is worse than a warning; from one reading."""
    root = folder(client_data, name)
    reading = read_folder(root)
    return reading.problems(), lambda: _client(name, root, reading)


def load_and_warn(client_data: Path, name: str) -> tuple[Client, tuple[Problem, ...]]:
    """The client and its warnings, from one reading. Raises BespokeError with every problem that is worse."""
    root = folder(client_data, name)
    reading = read_folder(root)
    found = reading.problems()
    problems = [problem for problem in found if not problem.warning]
    if problems:
        raise BespokeError(problems)
    return _client(name, root, reading), tuple(found)


def _client(name: str, root: Path, reading: FolderReading) -> Client:
    shown, tables = root.name, reading.tables
    predictions = reading.predictions
    engagement = _record(Engagement, reading.engagement, f"{shown}/engagement.yaml", None)
    measured = reading.usage or {}
    tasks = [
        (n, completed(row, measured.get(row["task_id"]), engagement.as_of))
        for n, row in tables.get("tasks.csv") or ()
    ]
    client = Client(
        name=name,
        folder=root,
        engagement=engagement,
        tasks=_rows(Task, tasks, f"{shown}/tasks.csv") or (),
        failures=_rows(Failure, tables.get("failures.csv"), f"{shown}/failures.csv"),
        codes=_rows(CodeFamily, tables.get("codes.csv"), f"{shown}/codes.csv"),
        judge=_rows(JudgeLabel, tables.get("judge.csv"), f"{shown}/judge.csv"),
        phases=_rows(Phase, tables.get("phases.csv"), f"{shown}/phases.csv"),
        prices=None
        if reading.prices is None
        else {
            key: _record(NegotiatedPrice, price, f"{shown}/prices.yaml", None)
            for key, price in reading.prices.items()
        },
        dataset=reading.dataset,
        notes=_rows(Note, reading.notes, f"{shown}/{reading.notes_in}"),
        train=_rows(Note, reading.train, f"{shown}/{reading.notes_in}/train.jsonl"),
        predictions=None
        if predictions is None
        else {
            system: _rows(Prediction, rows, f"{shown}/{reading.notes_in}/predictions/{system}.jsonl") or ()
            for system, rows in predictions.items()
        },
        accounts=reading.accounts or None,
        notes_in=reading.notes_in,
        evaluated=tuple(reading.evaluated),
        code_set=reading.code_set,
        log=_rows(LoggedPhase, tables.get(LOG), LOG),
        usage=reading.usage,
        words=reading.words,
        scenarios=tuple(reading.scenarios),
    )
    if client.scenarios:
        from bespoke.clients.scenarios import check_fitting

        check_fitting(client)
    return client


def _rows(model: type[R], rows: list[Numbered] | None, path: str) -> tuple[R, ...] | None:
    return None if rows is None else tuple(_record(model, row, path, number) for number, row in rows)


def _record(model: type[R], typed: object, path: str, row: int | None) -> R:
    """The readers apply every rule of the schema; one that slips past them is still told by its place."""
    try:
        return model.model_validate(typed)
    except ValidationError as error:
        first = error.errors()[0]
        raise BespokeError(first["msg"], path=path, row=row, column=dotted(first["loc"])) from error
