"""One client folder, file by file: all its problems, and what it says when there are none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bespoke.clients import assumed, plausible, scenarios
from bespoke.clients.advice_inputs import check_advice_inputs
from bespoke.clients.claude_account import ENDING, is_account, read_account
from bespoke.clients.coded_notes import check_leakage, read_code_set, read_notes, read_predictions
from bespoke.clients.engagement import CODE_SET_IN, read_engagement
from bespoke.clients.files import LARGEST_YAML, ClientFile, check_encoding, is_there, read_text
from bespoke.clients.folder_reading import FolderReading
from bespoke.clients.glyph_coverage import check_drawn
from bespoke.clients.grid import EXCEL, in_place, table_name
from bespoke.clients.own_prices import read_prices
from bespoke.clients.row_relations import check_codes, check_failures, check_judge, check_phases, check_tasks
from bespoke.clients.schema import CodeFamily, Failure, JudgeLabel, LoggedPhase, Phase, Row, SavedAs, Task
from bespoke.clients.tables import Numbered, read_table
from bespoke.clients.wording import quote

FILES = (
    "engagement.yaml", "tasks.csv", "failures.csv", "codes.csv", "judge.csv", "phases.csv", "prices.yaml",
    "usage.json", "exports", "dataset", "evaluation", "notebooks", "scenarios", "tuning", "notes.md", "notes",
)  # fmt: skip
LOG = "engagement_log.csv"
EVALUATION_FILES = ("notes.jsonl", "train.jsonl", "predictions", "waivers.csv", "judge_waivers.csv")
WRITTEN_BY_A_RUN = ("journal.sqlite", "judge_journal.sqlite", "claude_")  # how names begin, in evaluation/
WORDS, WORDS_FOLDER, WORDS_ENDING = "notes.md", "notes", ".md"
LINES_ENDING = ".jsonl"
DATASET_ENDINGS = (
    ".jsonl", ".ndjson", ".json", ".csv", ".tsv", EXCEL, ".parquet", ".jsonl.gz", ".json.gz", ".csv.gz",
)  # fmt: skip
BINARY_ENDINGS = (EXCEL, ".parquet", ".gz")


def read_folder(root: Path) -> FolderReading:
    """Reads everything, however much of it is wrong."""
    reading = FolderReading(root)
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
    _read_words(reading)
    _read_scenarios(reading)
    _name_strangers(reading)
    check_drawn(reading)
    return reading


def _read_tables(reading: FolderReading) -> None:
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
    reading: FolderReading, name: str, model: type[Row], *, required: bool = False
) -> tuple[ClientFile, list[Numbered]] | None:
    source = reading.table(name, required=required)
    saved = (reading.engagement or {}).get("csv")
    rows = read_table(source, model, SavedAs(**saved) if saved else None) if source else None
    if source is None or rows is None:
        return None
    reading.tables[name] = rows
    return source, rows


def _read_usage(reading: FolderReading) -> None:
    source = reading.source("usage.json")
    if source is None:
        return
    from bespoke.clients.usage import read_usage

    reading.usage = read_usage(source)


def _check_usage(reading: FolderReading) -> None:
    source = next((source for source in reading.sources if source.path.name == "usage.json"), None)
    task_ids = {row.get("task_id") for _, row in reading.tables.get("tasks.csv", ())}
    for task in reading.usage or ():
        if source is not None and task not in task_ids:
            source.say(f"measures {quote(task)}, which is no task_id of tasks.csv", warning=True)


def _tell_open(reading: FolderReading, source: ClientFile, rows: list[Numbered], as_of: date) -> None:
    """Warns of numbers, models and metrics that nobody knows and nothing measured."""
    for number, row in rows:
        measured = (reading.usage or {}).get(row.get("task_id", ""))
        told = assumed.assumption_text(assumed.completed(row, measured, as_of)) if row.get("unknown") else ""
        if told:
            source.say(f"not known, and assumed instead: {told}", number, warning=True)


def _read_log(reading: FolderReading) -> None:
    """The log of finished engagements lies beside the client folders: one for the whole consultancy."""
    path = in_place(reading.root.parent / LOG)
    source = ClientFile(reading.root.parent, path, path.name)
    reading.sources.append(source)
    rows = read_table(source, LoggedPhase) if is_there(source.path) else None
    if rows is not None:
        reading.tables[LOG] = rows


def _read_dataset(reading: FolderReading) -> None:
    files = []
    for name, source in _listed(reading, "dataset", "dataset files", DATASET_ENDINGS):
        if not name.endswith(BINARY_ENDINGS):
            check_encoding(source)
        files.append(source.path)
    reading.dataset = tuple(files)


def _read_evaluation(reading: FolderReading) -> None:
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
        named = ClientFile(reading.root, reading.root / given, f"{reading.root.name}/{given}")
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


def _read_words(reading: FolderReading) -> None:
    """Markdown for the summary, and in notes/ for the chapters. Where each stands is looked up when it is printed."""
    names = [WORDS]
    for name in reading.entries(WORDS_FOLDER):
        if name.endswith(WORDS_ENDING) and not _is_quiet(name):
            names.append(f"{WORDS_FOLDER}/{name}")
        elif not _is_quiet(name):
            stranger = ClientFile(
                reading.root, reading.root / WORDS_FOLDER, f"{reading.root.name}/{WORDS_FOLDER}/{name}"
            )
            stranger.say(
                f"is not read; words for a chapter are a file such as {WORDS_FOLDER}/06.md", warning=True
            )
            reading.sources.append(stranger)
    for name in names:
        source = reading.source(name)
        text = read_text(source, largest=LARGEST_YAML) if source else None
        if text is not None:
            reading.words[name] = text


def _read_scenarios(reading: FolderReading) -> None:
    rows = reading.tables.get("tasks.csv")
    tasks = None if rows is None else [row["task_id"] for _, row in rows if "task_id" in row]
    for name, source in _listed(reading, "scenarios", "scenarios", (scenarios.ENDING,)):
        found = scenarios.read_scenario(source, name.removesuffix(scenarios.ENDING), tasks)
        reading.scenarios += [found] if found else []


def _listed(
    reading: FolderReading, folder: str, what: str, endings: tuple[str, ...]
) -> Iterator[tuple[str, ClientFile]]:
    """The files of a folder, hidden ones and examples left out; a warning for one that does not end as it has to."""
    for name in reading.entries(folder):
        source = None if _is_quiet(name) else reading.source(f"{folder}/{name}")
        if source is not None and name.endswith(endings):
            yield name, source
        elif source is not None:
            source.say(f"is not read; {what} end in {', '.join(endings)}", warning=True)


def _is_quiet(name: str) -> bool:
    """A hidden file, a README or one of the template's examples: nothing is said of it."""
    return name.startswith((".", "README")) or name.endswith(".example")


def _holds_files(path: Path) -> bool:
    """A folder with more in it than the template's examples."""
    return any(p.is_file() and not _is_quiet(p.name) for p in path.rglob("*"))


def _read_all_predictions(reading: FolderReading) -> None:
    predictions: dict[str, list[Numbered]] = {}
    for name, source in _listed(reading, "evaluation/predictions", "recorded predictions", (LINES_ENDING,)):
        if not is_there(reading.root / "evaluation" / "notes.jsonl"):
            source.say("needs evaluation/notes.jsonl to be scored against, which is not there")
        rows = read_predictions(source, reading.notes)
        if rows is not None:
            predictions[name.removesuffix(LINES_ENDING)] = rows
    reading.predictions = predictions or None


def _name_strangers(reading: FolderReading) -> None:
    """Files that nothing reads, most often a misspelt name."""
    engagement = reading.engagement or {}
    named = [engagement.get("branding", {}).get("logo"), *engagement.get("fonts", ())]
    claimed = {name.replace("\\", "/").removeprefix("./").split("/")[0] for name in named if name}
    entries = [name for name in reading.entries("") if name not in claimed]
    _name_unknown(reading.sources[-1], entries, FILES)


def _name_unknown(folder: ClientFile, entries: list[str], known: tuple[str, ...]) -> None:
    for name in entries:
        if not (_is_quiet(name) or name in known or table_name(name) in known):
            stranger = ClientFile(folder.root, folder.path / name, f"{folder.shown}/{name}")
            stranger.say(f"is not read{folder.near(name, known)}", warning=True)
            folder.problems += stranger.problems
