"""Which files of a task's folder are read, under which names, and what is said of the others."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.clients.schema import Row
from bespoke.evaluation import task_reading
from bespoke.evaluation.task_reading import Folder


class Line(Row):
    id: str
    n: int = 0


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "acme" / "evaluation" / "mail").mkdir(parents=True)

    def known(name: str) -> Any:
        raise KeyError(name)

    return Folder(tmp_path / "acme", "evaluation/mail", known, ("label", "rubric"))


def write(folder: Folder, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder.root / folder.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def problems(folder: Folder) -> list[str]:
    return [str(problem) for source in folder.sources.values() for problem in source.problems]


def test_a_document_goes_by_its_path_without_the_last_ending(folder: Folder) -> None:
    write(
        folder,
        {
            "documents/a.b.txt": "A", "documents/deep/c.md": "C", "documents/d.pdf": "D", "documents/.hidden.txt": "x",
            "documents/README.md": "x", "documents/e.txt.example": "x",
        },
    )  # fmt: skip
    assert task_reading._documents(folder) == {"a.b": "A", "deep/c": "C"}
    assert problems(folder) == [
        "acme/evaluation/mail/documents/d.pdf: is not read; documents end in .txt or .md (warning)"
    ]


def test_a_recorded_system_goes_by_its_file_and_its_lines_by_their_ids(folder: Folder) -> None:
    write(
        folder,
        {"predictions/house.jsonl": '{"id": "a", "n": 1}\n\n{"id": "b"}\n', "predictions/notes.csv": "x"},
    )
    scorer: Any = SimpleNamespace(recorded=Line)
    found = task_reading._recorded(folder, scorer)
    assert found == {"house": (Line(id="a", n=1), Line(id="b"))}
    assert folder.lines["predictions/house.jsonl"] == {"a": 1, "b": 3}
    assert problems(folder) == [
        "acme/evaluation/mail/predictions/notes.csv: is not read; recorded predictions end in .jsonl (warning)"
    ]
    folder.say("predictions/house.jsonl", "is odd", id="b", column="n")
    assert problems(folder)[0] == "acme/evaluation/mail/predictions/house.jsonl:3: n: is odd"


def test_of_an_id_that_stands_twice_the_first_line_is_told(folder: Folder) -> None:
    write(folder, {"cases.jsonl": '{"id": "a"}\n{"id": "a", "n": 2}\n'})
    task_reading._records(folder, "cases.jsonl", Line)
    assert folder.lines["cases.jsonl"] == {"a": 1}
    assert task_reading._records(folder, "train.jsonl", Line) == ()


def test_a_line_with_a_problem_is_left_out(folder: Folder) -> None:
    write(folder, {"cases.jsonl": '{"id": "a", "n": "many"}\n{"id": "b", "n": 2}\n'})
    assert task_reading._records(folder, "cases.jsonl", Line) == (Line(id="b", n=2),)
    assert [line.partition(": ")[0] for line in problems(folder)] == ["acme/evaluation/mail/cases.jsonl:1"]


def test_a_file_that_nothing_reads_is_named_with_the_one_that_was_meant(folder: Folder) -> None:
    names = [
        "case.jsonl",
        "grades.csv",
        "grades.xlsx",
        "prompt.md",
        ".hidden",
        "README.md",
        "claude_a.json",
        "x.example",
    ]
    write(folder, dict.fromkeys(names, "x"))
    task_reading._name_strangers(folder, ("prompt.md",))
    (said,) = problems(folder)
    assert said.startswith("acme/evaluation/mail/case.jsonl: is not read")
    assert "cases.jsonl" in said


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        (
            None,
            "task.yaml: is missing, so nothing here is scored; it names the scorer: one of label, rubric (warning)",
        ),
        ("[a]", "task.yaml: must be a mapping of keys such as scorer and metric"),
        ("metric: x", 'task.yaml:1: scorer: "" is no scorer; one of label, rubric'),
        ("metric: x\nscorer: labels", 'task.yaml:2: scorer: "labels" is no scorer; nearest: label'),
    ],
)
def test_a_setup_that_names_no_scorer_is_one_line(folder: Folder, setup: str | None, said: str) -> None:
    if setup is not None:
        write(folder, {"task.yaml": setup})
    assert task_reading._setup(folder) == (None, None)
    (line,) = problems(folder)
    assert line.startswith(f"acme/evaluation/mail/{said}")


def test_a_folder_that_no_task_has_is_told_and_one_without_cases_too(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer: Any = SimpleNamespace(case=Line, recorded=Line, files=lambda setup: ())
    monkeypatch.setattr(task_reading, "_setup", lambda folder: (scorer, SimpleNamespace(prompt="")))
    assert task_reading.read_task(folder, ("mails", "notes")) is None
    first, second = problems(folder)
    assert first.startswith(
        'acme/evaluation/mail/task.yaml: "mail" is no task_id of tasks.csv; nearest: mails'
    )
    assert second.endswith(
        "cases.jsonl: is missing; cases with the right answer belong here, one JSON object a line"
    )
    other = Folder(folder.root, folder.name, folder.known, folder.scorers)
    write(folder, {"cases.jsonl": ""})
    assert task_reading.read_task(other, ("mail",)) is None
    assert not [line for line in problems(other) if "is missing" in line or "task_id" in line]
    assert task_reading.read_task(Folder(folder.root, folder.name, folder.known, ()), ()) is None
