"""Distillation: which of a teacher's answers become training examples, and who may do it at all."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bespoke.tuning.jobs import commands
from bespoke.tuning.jobs.tuned_answers import parse
from tests.claude_clients import QUICK
from tests.tuning_bench import LEAD, SYSTEM, error_of, gold, make_client, note_text, taught, write_lines

pytest_plugins = ("tests.claude_fixtures",)
AUTHORISED = ", distillation_authorised: true, anthropic_api: true"


def client(tmp_path: Path, access: str = AUTHORISED) -> Path:
    """Six training notes: the last has no gold codes, the fifth is an evaluation note under another id."""
    folder = make_client(tmp_path / "client_data", rows=3, notes=2, access=access)
    notes = [{"id": f"T{n}", "text": note_text(800 + n), "gold": gold(n)} for n in range(6)]
    notes[4]["text"] = note_text(5000)
    notes[5]["gold"] = {**gold(5), "diagnosis_icd10": []}
    write_lines(folder / "evaluation" / "train.jsonl", notes)
    return folder


def batch_row(name: str, text: str, stop: str = "end_turn", kind: str = "succeeded") -> dict[str, Any]:
    message = {"content": [{"type": "text", "text": text}], "stop_reason": stop}
    return {"custom_id": name, "result": {"type": kind, "message": message}}


def run(folder: Path, rows: list[dict[str, Any]], **more: Any) -> tuple[Any, list[dict[str, Any]]]:
    answers = folder.parent / "answers.jsonl"
    write_lines(answers, rows)
    found = commands.distil(folder.parent, "clinic", answers=answers, say=lambda line: None, **more)
    return found, [json.loads(line) for line in found.path.read_text().splitlines()]


def test_only_right_answers_in_the_schema_are_taken(tmp_path: Path) -> None:
    folder = client(tmp_path)
    found, rows = run(
        folder,
        [
            batch_row("T0", taught(0)),
            batch_row("T1", taught(0)),  # the other note's codes
            batch_row("T2", f"Here you are: {taught(2)}"),
            batch_row("T3", taught(3), stop="max_tokens"),
            batch_row("T4", taught(4)),
            batch_row("T5", taught(5)),
            batch_row("T0", taught(0)),
        ],
    )
    assert found.outcomes == {
        "T0": "accepted", "T1": "differs_from_gold", "T2": "schema_broken", "T3": "no_answer",
        "T4": "evaluation_note", "T5": "not_judged",
    }  # fmt: skip
    assert found.accepted == 1
    (row,) = rows
    assert [turn["from"] for turn in row["conversations"]] == ["system", "human", "assistant"]
    assert row["conversations"][0]["value"] == SYSTEM
    assert row["conversations"][1]["value"] == LEAD + note_text(800)
    assert json.loads(row["conversations"][2]["value"]) == gold(0)


def test_a_judge_decides_where_there_is_no_gold(tmp_path: Path) -> None:
    folder = client(tmp_path)
    verdicts = tmp_path / "verdicts.jsonl"
    for accepted, reason in ((True, "accepted"), (False, "rejected_by_judge")):
        write_lines(verdicts, [{"id": "T5", "accepted": accepted}, {"id": "T1", "accepted": True}])
        found, _ = run(folder, [batch_row("T0", taught(0)), batch_row("T5", taught(5))], verdicts=verdicts)
        assert found.outcomes["T5"] == reason
    found, _ = run(folder, [batch_row("T0", taught(0)), batch_row("T1", taught(0))], verdicts=verdicts)
    assert found.outcomes["T1"] == "differs_from_gold"  # no judge overrules the gold


def test_recorded_predictions_are_read_too(tmp_path: Path) -> None:
    folder = client(tmp_path)
    found, _ = run(folder, [{"id": "T0", "prediction": gold(0)}, {"id": "T1", "prediction": None}])
    assert found.outcomes == {"T0": "accepted", "T1": "schema_broken"}


@pytest.mark.parametrize(
    "access", ["", ", distillation_authorised: false", ", distillation_authorised: null"]
)
def test_without_written_authorisation_nothing_is_written(tmp_path: Path, access: str) -> None:
    folder = client(tmp_path, access)
    answers = tmp_path / "answers.jsonl"
    write_lines(answers, [batch_row("T0", taught(0))])
    text = error_of(lambda: commands.distil(folder.parent, "clinic", answers=answers, say=print))
    assert "access.distillation_authorised" in text
    assert "prior written authorisation" in text
    assert not (folder / "tuning").exists()


def test_files_that_cannot_be_used_are_one_line_each(tmp_path: Path) -> None:
    folder = client(tmp_path)
    answers = tmp_path / "answers.jsonl"
    for text, message in (
        ('{"id": "X", "prediction": null}\n', "answers.jsonl:1: id: 'X' is no id of"),
        ('{"id": "T0", "prediction": null}\n{"name": 1}\n', "answers.jsonl:2: has neither"),
        ('{"id": "T0"', "answers.jsonl:1: is no JSON"),
        ("[1]\n", "answers.jsonl:1: is no JSON object"),
        ('{"id": "T0", "prediction": null}\n', "no answer was accepted: 1 not one JSON object"),
    ):
        answers.write_text(text)
        found = error_of(lambda: commands.distil(folder.parent, "clinic", answers=answers, say=print))
        assert message in found
        assert "\n" not in found


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (json.dumps(gold(1)), ("M25.561",)),
        (f"```json\n{json.dumps(gold(1))}\n```", ("M25.561",)),
        (json.dumps({**gold(1), "diagnosis_icd10": ["M25.561 Pain", "i10: High"]}), ("M25.561", "i10")),
        (json.dumps({**gold(1), "diagnosis_icd10": ["knee pain"]}), ("knee pain",)),  # malformed, for chapter 4
        (json.dumps({**gold(1), "prescribed_medications": ["ibuprofen"]}), ("M25.561",)),
        (json.dumps({**gold(1), "follow_up_date": "in two weeks"}), None),
        (json.dumps({**gold(1), "comment": "x"}), None),
        (json.dumps({"diagnosis_icd10": []}), None),
        (json.dumps([gold(1)]), None),
        (json.dumps(gold(1)).replace("pain", "\\ud800"), None),
        ("I cannot help with that.", None),
        ("[" * 100_000, None),
        ("", None),
    ],
)  # fmt: skip
def test_answers_that_keep_the_schema(text: str, codes: tuple[str, ...] | None) -> None:
    found = parse(text)
    assert (found.diagnosis_icd10 if found else None) == codes


# --- the teacher ---------------------------------------------------------------------------------------------


def teaching(folder: Path, **more: Any) -> tuple[Any, list[str]]:
    said: list[str] = []
    found = commands.teach(
        folder.parent, "clinic", model="claude-haiku-5-5", strategy="zero_shot", budget_usd=Decimal(5),
        say=said.append, patience=QUICK, **more,
    )  # fmt: skip
    return found, said


def test_the_teacher_is_asked_in_batches_and_its_right_answers_are_taken(serve: Any, tmp_path: Path) -> None:
    folder = client(tmp_path)
    server = serve(script={note_text(800): json.dumps(gold(0)), note_text(801): json.dumps(gold(0))})
    found, said = teaching(folder, yes=True)
    # six training notes, one of them an evaluation note under another id; codes of the note itself or the other's
    assert found.summary.strategies[0].notes == 5
    assert found.summary.strategies[0].batch
    assert server.account()["billed"] == 5
    assert f"bespoke tune distil clinic {found.answers}" in said[-1]
    assert not (folder / "evaluation" / "predictions").exists()  # the teacher is no system of chapter 4
    taken = commands.distil(folder.parent, "clinic", answers=found.answers, say=said.append)
    assert taken.outcomes["T0"] == "accepted"
    assert taken.outcomes["T1"] == "differs_from_gold"
    teaching(folder, yes=True)
    assert server.account()["billed"] == 5  # nothing is paid twice


def test_the_teacher_is_only_quoted_without_yes_and_refused_without_authorisation(
    serve: Any, tmp_path: Path
) -> None:
    server = serve()
    folder = client(tmp_path)
    found, said = teaching(folder)
    assert found.answers is None
    assert said[-1] == "nothing was sent: this is the quote; --yes sends it"
    other = client(tmp_path / "other", access=", anthropic_api: true")
    assert "prior written authorisation" in error_of(lambda: teaching(other, yes=True))
    assert server.account()["billed"] == 0
    assert not (other / "tuning").exists()
