"""The scores of set-valued answers, against scikit-learn and by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score
from sklearn.preprocessing import MultiLabelBinarizer

from bespoke.chapters.icd10_evaluation.directions import frequency, route
from bespoke.chapters.icd10_evaluation.note_answers import NoteAnswer
from bespoke.chapters.icd10_evaluation.note_fields import field_scores
from bespoke.chapters.icd10_evaluation.scores import CodeScorer, count, with_ancestors
from bespoke.chapters.icd10_evaluation.validity import validity
from bespoke.clients.schema import Fields, Medication, Note
from bespoke.facts.icd10 import code_set
from bespoke.statistics.clusters import Clusters
from bespoke.statistics.proportion import wilson

CODES = st.frozensets(st.sampled_from(["E11.65", "I10", "E78.5", "J45.901", "Z79.4", "R05.9", "M54.50"]))
PAIRS = st.lists(st.tuples(CODES, CODES), min_size=1, max_size=25)


def scorer(gold: list[frozenset[str]], primary: list[str | None] | None = None) -> CodeScorer:
    names = [str(i) for i in range(len(gold))]
    first = primary or [min(g) if g else None for g in gold]
    return CodeScorer(gold, first, Clusters(names, flips=20), code_set())


@settings(deadline=None)
@given(PAIRS)
def test_micro_macro_and_per_note_scores_are_scikit_learns(
    pairs: list[tuple[frozenset[str], frozenset[str]]],
) -> None:
    gold, answered = [g for g, _ in pairs], [a for _, a in pairs]
    found = scorer(gold).scores([NoteAnswer(codes=tuple(sorted(a))) for a in answered])
    labels = ["D50.9", "E11.65", "E78.5", "I10", "J45.901", "M54.50", "R05.9", "Z79.4"]
    binarise = MultiLabelBinarizer(classes=labels)
    truth, said = binarise.fit_transform(gold), binarise.transform(answered)
    for ours, theirs in (
        (found.precision, precision_score), (found.recall, recall_score), (found.micro_f1, f1_score),
    ):  # fmt: skip
        assert ours.estimate == pytest.approx(theirs(truth, said, average="micro", zero_division=0))
    # An empty answer to an empty gold is right: 1.
    each = f1_score(truth, said, average="samples", zero_division=1)
    assert found.note_f1.estimate == pytest.approx(each)
    assert found.accepted.estimate == pytest.approx(float((truth == said).all(axis=1).mean()))
    in_gold = [i for i, label in enumerate(labels) if any(label in g for g in gold)]
    if in_gold:
        theirs = f1_score(truth, said, average="macro", labels=in_gold, zero_division=0)
        assert (found.macro_f1.estimate, found.macro_labels) == (pytest.approx(theirs), len(in_gold))
        assert found.macro_f1.low <= theirs + 1e-12
        assert theirs <= found.macro_f1.high + 1e-12


def test_ratios_by_hand() -> None:
    # note 1: gold {a, b}, answer {a, c}: 1 hit; note 2: gold {d}, answer {d}: 1 hit
    counts = count([frozenset("ab"), frozenset("d")], [frozenset("ac"), frozenset("d")])
    assert counts.hits.tolist() == [1, 1]
    assert counts.f1.combine(counts.f1.columns.sum(0)) == pytest.approx(2 * 2 / (3 + 3))


def test_ancestors_stop_at_the_category_and_unknown_codes_use_their_own_characters() -> None:
    release = code_set()
    assert with_ancestors(frozenset({"E11.65"}), release) == {"E11.65", "E11.6", "E11"}
    assert with_ancestors(frozenset({"R51.99"}), release) == {"R51.99", "R51.9", "R51"}
    assert with_ancestors(frozenset({"X"}), release) == {"X"}


def test_a_near_miss_counts_for_the_category_and_partly_for_the_hierarchy() -> None:
    # E11.65 against E11.69: ancestors {E11.65, E11.6, E11} and {E11.69, E11.6, E11} share two of three
    found = scorer([frozenset({"E11.65"})]).scores([NoteAnswer(codes=("E11.69",))])
    assert found.micro_f1.estimate == 0
    assert found.category_f1.estimate == 1
    assert found.hierarchical_f1.estimate == pytest.approx(2 * 2 / (3 + 3))


def test_the_primary_diagnosis_is_the_first_code_at_three_levels() -> None:
    gold = [frozenset({"E11.65"}), frozenset({"I10"}), frozenset({"J45.901"}), frozenset()]
    answers = [
        NoteAnswer(codes=("E11.69", "E11.65")),
        NoteAnswer(codes=("I10",)),
        NoteAnswer(codes=()),
        NoteAnswer(codes=("I10",)),
    ]
    found = scorer(gold, ["E11.65", "I10", "J45.901", None]).scores(answers)
    # the note without a gold code has no primary diagnosis and is not counted
    assert found.primary_exact == wilson(1, 3)
    assert found.primary_category == wilson(2, 3)
    assert found.primary_chapter == wilson(2, 3)


def test_an_answer_that_never_came_is_wrong_even_where_nothing_was_due() -> None:
    gold: list[frozenset[str]] = [frozenset(), frozenset()]
    found = scorer(gold).scores([NoteAnswer(status="missing"), NoteAnswer()])
    assert found.accepted.estimate == 0.5
    assert found.note_f1.estimate == 0.5


def test_recall_at_k_reads_the_ranking() -> None:
    found = scorer([frozenset({"I10", "E78.5"})]).scores(
        [NoteAnswer(codes=(), ranked=("I10", "R05.9", "E78.5"))]
    )
    assert {r.k: r.recall.estimate for r in found.recall_at} == {1: 0.5, 3: 1, 5: 1, 10: 1, 20: 1, 50: 1}


def test_the_validity_ladder_counts_a_code_once_per_note() -> None:
    found = validity([["I10", "I10", "E11"], ["Z99.999", "I10", "sepsis"]], code_set())
    assert (found.malformed, found.invented, found.not_billable, found.billable) == (1, 1, 1, 2)
    assert found.invalid_share == pytest.approx(3 / 5)
    assert set(found.examples) == {"E11", "Z99.999", "sepsis"}


def _note(number: int, **gold: object) -> Note:
    return Note(id=str(number), text="text", gold=Fields.model_validate(gold))


def test_the_other_fields_apart_and_together() -> None:
    metformin = Medication(drug="Metformin", dose="1,000 mg", route="oral", frequency="twice daily")
    notes = [
        _note(
            0,
            symptoms=("cough", "fever"),
            prescribed_medications=(metformin,),
            follow_up_date=date(2026, 5, 1),
        ),
        _note(1, symptoms=()),
    ]
    said = Medication(drug="metformin", dose="1000 MG", route="IV", frequency="twice daily")
    answers = [
        NoteAnswer(
            prediction=Fields(
                symptoms=("Cough",), prescribed_medications=(said,), follow_up_date=date(2026, 5, 4)
            )
        ),
        NoteAnswer(prediction=Fields(follow_up_date=date(2026, 5, 4))),
    ]
    found = field_scores(notes, answers, scorer([frozenset(), frozenset()]))
    assert found is not None
    estimates = {name: i.estimate for name, i in iter(found) if i is not None}
    assert estimates == pytest.approx(
        {
            "symptoms_f1": 2 / 3, "drug_f1": 1, "dose_f1": 1, "route_f1": 0, "frequency_f1": 1,
            "medication_f1": 0,
            "follow_up_exact": 0, "follow_up_within_3_days": 1, "follow_up_correct_null": 0,
        }
    )  # fmt: skip


def test_systems_that_answer_codes_only_have_no_field_scores() -> None:
    assert field_scores([_note(0)], [NoteAnswer(codes=("I10",))], scorer([frozenset()])) is None


def test_a_broken_answer_has_not_correctly_said_that_no_date_is_due() -> None:
    answers = [NoteAnswer(status="schema_broken"), NoteAnswer(prediction=Fields())]
    found = field_scores([_note(0), _note(1)], answers, scorer([frozenset(), frozenset()]))
    assert found is not None
    assert found.follow_up_correct_null == wilson(1, 2)
    assert np.isclose(found.follow_up_correct_null.estimate, 0.5)
    assert found.symptoms_f1 is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [("BID", "twice daily"), ("b.i.d.", "twice daily"), ("every 12 hours prn", "twice daily as needed"),
     ("once daily", "daily"), ("qhs", "at bedtime"), ("every other day", "every other day")],
)  # fmt: skip
def test_a_frequency_is_the_same_however_it_is_written(said: str, meant: str) -> None:
    assert frequency(said) == meant


def test_a_route_is_the_same_however_it_is_written() -> None:
    assert [route(r) for r in ("PO", "by mouth", "Oral")] == ["oral"] * 3
    assert [route(r) for r in ("s.c.", "eye")] == ["subcutaneous", "eye"]
