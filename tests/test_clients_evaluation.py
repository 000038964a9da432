"""Notes, training notes and recorded predictions: one thing wrong, the exact line that says so."""

# ruff: noqa: E501  (the expected lines stand as they are printed)

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bespoke.clients import check, load
from bespoke.clients.field_rules import fields
from bespoke.clients.language import foreign_language
from bespoke.clients.scalars import check_text
from bespoke.clients.schema import Medication
from bespoke.evaluation.cases import Case
from bespoke.paths import templates

NOTE: dict[str, Any] = {
    "id": "n1",
    "text": "Asthma. Salbutamol as needed.",
    "gold": {
        "diagnosis_icd10": ["J45.909"],
        "prescribed_medications": ["salbutamol"],
        "follow_up_date": None,
    },
    "evidence": [{"code": "J45.909", "text": "Asthma", "start": 0, "end": 6}],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    (folder / "evaluation" / "predictions").mkdir(parents=True)
    for name in ("engagement.yaml", "tasks.csv"):
        shutil.copy(templates() / "client" / name, folder)
    return folder


def lines(root: Path) -> list[str]:
    """Every problem but the two that this layout and this template always have."""
    usual = ("template's example", "is the first layout")
    found = map(str, check(root.parent, root.name))
    return [line for line in found if not any(words in line for words in usual)]


def write(root: Path, name: str, *records: Any) -> None:
    text = "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records)
    (root / "evaluation" / name).write_text(text, encoding="utf-8")


def note(**changes: Any) -> dict[str, Any]:
    return {**NOTE, **changes}


def test_notes_are_read_and_a_plain_medication_is_a_drug(root: Path) -> None:
    write(root, "notes.jsonl", NOTE, "", note(id="n2", gold={}, evidence=[]))
    assert lines(root) == []
    notes = load(root.parent, "acme").notes
    assert notes is not None
    assert notes[0].gold.prescribed_medications == (Medication(drug="salbutamol"),)
    assert [n.id for n in notes] == ["n1", "n2"]


WRONG = [
    ('{"id": "n1", }', "malformed JSON at place 14 of the line: Expecting property name enclosed in double quotes"),
    ('{"id": "n1"} {}', "more text follows the object at place 14; write one object a line"),
    ("[1, 2", "malformed JSON at place 6 of the line: Expecting ',' delimiter"),
    ("12", "is not a JSON object; write one {...} a line"),
    ("[" * 100_000, "is nested too deeply"),
    ('{"id": "n1", "id": "n1", "text": "x", "gold": {}}', 'key "id" stands twice in one object; keep one'),
    ('{"id": "n1", "text": "x", "gold": {"symptoms": NaN}}', "NaN is not JSON; write a number or null"),
    ('{"id": "n1", "text": "x", "gold": {"symptoms": null}}', "gold.symptoms: is empty; must be a list"),
    ('{"id": "n1", "text": "\\ud800", "gold": {}}', "text: holds half a character (a lone surrogate escape); write the whole character"),
    (note(text="  "), "text: is empty; must be text"),
    (note(gold={"diagnosis_icd10": "J45.909"}), 'gold.diagnosis_icd10: must be a list, not the text "J45.909"'),
    (note(gold={"diagnosis": ["J45.909"]}), "gold.diagnosis: unknown key; nearest: diagnosis_icd10"),
    (note(gold={"follow_up_date": "12/04/2026"}), 'gold.follow_up_date: "12/04/2026" is not a date; write it as YYYY-MM-DD, such as 2026-11-20'),
    (note(gold={"prescribed_medications": [{"drug": "x", "doze": "1"}]}), "gold.prescribed_medications[0].doze: unknown key; nearest: dose"),
    (note(id=7), 'id: must be text, not the number "7"'),
    ({"id": "n1", "txt": "x", "gold": {}}, "txt: unknown key; nearest: text"),
    ({"id": "n1", "txt": "x", "gold": {}}, "text: is missing; must be text"),
    (note(evidence=[{"code": "J45.909", "text": "Asthma", "start": 1, "end": 7}]), 'evidence[0]: characters 1 to 7 read "sthma.", not "Asthma"; it stands at 0 to 6'),
    (note(evidence=[{"code": "J45.909", "text": "COPD", "start": 0, "end": 4}]), 'evidence[0]: characters 0 to 4 read "Asth", not "COPD"; the note does not hold it'),
    (note(evidence=[{"code": "J45.909", "text": "Asthma", "start": True, "end": 6}]), "evidence[0].start: must be a whole number from 0 to 1000000000, not true"),
    (note(evidence=[{"code": "J45.909", "text": "Asthma", "start": 0.5, "end": 6}]), 'evidence[0].start: "0.5" is not a whole number'),
]  # fmt: skip


@pytest.mark.parametrize(("record", "message"), WRONG)
def test_a_wrong_line(root: Path, record: Any, message: str) -> None:
    write(root, "notes.jsonl", note(id="n0"), record)
    assert f"acme/evaluation/notes.jsonl:2: {message}" in lines(root)


def test_an_array_over_several_lines_is_one_problem(root: Path) -> None:
    (root / "evaluation" / "notes.jsonl").write_text(json.dumps([NOTE], indent=1), encoding="utf-8")
    assert lines(root) == [
        "acme/evaluation/notes.jsonl:1: is one JSON document; write one object a line (JSON Lines)"
    ]


def test_duplicate_ids(root: Path) -> None:
    write(root, "notes.jsonl", NOTE, NOTE)
    assert lines(root) == [
        'acme/evaluation/notes.jsonl:2: id: "n1" stands in row 1 already; give each its own'
    ]


def test_gold_codes_are_named_as_warnings(root: Path) -> None:
    write(root, "notes.jsonl", note(gold={"diagnosis_icd10": ["E11", "Z99.999Z", "??"]}, evidence=[]))
    release = "ICD-10-CM FY2026, April 2026 update"
    assert lines(root) == [
        f'acme/evaluation/notes.jsonl:1: gold.diagnosis_icd10[0]: "E11" is not billable in {release};'
        " a hit on it scores, unless only valid codes count (warning)",
        f'acme/evaluation/notes.jsonl:1: gold.diagnosis_icd10[1]: "Z99.999Z" does not exist in {release};'
        " a hit on it scores, unless only valid codes count (warning)",
        'acme/evaluation/notes.jsonl:1: gold.diagnosis_icd10[2]: "??" does not have the form of an ICD-10-CM code;'
        " a hit on it scores, unless only valid codes count (warning)",
    ]
    assert load(root.parent, "acme").notes is not None


def test_a_retired_gold_code_is_named_as_one(root: Path) -> None:
    write(root, "notes.jsonl", note(gold={"diagnosis_icd10": ["r51"]}, evidence=[]))
    assert lines(root) == [
        'acme/evaluation/notes.jsonl:1: gold.diagnosis_icd10[0]: "r51" is not in'
        " ICD-10-CM FY2026, April 2026 update; of the releases at hand FY2019 is the last in which it was billable; a hit on it scores, unless only valid codes count (warning)"
    ]


SPANISH = "Paciente con fiebre de tres días y dolor en el costado, que no se calma con los analgésicos."


def test_notes_in_another_language_are_named_one_by_one_or_together(root: Path) -> None:
    write(root, "notes.jsonl", note(), note(id="n2", text=SPANISH, evidence=[]))
    means = "codes are described in English, so a search of the code set finds little in it (warning)"
    assert lines(root) == [f"acme/evaluation/notes.jsonl:2: text: reads as Spanish; {means}"]
    write(root, "notes.jsonl", *(note(id=f"n{i}", text=f"{SPANISH} {i}", evidence=[]) for i in range(5)))
    assert lines(root) == [
        f"acme/evaluation/notes.jsonl:{n}: text: reads as Spanish; {means}" for n in range(1, 6)
    ]
    write(root, "notes.jsonl", *(note(id=f"n{i}", text=f"{SPANISH} {i}", evidence=[]) for i in range(8)))
    assert lines(root) == [
        "acme/evaluation/notes.jsonl:1: text: reads as Spanish; 7 more notes are not in English "
        f"(lines 2, 3, 4 and 4 more); {means}"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "58M DM2 HTN. BP 146/88. A1c 9.8%. Cont metformin 1 g BID. RTC 4 wks",
        "Seen in the clinic. La Paz resident, visits Los Angeles. Denies el dolor.",
        "",
    ],
)
def test_terse_and_english_notes_are_not_taken_for_another_language(text: str) -> None:
    assert foreign_language(text) is None


def test_a_very_long_note_is_a_warning(root: Path) -> None:
    write(root, "notes.jsonl", note(text="x" * 200_001, evidence=[]))
    assert lines(root) == [
        "acme/evaluation/notes.jsonl:1: text: note of 200 KB; over 200 KB it may not fit a model's context (warning)"
    ]


def test_the_same_note_in_both_files_is_a_leak(root: Path) -> None:
    write(root, "notes.jsonl", note(id="n0", text="other", evidence=[]), NOTE)
    write(root, "train.jsonl", note(id="t1"))
    assert lines(root) == [
        "acme/evaluation/train.jsonl:1: text: the same note as notes.jsonl line 2;"
        " systems that learn would have seen the answer (warning)"
    ]


def test_predictions_are_matched_with_the_notes(root: Path) -> None:
    write(root, "notes.jsonl", *(note(id=f"note-{n}", evidence=[]) for n in range(6)))
    write(
        root,
        "predictions/base.jsonl",
        {"id": "note-1", "prediction": None, "latency_ms": 12.5},
        {"id": "note-1", "prediction": {}},
        {"id": "note1", "prediction": {"follow_up_date": "soon"}},
    )
    assert lines(root) == [
        "acme/evaluation/predictions/base.jsonl: 5 of 6 notes have no prediction and count as errors:"
        " note-0, note-2, note-3 and 2 more (warning)",
        'acme/evaluation/predictions/base.jsonl:2: id: "note-1" stands in row 1 already; give each its own',
        'acme/evaluation/predictions/base.jsonl:3: prediction.follow_up_date: "soon" is not a date; write it as'
        " YYYY-MM-DD, such as 2026-11-20; write null for a prediction that broke the schema",
        'acme/evaluation/predictions/base.jsonl:3: id: "note1" is no id of notes.jsonl; nearest: note-1',
    ]


def test_predictions_without_notes(root: Path) -> None:
    write(root, "predictions/base.jsonl", {"id": "n1", "prediction": None})
    assert lines(root) == [
        "acme/evaluation/predictions/base.jsonl: needs evaluation/notes.jsonl to be scored against,"
        " which is not there"
    ]


def test_thousands_of_unknown_ids_stay_quick(root: Path) -> None:
    write(root, "notes.jsonl", *(note(id=f"note-{n}", evidence=[]) for n in range(1000)))
    write(root, "predictions/base.jsonl", *({"id": f"nota-{n}", "prediction": None} for n in range(1000)))
    assert sum("is no id of notes.jsonl" in line for line in lines(root)) == 1000


def test_an_id_that_another_field_refers_to_is_the_same_in_both_spellings() -> None:
    """Composed and decomposed letters, and a space behind: one name, wherever it is referred to."""
    shape = fields(Case)["group"]
    assert check_text("Mu\u0308ller ", shape) == check_text("M\u00fcller", shape) == "Müller"
