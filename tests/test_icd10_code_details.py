"""What is said behind the totals of coded notes: kinds of codes, differences that hold, chapters mistaken."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import (
    ChapterConfusion,
    Icd10Evaluation,
    Slice,
    SliceDifference,
    System,
)
from bespoke.exhibits.icd10_evaluation import code_details
from tests.icd10_cases import near


def kind(name: str, gold: int, f1: float | None = 0.5, dimension: Any = "chapter") -> Slice:
    return Slice(
        name=name, dimension=dimension, gold=gold, predicted=gold, recall=near(0.4), precision=near(0.6),
        f1=None if f1 is None else near(f1),
    )  # fmt: skip


def result(best: System, *differences: SliceDifference) -> Icd10Evaluation:
    return Icd10Evaluation.model_construct(
        best=best.name, systems=(best,), gold_codes=200, slice_differences=differences
    )


def system(**found: Any) -> System:
    return System(name="opus", title="Opus", kind="claude", status="run", **found)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    blocks: list[Any] = []
    monkeypatch.setattr(show, "display", blocks.append)
    monkeypatch.setattr(
        show, "figure", lambda *drawn, **words: blocks.append(words)
    )  # drawing takes a second
    return blocks


def said(shown: list[Any]) -> list[str]:
    """The sentences, without what keeps their signs from being read as Markdown."""
    return [block.markdown.replace("\\", "") for block in shown]


def test_codes_without_training_and_denied_findings_are_told_with_their_shares(shown: list[Any]) -> None:
    """50 of 200 gold codes are never trained on, 40% of them found; 30 places deny a finding, 40% coded it."""
    slices = (kind("Not seen in training", 50, None, "training"), kind("Denied", 30, None, "decoy"))
    code_details.slices_text(result(system(slices=slices)))
    assert said(shown) == [
        "25% of the gold codes never occur in training. Opus finds 40% of these 50"
        " ([kinds of codes](#tbl-icd10-slices)).",
        "In 30 places a note only denies a finding whose words stood for a code in training. Opus coded it all the"
        " same in 40% of them (95% interval 35% to 45%).",
    ]


def test_a_difference_is_told_where_holm_and_its_interval_leave_no_doubt(shown: list[Any]) -> None:
    def differs(name: str, estimate: float, p_holm: float) -> SliceDifference:
        return SliceDifference(name=name, difference=near(estimate), p_holm=p_holm)

    code_details.slices_text(
        result(
            system(),
            differs("Chapter 4", 0.1, 0.05),
            differs("Chapter 9", 0.1, 0.051),  # not after Holm
            differs("Chapter 10", 0.04, 0.01),  # -0.01 to 0.09
        )
    )
    assert said(shown) == [
        "Chapter 4: the best system and the runner-up differ by +0.10 in F1 (+0.05 to +0.15; p 0.05 after Holm)."
    ]
    shown.clear()
    code_details.slices_text(result(system(), differs("Chapter 9", 0.1, 0.9)))
    assert said(shown) == [
        "On no single kind of code can the best system be told from the runner-up after Holm's adjustment."
    ]
    shown.clear()
    code_details.slices_text(result(system()))
    assert shown == []


def test_the_caption_names_the_best_and_the_worst_chapter_of_ten_codes_and_more(shown: list[Any]) -> None:
    slices = (
        kind("Chapter 4", 10, 0.75), kind("Chapter 9", 30, 0.25), kind("Chapter 1", 9, 0.05),
        kind("Symptom codes (R)", 40, 0.1, "symptom"), kind("Denied", 30, None, "decoy"),
    )  # fmt: skip
    code_details.slice_table(result(system(slices=slices)))
    code_details.slice_table(result(system(slices=slices[1:])))
    first, second = shown
    assert first.caption == "Opus by kind of code: F1 0.75 in endocrine, metabolic, 0.25 in circulatory"
    assert second.caption == "Opus by kind of code: 3 kinds"
    assert [row[0] for row in first.rows] == [
        "4 Endocrine, metabolic", "9 Circulatory", "1 Infections", "Symptom codes (R)",
    ]  # fmt: skip


def test_right_chapters_and_mistakes_of_the_primary_diagnosis_are_counted(shown: list[Any]) -> None:
    """12 of 20 notes are right. Two notes without a primary diagnosis are not."""
    cells = tuple(
        ChapterConfusion(gold=gold, answered=answered, notes=notes)
        for gold, answered, notes in (("4", "4", 7), ("9", "9", 5), ("9", "4", 4), ("4", "9", 2), ("", "", 2))
    )
    code_details.confusion(result(system(confusion=cells)))
    (figure,) = shown
    assert figure["caption"] == "The primary diagnosis falls in the right chapter in 12 of 20 notes (Opus)"
    assert figure["alt"].endswith(
        "Most frequent mistakes: 9 Circulatory answered as 4 Endocrine, metabolic 4 times;"
        " 4 Endocrine, metabolic answered as 9 Circulatory 2 times."
    )


def test_the_drawing_of_confusions_has_chapters_in_their_order_and_none_last() -> None:
    cells = [
        ChapterConfusion(gold=gold, answered=answered, notes=notes)
        for gold, answered, notes in (("10", "9", 7), ("9", "9", 5), ("9", "", 4), ("", "10", 2))
    ]
    figure = code_details._draw_confusion(cells)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["9", "10", "none"]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "9 Circulatory", "10 Respiratory", "none or unknown",
    ]  # fmt: skip
    assert {text.get_position(): text.get_text() for text in axes.texts} == {
        (0, 0): "5", (2, 0): "4", (0, 1): "7", (1, 2): "2",
    }  # fmt: skip
    assert axes.get_xlabel() == "chapter of the first code answered"
    assert figure.get_size_inches()[1] == pytest.approx(1.54)
