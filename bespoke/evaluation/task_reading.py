"""evaluation/<task_id>/ as text -> the task as types, every problem by file, line and place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from bespoke.clients.claude_account import ENDING, is_account, read_account
from bespoke.clients.files import LARGEST_YAML, ClientFile, is_there, read_text
from bespoke.clients.grid import in_place, table_name
from bespoke.clients.json_lines import read_records
from bespoke.clients.records import MISFIT, Key, Leaf, dotted, fit_record
from bespoke.clients.schema import Row
from bespoke.clients.tables import Numbered, read_table
from bespoke.clients.wording import did_you_mean, quote
from bespoke.clients.yaml_tree import read_tree
from bespoke.evaluation.cases import EvaluationTask, Grade, JudgeGrade, Preference, Recorded
from bespoke.evaluation.checks import check_task
from bespoke.evaluation.scorer import Scorer

R = TypeVar("R", bound=Row)

SETUP, CASES, TRAIN = "task.yaml", "cases.jsonl", "train.jsonl"
DOCUMENTS, PREDICTIONS = "documents", "predictions"
OURS = ("optimised_prompt.md",)  # written by `bespoke optimise`
TABLES = ("grades.csv", "judge_grades.csv", "preferences.csv", "judge_preferences.csv")
READ = (SETUP, CASES, TRAIN, DOCUMENTS, PREDICTIONS, *TABLES)
TEXTS = (".txt", ".md")


@dataclass
class Folder:
    """One task's folder while it is read: its files as sources, and the line of each id in each."""

    root: Path  # the client folder
    name: str  # evaluation/<task_id>
    known: Callable[[str], Scorer]  # scorer by name; KeyError for none
    scorers: tuple[str, ...]
    given: Mapping[str, Any] = field(default_factory=dict)  # what the engagement says beside the folder
    sources: dict[str, ClientFile] = field(default_factory=dict)
    lines: dict[str, dict[str, int]] = field(default_factory=dict)

    def source(self, file: str) -> ClientFile:
        if file not in self.sources:
            path = in_place(self.root / self.name / file)
            shown = f"{self.root.name}/{self.name}/{file.removesuffix(Path(file).name)}{path.name}"
            self.sources[file] = ClientFile(self.root, path, shown)
        return self.sources[file]

    def say(self, file: str, message: str, *, id: str = "", column: str = "", warning: bool = False) -> None:
        line = self.lines.get(file, {}).get(id)
        self.source(file).say(message, line, column or None, warning=warning)

    def text(self, file: str) -> str | None:
        source = self.source(file)
        return read_text(source) if is_there(source.path) else None

    def entries(self, folder: str) -> list[str]:
        path = self.root / self.name / folder
        if not path.is_dir():
            return []
        return sorted(
            p.relative_to(path).as_posix()
            for p in path.rglob("*")
            if p.is_file() and not p.name.startswith((".", "README")) and not p.name.endswith(".example")
        )


def read_task(folder: Folder, task_ids: tuple[str, ...]) -> EvaluationTask | None:
    """The task, or None where setup or cases cannot be used at all. Problems are in the folder's sources."""
    task_id = folder.name.split("/")[-1]
    if task_ids and task_id not in task_ids:
        folder.say(SETUP, f"{quote(task_id)} is no task_id of tasks.csv{did_you_mean(task_id, task_ids)}")
    scorer, setup = _setup(folder)
    if scorer is None or setup is None:
        return None
    cases = _records(folder, CASES, scorer.case)
    if not cases:
        if not is_there(folder.source(CASES).path):
            folder.say(CASES, "is missing; cases with the right answer belong here, one JSON object a line")
        return None
    wanted = (*scorer.files(setup), *OURS)
    files = {name: text for name in wanted if (text := folder.text(name)) is not None}
    _name_strangers(folder, (*wanted, *([setup.prompt] if setup.prompt else [])))
    task = EvaluationTask(
        task_id=task_id,
        folder=folder.root / folder.name,
        setup=setup,
        cases=cases,
        train=_records(folder, TRAIN, scorer.case),
        documents=_documents(folder),
        recorded=_recorded(folder, scorer),
        accounts=_accounts(folder),
        grades=_table(folder, "grades.csv", Grade),
        judged=_table(folder, "judge_grades.csv", JudgeGrade),
        preferences=_table(folder, "preferences.csv", Preference),
        judge_preferences=_table(folder, "judge_preferences.csv", Preference),
        prompt=(folder.text(setup.prompt) or "") if setup.prompt else "",
        files=files,
        given=folder.given,
    )
    check_task(task, scorer, folder.say)
    scorer.check(task, folder.say)
    return task


def _name_strangers(folder: Folder, wanted: tuple[str, ...]) -> None:
    """Files that nothing reads, most often a misspelt name."""
    known = (*READ, *wanted)
    for path in sorted((folder.root / folder.name).iterdir()):
        quiet = path.name.startswith((".", "README", "claude_")) or path.name.endswith(".example")
        if table_name(path.name) not in known and not quiet:
            folder.say(path.name, f"is not read{did_you_mean(path.name, known)}", warning=True)


def _setup(folder: Folder) -> tuple[Scorer | None, Any]:
    source = folder.source(SETUP)
    if not is_there(source.path):
        message = "is missing, so nothing here is scored; it names the scorer: one of "
        source.say(message + ", ".join(folder.scorers), warning=True)
        return None, None
    text = read_text(source, largest=LARGEST_YAML)
    tree = read_tree(source, text) if text is not None else None
    if tree is None or not isinstance(tree.value, Mapping):
        if tree is not None:
            source.say("must be a mapping of keys such as scorer and metric")
        return None, None
    named = tree.value.get("scorer")
    name = named.text if isinstance(named, Leaf) else ""
    try:
        scorer = folder.known(name)
    except KeyError:
        near = did_you_mean(name, folder.scorers) if name else f"; one of {', '.join(folder.scorers)}"
        source.say(f"{quote(name)} is no scorer{near}", tree.line(("scorer",)), "scorer")
        return None, None

    def say(key: Key, message: str) -> None:
        source.say(message, tree.line(key), dotted(key))

    typed = fit_record(tree.value, scorer.setup, (), say)
    if typed is MISFIT or source.problems:
        return None, None
    return scorer, _built(source, scorer.setup, typed, None)


def _records(folder: Folder, file: str, model: type[R]) -> tuple[R, ...]:
    source = folder.source(file)
    text = folder.text(file)
    if text is None:
        return ()
    rows = read_records(source, text, model)
    folder.lines[file] = {row["id"]: number for number, row in reversed(rows) if "id" in row}
    return _sound(source, model, rows)


def _recorded(folder: Folder, scorer: Scorer) -> dict[str, tuple[Recorded, ...]]:
    found = {}
    for name in folder.entries(PREDICTIONS):
        file = f"{PREDICTIONS}/{name}"
        if not name.endswith(".jsonl"):
            folder.say(file, "is not read; recorded predictions end in .jsonl", warning=True)
            continue
        found[name.removesuffix(".jsonl")] = _records(folder, file, scorer.recorded)
    return found


def _accounts(folder: Folder) -> dict[str, Any]:
    path = folder.root / folder.name
    names = sorted(p.name for p in path.iterdir() if is_account(p.name))
    found = {name.removesuffix(ENDING): read_account(folder.source(name)) for name in names}
    return {name: account for name, account in found.items() if account is not None}


def _documents(folder: Folder) -> dict[str, str]:
    """By the file's path in documents/ without its ending."""
    found = {}
    for name in folder.entries(DOCUMENTS):
        file = f"{DOCUMENTS}/{name}"
        if not name.endswith(TEXTS):
            folder.say(file, f"is not read; documents end in {' or '.join(TEXTS)}", warning=True)
            continue
        text = folder.text(file)
        if text is not None:
            found[name.rsplit(".", 1)[0]] = text
    return found


def _table(folder: Folder, file: str, model: type[R]) -> tuple[R, ...]:
    source = folder.source(file)
    return _sound(source, model, (read_table(source, model) if is_there(source.path) else None) or [])


def _sound(source: ClientFile, model: type[R], rows: Sequence[Numbered]) -> tuple[R, ...]:
    """The rows without a problem, as records."""
    wrong = {problem.row for problem in source.problems}
    built = [_built(source, model, row, number) for number, row in rows if number not in wrong]
    return tuple(row for row in built if row is not None)


def _built(source: ClientFile, model: type[R], typed: object, row: int | None) -> R | None:
    """The readers apply every rule of the schema; what slips past them is still told by its place."""
    try:
        return model.model_validate(typed)
    except ValidationError as error:
        first = error.errors()[0]
        source.say(first["msg"], row, dotted(first["loc"]))
        return None
