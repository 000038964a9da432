"""Which notes are shown because the systems part on them, why, and how much of them."""

from __future__ import annotations

import pytest

from bespoke.chapters.dataset_readiness.identifiers.quoting import Quoting
from bespoke.chapters.icd10_evaluation.disagreements import Files, disagreements, excerpt
from bespoke.chapters.icd10_evaluation.note_answers import NoteAnswer, RungRun
from bespoke.clients.schema import Evidence, Fields, Note
from bespoke.facts.icd10 import code_set

DIABETES, ITS_EYES, PRESSURE, COUGH = "E11.65", "E11.9", "I10", "R05.1"
EXACT = "Another system had it exactly right, the best one did not"
NONE = "No system found any of the codes"
DETAIL = "Right category, wrong detail"
ONLY_BEST = "Only the best system had it"


def shown(gold: tuple[str, ...], *answers: tuple[tuple[str, ...], ...] | NoteAnswer) -> list[tuple[str, str]]:
    """Note and reason of what is shown; each answer stands for a note: the best system's codes, and another's."""
    notes = [Note(id=f"n{i}", text="A note.", gold=Fields(diagnosis_icd10=gold)) for i in range(len(answers))]
    ladder = [
        RungRun(name, name, "recorded", tuple(
            one if isinstance(one, NoteAnswer) else NoteAnswer(codes=one[place]) for one in answers
        ))
        for place, name in enumerate(("best", "other"))
    ]  # fmt: skip
    quoting, files = Quoting("US"), Files("evaluation")
    found = disagreements(notes, ladder, "best", code_set(), quoting, files, may_quote=True)
    return [(one.note, one.why) for one in found]


@pytest.mark.parametrize(
    ("best", "other", "why"),
    [
        ((PRESSURE,), (DIABETES, PRESSURE), EXACT),
        ((COUGH,), (), NONE),
        ((ITS_EYES, PRESSURE), (PRESSURE,), DETAIL),
        ((ITS_EYES,), (PRESSURE,), DETAIL),  # the categories of both systems together
        ((ITS_EYES,), (DIABETES,), ""),  # the category of high blood pressure is missing
        ((DIABETES, PRESSURE), (COUGH,), ONLY_BEST),
        ((DIABETES, PRESSURE), (PRESSURE,), ""),  # the other has F1 2/3
        (
            (DIABETES, PRESSURE),
            (PRESSURE, COUGH, DIABETES, "J45.909", "K21.9", "M10.9", "L30.9"),
            ONLY_BEST,
        ),  # 4/9
        ((DIABETES, PRESSURE), (DIABETES, PRESSURE), ""),
        ((PRESSURE,), (), ""),
    ],
)
def test_a_note_is_shown_for_what_it_teaches(best: tuple[str, ...], other: tuple[str, ...], why: str) -> None:
    assert shown((DIABETES, PRESSURE), (best, other)) == ([("n0", why)] if why else [])


def test_an_answer_of_the_best_system_that_never_came_teaches_nothing() -> None:
    assert shown((PRESSURE,), NoteAnswer(status="missing")) == []
    assert shown((), ((), (COUGH,))) == []  # nor does a note without gold


def test_one_note_of_each_kind_stands_before_a_second_and_a_third_is_left_out() -> None:
    """Of the notes on which the best has two of two codes the other's F1 tells: 0, then 2/6, in n0 and n2."""
    right, apart, near = (DIABETES, PRESSURE), (COUGH,), (PRESSURE, COUGH, "J45.909", "K21.9")
    nothing, exact = ((COUGH,), ()), ((PRESSURE,), right)
    notes = [(right, near), exact, (right, apart), nothing, (right, near), nothing, nothing, exact]
    assert shown((DIABETES, PRESSURE), *notes) == [
        ("n1", EXACT), ("n3", NONE), ("n2", ONLY_BEST), ("n7", EXACT), ("n5", NONE), ("n0", ONLY_BEST),
    ]  # fmt: skip


def note(text: str, *found: str) -> Note:
    evidence = tuple(
        Evidence(code=code, text=words, start=text.index(words), end=text.index(words) + len(words))
        for words, code in (one.split("=") for one in found)
    )
    return Note(id="n", text=text, gold=Fields(), evidence=evidence)


def test_an_excerpt_is_of_300_characters_around_what_was_missed_in_whole_words() -> None:
    """The evidence begins at 1,000: 90 before stands in a word, so the excerpt begins with the next, at 915."""
    quoting = Quoting("US")
    text = "word " * 200 + "gout of the knee" + " tail" * 200
    found = excerpt(note(text, "gout=M10.9", "tail=I10"), frozenset({"M10.9"}), quoting, "notes.jsonl")
    assert found.startswith("… " + "word " * 17 + "gout of the knee tail")
    assert found.endswith(" tail …")
    assert 290 < len(found) <= 300
    assert excerpt(note(text, "gout=M10.9"), frozenset({"I10"}), quoting, "notes.jsonl").startswith(
        "word word"
    )
    assert excerpt(note("Short\n  and whole."), frozenset(), quoting, "notes.jsonl") == "Short and whole."
