"""One client folder, file by file: all its problems, and what it says when there are none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bespoke.clients import assumed, plausible
from bespoke.clients.advice_inputs import check_advice_inputs
from bespoke.clients.claude_account import ENDING, is_account, read_account
from bespoke.clients.drawn import check_drawn
from bespoke.clients.engagement import CODE_SET_IN, read_engagement
from bespoke.clients.evaluation import check_leakage, read_code_set, read_notes, read_predictions
from bespoke.clients.files import Source, check_encoding, is_there
from bespoke.clients.grid import EXCEL, in_place, table_name
from bespoke.clients.prices import read_prices
from bespoke.clients.rows import check_codes, check_failures, check_judge, check_phases, check_tasks
from bespoke.clients.schema import (
    ClaudeAccount,
    CodeFamily,
    Failure,
    JudgeLabel,
    LoggedPhase,
    Phase,
    Row,
    SavedAs,
    Task,
)
from bespoke.clients.tables import Numbered, read_table
from bespoke.clients.wording import quote
from bespoke.errors import Problem

if TYPE_CHECKING:
    from bespoke.clients.usage import TaskUsage
    from bespoke.evaluation.cases import EvaluationTask
    from bespoke.facts.icd10 import Release

FILES = (
    "engagement.yaml", "tasks.csv", "failures.csv", "codes.csv", "judge.csv", "phases.csv", "prices.yaml",
    "usage.json", "exports", "dataset", "evaluation", "notebooks", "tuning",
)  # fmt: skip
LOG = "engagement_log.csv"
EVALUATION_FILES = ("notes.jsonl", "train.jsonl", "predictions", "waivers.csv", "judge_waivers.csv")
WRITTEN_BY_A_RUN = ("journal.sqlite", "judge_journal.sqlite", "claude_")  # how names begin, in evaluation/
LINES_ENDING = ".jsonl"
DATASET_ENDINGS = (
    ".jsonl",
    ".ndjson",
    ".json",
    ".csv",
    ".tsv",
    EXCEL,
    ".parquet",
    ".jsonl.gz",
    ".json.gz",
    ".csv.gz",
)
BINARY_ENDINGS = (EXCEL, ".parquet", ".gz")


@dataclass
class Reading:
    """What was read of a client folder: typed fields by file, and the files in order with their problems."""

    root: Path
    sources: list[Source] = field(default_factory=list)
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
    evaluated: list[EvaluationTask] = field(default_factory=list)

    def problems(self) -> list[Problem]:
        """In the order of files, then rows."""
        return [p for source in self.sources for p in sorted(source.problems, key=lambda p: p.row or 0)]

    def source(self, name: str, *, required: bool = False) -> Source | None:
        """The file, if it is there; a missing required one is a problem."""
        source = Source(self.root, self.root / name, f"{self.root.name}/{name}", required)
        self.sources.append(source)
        if is_there(source.path):
            return source
        if required:
            source.say("is missing; `bespoke new` makes a folder that has one to copy")
        return None

    def table(self, name: str, *, required: bool = False) -> Source | None:
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
        source = self.source(name) if name else Source(self.root, self.root, self.root.name)
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


def read_folder(root: Path) -> Reading:
    """Reads everything, however much of it is wrong."""
    reading = Reading(root)
    engagement = reading.source("engagement.yaml", required=True)
    reading.engagement = read_engagement(engagement) if engagement else None
    _read_usage(reading)
    _read_tables(reading)
    _check_usage(reading)
    _read_log(reading)
    prices = reading.source("prices.yaml")
    if prices:
        reading.prices = read_prices(prices, (reading.engagement or {}).get("as_of"))
    _read_dataset(reading)
    _read_evaluation(reading)
    _name_strangers(reading)
    check_drawn(reading)
    return reading


def _read_tables(reading: Reading) -> None:
    tasks = _table(reading, "tasks.csv", Task, required=True)
    task_ids = None
    as_of = (reading.engagement or {}).get("as_of")
    if tasks:
        check_tasks(*tasks)
        check_advice_inputs(*tasks, reading.engagement)
        if as_of:
            plausible.check_tasks(*tasks, as_of)
            _tell_open(reading, *tasks, as_of)
        task_ids = [row["task_id"] for _, row in tasks[1] if "task_id" in row]
    failures = _table(reading, "failures.csv", Failure)
    if failures:
        check_failures(*failures, task_ids)
        plausible.check_failures(*failures, tasks[1] if tasks else [])
    codes = _table(reading, "codes.csv", CodeFamily)
    if codes:
        used = {row["code"] for _, row in failures[1] if row.get("code")} if failures else None
        check_codes(*codes, used)
    judge = _table(reading, "judge.csv", JudgeLabel)
    if judge:
        ids = [row["failure_id"] for _, row in failures[1] if "failure_id" in row] if failures else []
        check_judge(*judge, ids)
    phases = _table(reading, "phases.csv", Phase)
    if phases:
        check_phases(*phases)


def _table(
    reading: Reading, name: str, model: type[Row], *, required: bool = False
) -> tuple[Source, list[Numbered]] | None:
    source = reading.table(name, required=required)
    saved = (reading.engagement or {}).get("csv")
    rows = read_table(source, model, SavedAs(**saved) if saved else None) if source else None
    if source is None or rows is None:
        return None
    reading.tables[name] = rows
    return source, rows


def _read_usage(reading: Reading) -> None:
    source = reading.source("usage.json")
    if source is None:
        return
    from bespoke.clients.usage import read_usage

    reading.usage = read_usage(source)


def _check_usage(reading: Reading) -> None:
    source = next((source for source in reading.sources if source.path.name == "usage.json"), None)
    task_ids = {row.get("task_id") for _, row in reading.tables.get("tasks.csv", ())}
    for task in reading.usage or ():
        if source is not None and task not in task_ids:
            source.say(f"measures {quote(task)}, which is no task_id of tasks.csv", warning=True)


def _tell_open(reading: Reading, source: Source, rows: list[Numbered], as_of: date) -> None:
    """Warns of numbers, models and metrics that nobody knows and nothing measured."""
    for number, row in rows:
        measured = (reading.usage or {}).get(row.get("task_id", ""))
        told = assumed.told(assumed.completed(row, measured, as_of)) if row.get("unknown") else ""
        if told:
            source.say(f"not known, and assumed instead: {told}", number, warning=True)


def _read_log(reading: Reading) -> None:
    """The log of finished engagements lies beside the client folders: one for the whole house."""
    path = in_place(reading.root.parent / LOG)
    source = Source(reading.root.parent, path, path.name)
    reading.sources.append(source)
    rows = read_table(source, LoggedPhase) if is_there(source.path) else None
    if rows is not None:
        reading.tables[LOG] = rows


def _read_dataset(reading: Reading) -> None:
    files = []
    for name in reading.entries("dataset"):
        if name.startswith((".", "README")) or name.endswith(".example"):
            continue
        source = reading.source(f"dataset/{name}")
        if source is None:
            continue
        if not name.endswith(DATASET_ENDINGS):
            source.say(f"is not read; dataset files end in {', '.join(DATASET_ENDINGS)}", warning=True)
            continue
        if not name.endswith(BINARY_ENDINGS):
            check_encoding(source)
        files.append(source.path)
    reading.dataset = tuple(files)


def _read_evaluation(reading: Reading) -> None:
    entries = reading.entries("evaluation")
    folder = reading.sources[-1]
    given = (reading.engagement or {}).get("evaluation", {}).get("code_set") or ""
    given = given.replace("\\", "/").removeprefix("./")
    folders = [name for name in entries if name != "predictions" and (folder.path / name).is_dir()]
    tasks = [name for name in folders if not name.startswith(".") and _holds_files(folder.path / name)]
    own = [
        name
        for name in entries
        if name not in folders and not name.startswith(WRITTEN_BY_A_RUN) and f"{CODE_SET_IN}{name}" != given
    ]
    _name_unknown(folder, own, EVALUATION_FILES)
    if given.startswith(CODE_SET_IN):
        named = Source(reading.root, reading.root / given, f"{reading.root.name}/{given}")
        reading.sources.append(named)
        reading.code_set = read_code_set(named)
    if not entries:
        return
    if tasks:
        from bespoke.clients.evaluated import read_evaluated

        read_evaluated(reading, tasks)
    for name in filter(is_account, entries):
        source = reading.source(f"evaluation/{name}")
        account = read_account(source) if source else None
        if account:
            reading.accounts[name.removesuffix(ENDING)] = account
    if reading.notes is not None and not is_there(folder.path / "notes.jsonl"):
        return
    notes = reading.source("evaluation/notes.jsonl")
    if notes:
        notes.say(
            f"is the first layout, still read; `bespoke move-notes {reading.root.name}` puts it in a folder of "
            f"its task",
            warning=True,
        )
    reading.notes = read_notes(notes, reading.code_set) if notes else None
    train = reading.source("evaluation/train.jsonl")
    reading.train = read_notes(train, reading.code_set) if train else None
    if train and reading.train and reading.notes:
        check_leakage(train, reading.train, reading.notes)
    _read_all_predictions(reading)


def _holds_files(path: Path) -> bool:
    """A folder with more in it than the template's examples."""
    return any(
        p.is_file() and not p.name.startswith((".", "README")) and p.suffix != ".example"
        for p in path.rglob("*")
    )


def _read_all_predictions(reading: Reading) -> None:
    predictions: dict[str, list[Numbered]] = {}
    for name in reading.entries("evaluation/predictions"):
        if name.startswith((".", "README")) or name.endswith(".example"):
            continue
        source = reading.source(f"evaluation/predictions/{name}")
        if source is None:
            continue
        if not name.endswith(LINES_ENDING):
            source.say(f"is not read; recorded predictions end in {LINES_ENDING}", warning=True)
            continue
        if not is_there(reading.root / "evaluation" / "notes.jsonl"):
            source.say("needs evaluation/notes.jsonl to be scored against, which is not there")
        rows = read_predictions(source, reading.notes)
        if rows is not None:
            predictions[name.removesuffix(LINES_ENDING)] = rows
    reading.predictions = predictions or None


def _name_strangers(reading: Reading) -> None:
    """Files that nothing reads, most often a misspelt name."""
    engagement = reading.engagement or {}
    named = [engagement.get("branding", {}).get("logo"), *engagement.get("fonts", ())]
    claimed = {name.replace("\\", "/").removeprefix("./").split("/")[0] for name in named if name}
    entries = [name for name in reading.entries("") if name not in claimed]
    _name_unknown(reading.sources[-1], entries, FILES)


def _name_unknown(folder: Source, entries: list[str], known: tuple[str, ...]) -> None:
    for name in entries:
        quiet = name.startswith((".", "README")) or name.endswith(".example")
        quiet = quiet or name in known or table_name(name) in known
        if not quiet:
            stranger = Source(folder.root, folder.path / name, f"{folder.shown}/{name}")
            stranger.say(f"is not read{folder.near(name, known)}", warning=True)
            folder.problems += stranger.problems
