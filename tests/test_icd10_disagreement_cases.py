"""Notes shown code by code: what each of two systems hit, missed and added."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Disagreement, GivenAnswer, Icd10Evaluation
from bespoke.exhibits.icd10_evaluation.disagreement_cases import annotated


def answer(system: str, *codes: str, status: str = "answered") -> GivenAnswer:
    return GivenAnswer.model_construct(system=system, status=status, codes=codes)


def case(*answers: GivenAnswer, note: str = "n1", excerpt: str = "") -> Disagreement:
    return Disagreement.model_construct(
        note=note, why="where they differ", excerpt=excerpt, gold=("I10", "E11.9"), answers=answers,
        descriptions=("Essential hypertension", "Type 2 diabetes"),
    )  # fmt: skip


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    blocks: list[Any] = []
    monkeypatch.setattr(show, "display", blocks.append)
    return blocks


def look(*cases: Disagreement) -> None:
    annotated(Icd10Evaluation.model_construct(disagreements=cases, masked={"telephone": 2}))


def test_each_code_is_hit_missed_or_added_by_each_of_the_two_best(shown: list[Any]) -> None:
    look(
        case(
            answer("least", "A00"), answer("broken", "B00", status="schema_broken"), answer("rules", "I10", "J45"),
            answer("claude", "I10", "E11.9", "Z00"), excerpt="BP high",
        )
    )  # fmt: skip
    quoted, table, masking = shown
    assert "BP high" in quoted.markdown
    assert table.caption == "Note n1: where they differ"
    assert masking.markdown.startswith("Identifiers are not printed. 2 were found")
    assert [column.title for column in table.columns][2:] == ["rules", "claude"]
    assert table.rows == (
        ("I10", "Essential hypertension", "hit", "hit"),
        ("E11.9", "Type 2 diabetes", "missed", "hit"),
        ("J45", "not in the coding", "added", ""),
        ("Z00", "not in the coding", "", "added"),
    )


@pytest.mark.parametrize(("added", "last"), [(6, "A5"), (7, "and 1 more"), (9, "and 3 more")])
def test_six_added_codes_are_named_and_the_others_counted(shown: list[Any], added: int, last: str) -> None:
    look(case(answer("claude", *(f"A{n}" for n in range(added)))))
    rows = shown[0].rows
    assert len(rows) == 2 + 6 + (added > 6)
    assert last in rows[-1]


def test_two_notes_are_shown_and_none_without_an_answer(shown: list[Any]) -> None:
    look(case(note="n0"), *(case(answer("claude"), note=f"n{n}") for n in range(1, 4)))
    *tables, _ = shown
    assert [table.label for table in tables] == ["tbl-icd10-annotated-1", "tbl-icd10-annotated-2"]
    assert [table.caption.partition(":")[0] for table in tables] == ["Note n1", "Note n2"]
    shown.clear()
    look(case())
    assert shown == []
