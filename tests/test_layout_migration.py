"""evaluation/notes.jsonl of the first layout is moved as a whole or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.evaluation import layout_migration
from bespoke.evaluation.layout_migration import move_notes

NOTE = {"id": "n1", "text": "Señora", "gold": ["I10"], "specialty": "cardiology", "group": "g"}
BARE = {"id": "n2", "text": "Fall.", "gold": [], "specialty": ""}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """evaluation/ with one file of each kind."""
    made = tmp_path / "acme" / "evaluation"
    (made / "predictions").mkdir(parents=True)
    (made / "notes.jsonl").write_text(f"{json.dumps(NOTE)}\n\n{json.dumps(BARE)}\n", encoding="utf-8")
    (made / "train.jsonl").write_text(json.dumps(NOTE), encoding="utf-8")
    (made / "predictions" / "house.jsonl").write_text("{}\n")
    (made / "claude_rag.summary.json").write_text("1")
    (made / "claude_journal.jsonl").write_text("2")
    return made


def records(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_everything_of_the_task_is_moved_and_the_journal_stays(old: Path) -> None:
    (old / ".coded.moving" / "half").mkdir(parents=True)  # of a move that was killed
    told = move_notes(old.parent, "coded")
    new = old / "coded"
    names = [
        "cases.jsonl", "claude_rag.summary.json", "predictions/house.jsonl", "task.yaml", "train.jsonl",
    ]  # fmt: skip
    assert told == [f"acme/evaluation/coded/{name}" for name in names]
    assert sorted(path.name for path in old.iterdir()) == ["claude_journal.jsonl", "coded"]
    assert sorted(path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()) == names
    assert "scorer: code_set\ncode_set: icd10cm\n" in (new / "task.yaml").read_text(encoding="utf-8")


def test_a_case_is_the_note_under_the_new_names(old: Path) -> None:
    move_notes(old.parent, "coded")
    case = {"id": "n1", "input": "Señora", "expected": ["I10"], "group": "g", "tags": ["cardiology"]}
    assert records(old / "coded" / "cases.jsonl") == [case, {"id": "n2", "input": "Fall.", "expected": []}]
    assert records(old / "coded" / "train.jsonl") == [case]
    assert "Señora" in (old / "coded" / "cases.jsonl").read_text(encoding="utf-8")


def test_notes_alone_are_moved_too(old: Path) -> None:
    shutil.rmtree(old / "predictions")
    for path in [*old.iterdir()]:
        if path.name != "notes.jsonl":
            path.unlink()
    assert move_notes(old.parent, "coded") == [
        "acme/evaluation/coded/cases.jsonl", "acme/evaluation/coded/task.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": "n3"', r"evaluation/train\.jsonl:2: is no JSON; mend it"),
        ("[1]", r"evaluation/train\.jsonl:2: is no JSON object; mend it"),
    ],
)
def test_a_line_that_is_no_record_is_named_by_its_number(old: Path, line: str, problem: str) -> None:
    (old / "train.jsonl").write_text(f"{json.dumps(NOTE)}\n{line}\n")
    with pytest.raises(BespokeError, match=problem):
        move_notes(old.parent, "coded")
    assert (old / "notes.jsonl").is_file()
    assert not (old / "coded").exists()


def test_where_there_is_nothing_to_move_or_something_in_the_way_one_line_says_so(old: Path) -> None:
    (old / "coded").mkdir()
    with pytest.raises(BespokeError, match=r"^acme/evaluation/coded: is there already; move or delete it"):
        move_notes(old.parent, "coded")
    (old / "notes.jsonl").unlink()
    with pytest.raises(BespokeError, match=r"^acme/evaluation/notes\.jsonl: is not there: nothing is in the"):
        move_notes(old.parent, "other")


def test_what_cannot_be_written_leaves_no_half(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(layout_migration.shutil, "copytree", full)
    before = sorted(old.rglob("*"))
    with pytest.raises(BespokeError, match=r"^acme/evaluation/coded: cannot be written: No space left"):
        move_notes(old.parent, "coded")
    assert sorted(old.rglob("*")) == before


def test_a_name_for_which_no_folder_can_be_made_is_one_line(old: Path) -> None:
    name = "c" * 250  # as a folder it could stand, its workshop beside it could not
    with pytest.raises(BespokeError, match=r"^acme/evaluation/c+: cannot be written: File name too long"):
        move_notes(old.parent, name)
