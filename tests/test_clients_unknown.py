"""Unknown is an answer: empty, `unknown`, `none` and ranges, and what the report then works with."""

# ruff: noqa: E501  (the expected lines stand as they are printed)

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bespoke.clients import check, load
from bespoke.clients.field_rules import fields
from bespoke.clients.schema import Task
from bespoke.clients.unknown_inputs import open_inputs
from bespoke.paths import templates
from tests.client_folder import tasks_alone

HEADER, *ROWS = csv.reader(
    (templates() / "client" / "tasks.csv").read_text(encoding="utf-8").replace("EXAMPLE: ", "").splitlines()
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tasks_alone(tmp_path)


def tasks(root: Path, **cells: str) -> list[str]:
    """Writes the template's first task with other cells; the lines of the check."""
    row = [cells.get(name, cell) for name, cell in zip(HEADER, ROWS[0], strict=True)]
    with (root / "tasks.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, row])
    return [str(problem) for problem in check(root.parent, root.name)]


def test_a_range_enters_with_its_middle_or_its_likely_point(root: Path) -> None:
    assert (
        tasks(root, requests_per_day="1500..3000", input_tokens="100..150..400", current_quality="0.6..0.8")
        == []
    )
    task = load(root.parent, "acme").tasks[0]
    assert (task.requests_per_day, task.input_tokens, task.current_quality) == (2250, 150, 0.7)
    assert task.ranges == {
        "requests_per_day": (1500, 3000), "input_tokens": (100, 400), "current_quality": (0.6, 0.8),
    }  # fmt: skip
    assert "requests_per_day" not in task.unknown


@pytest.mark.parametrize("word", ["unknown", "", "?", "Unbekannt", "desconocido", " UNKNOWN "])
def test_what_nobody_knows_takes_a_wide_range_that_is_named(root: Path, word: str) -> None:
    assert tasks(root, requests_per_day=word, peak_to_mean=word, model=word) == [
        "acme/tasks.csv:2: not known, and assumed instead: model claude-sonnet-5-5, requests_per_day 10 to 100000,"
        " peak_to_mean 1.5 to 8 (warning)"
    ]
    task = load(root.parent, "acme").tasks[0]
    assert (task.requests_per_day, task.peak_to_mean, task.model) == (1000, 3, "claude-sonnet-5-5")
    assert task.ranges["requests_per_day"] == (10, 100_000)
    assert {"requests_per_day", "peak_to_mean", "model"} <= task.unknown


def test_every_input_but_the_names_may_be_unknown(root: Path) -> None:
    columns = set(fields(Task)) - {"task_id", "name"}
    found = tasks(root, **dict.fromkeys(columns, "unknown"))
    assert [line for line in found if "(warning)" not in line] == []
    task = load(root.parent, "acme").tasks[0]
    assert task.unknown == columns
    assert (task.current_quality, task.p95_latency_ms, task.contains_phi) == (None, None, None)


def test_columns_nobody_has_are_not_known(root: Path) -> None:
    (root / "tasks.csv").write_text("task_id,name\nrouting,Routing tickets\n", encoding="utf-8")
    assert [str(p) for p in check(root.parent, "acme")] == [
        "acme/tasks.csv:1: columns are missing and taken as not known: kind, requests_per_day, peak_to_mean,"
        " system_tokens, input_tokens, output_tokens, model, metric (warning)",
        "acme/tasks.csv:2: not known, and assumed instead: kind chat, model claude-sonnet-5-5, metric quality (no metric"
        " named), requests_per_day 10 to 100000, peak_to_mean 1.5 to 8, system_tokens 200 to 10000, input_tokens 100 to"
        " 20000, output_tokens 20 to 2000 (warning)",
    ]
    assert load(root.parent, "acme").tasks[0].unknown == set(fields(Task)) - {"task_id", "name"}


def test_the_tokens_assumed_are_those_of_the_kind_of_task(root: Path) -> None:
    tasks(root, kind="classification", output_tokens="unknown")
    few = load(root.parent, "acme").tasks[0].output_tokens
    tasks(root, kind="drafting", output_tokens="unknown")
    assert few < load(root.parent, "acme").tasks[0].output_tokens / 10


def test_none_is_not_the_same_as_not_known(root: Path) -> None:
    tasks(root, p95_latency_ms="none", model="none")
    task = load(root.parent, "acme").tasks[0]
    assert task.absent == {"p95_latency_ms", "model"}
    assert not {"p95_latency_ms", "model"} & task.unknown
    tasks(root, p95_latency_ms="", model="")
    task = load(root.parent, "acme").tasks[0]
    assert (task.absent, {"p95_latency_ms", "model"} <= task.unknown) == (frozenset(), True)


WRONG = [
    ({"requests_per_day": "1500-3000"}, 'requests_per_day: "1500-3000" is not how a range is written; write 1500..3000'),
    ({"requests_per_day": "1500 bis 3000"}, 'requests_per_day: "1500 bis 3000" is not how a range is written; write 1500..3000'),
    ({"requests_per_day": "~1500"}, 'requests_per_day: "~1500" is not a number; write 1500, or a range such as 1500..3000'),
    ({"requests_per_day": "3000..1500"}, 'requests_per_day: "3000..1500" is not a range; write two or three numbers, the least first'),
    ({"requests_per_day": "1500..many"}, 'requests_per_day: "1500..many" is not a range; write it as 1500..3000 or 1500..2000..3000'),
    ({"current_quality": "0.5..1.5"}, 'current_quality: "1.5" is out of range; must be a number from 0 to 1'),
    ({"metric": "none"}, None),  # a metric by that name
    ({"task_id": "unknown"}, None),  # a task by that name
    ({"kind": "chatbot"}, 'kind: "chatbot" is not one of extraction, classification, routing, question_answering, drafting, summarisation, translation, search, chat, code, sql, agent; nearest: chat'),
    ({"kind": "text-to-sql"}, 'kind: "text-to-sql" is not one of extraction, classification, routing, question_answering, drafting, summarisation, translation, search, chat, code, sql, agent; nearest: sql'),
    ({"kind": "RAG"}, 'kind: "RAG" is not one of extraction, classification, routing, question_answering, drafting, summarisation, translation, search, chat, code, sql, agent; nearest: question_answering'),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "line"), WRONG)
def test_an_answer_that_is_none(root: Path, cells: dict[str, str], line: str | None) -> None:
    assert tasks(root, **cells) == ([] if line is None else [f"acme/tasks.csv:2: {line}"])


@pytest.mark.parametrize("kind", ["code", "sql", "agent", "translation", "search", "chat"])
def test_new_kinds_of_task(root: Path, kind: str) -> None:
    assert tasks(root, kind=kind) == []


def test_what_is_open_comes_with_what_it_moves_and_how_to_find_out(root: Path) -> None:
    tasks(root, requests_per_day="1500..3000", model="unknown", current_quality="")
    volume, model, quality = open_inputs(load(root.parent, "acme"))
    assert (volume.column, volume.known_within, volume.value, volume.limits) == (
        "requests_per_day",
        True,
        2250,
        (1500, 3000),
    )
    assert (model.column, model.known_within, model.value) == ("model", False, "claude-sonnet-5-5")
    assert (quality.column, quality.value) == ("current_quality", None)
    assert "bespoke import usage" in volume.answer
