"""The offline rungs: what each learns, and that nothing is chosen on the evaluation notes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_ridge import KernelRidge

from bespoke.chapters.icd10_evaluation import decision, linear
from bespoke.chapters.icd10_evaluation.comparable_words import comparable, words_of
from bespoke.chapters.icd10_evaluation.decision import (
    ONE_FOLD,
    Decision,
    best_decision,
    choose_decision,
    comparable_code,
    deciding,
    folds,
    gold_codes,
)
from bespoke.chapters.icd10_evaluation.frequent import MostFrequent
from bespoke.chapters.icd10_evaluation.lexical import LexicalRetrieval
from bespoke.chapters.icd10_evaluation.linear import LinearOneVsRest
from bespoke.chapters.icd10_evaluation.mentions import MentionDictionary
from bespoke.chapters.icd10_evaluation.note_answers import PrimaryOrder, usable_training
from bespoke.clients.schema import Evidence, Fields, Note


def note(name: str, text: str, *codes: str, group: str | None = None, **evidence: str) -> Note:
    """A note; evidence as code=words, with underscores for the dot."""
    spans = tuple(
        Evidence(
            code=code.replace("_", "."),
            text=words,
            start=text.index(words),
            end=text.index(words) + len(words),
        )
        for code, words in evidence.items()
    )
    return Note(id=name, group=group, text=text, gold=Fields(diagnosis_icd10=codes), evidence=spans)


TRAIN = [
    note("1", "Known HTN, on lisinopril. Denies chest pain.", "I10", I10="HTN"),
    note("2", "HTN well controlled. Chest pain since Monday.", "I10", "R07.9", I10="HTN", R07_9="Chest pain"),
    note("3", "Type 2 diabetes. No chest pain.", "E11.9", E11_9="Type 2 diabetes"),
    note("4", "Diabetes type 2 and HTN.", "E11.9", "I10", I10="HTN"),
]


# --- words and contexts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mention", "context"),
    [
        ("Denies chest pain or fever.", "fever", "negated"),
        ("No fever. Chest pain since Monday.", "chest pain", "asserted"),
        ("No fever but chest pain.", "chest pain", "asserted"),
        ("Possible pneumonia on film.", "pneumonia", "suspected"),
        ("Strep ruled out by swab", "strep", "negated"),
        ("Paciente sin fiebre", "fiebre", "negated"),
        ("Fever for three days", "fever", "asserted"),
    ],
)
def test_contexts(text: str, mention: str, context: str) -> None:
    words, wanted = words_of(text), words_of(mention).words
    at = next(i for i in range(len(words.words)) if words.words[i : i + len(wanted)] == wanted)
    assert words.context(at, at + len(wanted)) == context


def test_words_compare_without_case_accent_and_plural() -> None:
    assert comparable("Édemas") == comparable("edema")
    assert comparable("pelvis") == "pelvis"
    text = "Fiebre,  Tos"
    words = words_of(text)
    assert [text[a:b] for a, b in zip(words.start, words.end, strict=True)] == ["Fiebre", "Tos"]


# --- decisions ------------------------------------------------------------------------------------------


def test_codes_compare_without_case_and_dot() -> None:
    assert comparable_code(" e1165") == comparable_code("E11.65") == "E11.65"
    assert comparable_code("i10") == "I10"


def test_the_best_rule_by_hand() -> None:
    # taking one code each: 2 hits of 2 answered and 3 in the gold, F1 .8; two each: 2 hits of 4, F1 4/7;
    # a threshold of .6 takes the three highest: 3 hits of 3, F1 1
    ranked = [(("a", 0.9), ("b", 0.6)), (("c", 0.8), ("d", 0.1))]
    gold = [frozenset("ab"), frozenset("c")]
    assert best_decision(ranked, gold) == Decision(least=0.6)
    assert Decision(least=0.6).codes(ranked[1]) == ("c",)


def test_a_threshold_never_splits_equal_scores() -> None:
    ranked = [(("a", 0.5), ("b", 0.5))]
    assert best_decision(ranked, [frozenset("a")]) == Decision(most=1)


def test_a_rule_is_chosen_on_all_training_notes_and_of_many_on_one_fold() -> None:
    few = [note(str(n), "x", "I10", group=f"G{n // 2}") for n in range(ONE_FOLD)]
    assert deciding(few, seed=1) is few
    many = [*few, note("more", "x", "I10", group="G0")]
    assert deciding(many, seed=1) == folds(many, seed=1)[0]
    assert len(deciding(many, seed=1)) == pytest.approx(ONE_FOLD / 4, abs=3)


def test_folds_keep_groups_together_and_use_every_note_once() -> None:
    notes = [note(str(i), "text", "I10", group=f"patient {i // 3}") for i in range(30)]
    parts = folds(notes, seed=1)
    assert sorted(n.id for part in parts for n in part) == sorted(n.id for n in notes)
    groups = [{n.group for n in part} for part in parts]
    assert sum(map(len, groups)) == len(set().union(*groups)) == 10
    assert len(folds(notes[:2], seed=1)) == 1


def test_a_rule_is_chosen_on_notes_the_rung_has_not_seen() -> None:
    seen: list[tuple[set[str], set[str]]] = []

    class Spy(MostFrequent):
        def __init__(self, train: list[Note]) -> None:
            self.ids = {n.id for n in train}
            super().__init__(train)

        def rank(self, notes):  # type: ignore[no-untyped-def]
            seen.append((self.ids, {n.id for n in notes}))
            return super().rank(notes)

    choose_decision(Spy, TRAIN, seed=3)  # type: ignore[arg-type]
    assert seen
    assert all(not trained & asked for trained, asked in seen)


def test_of_many_training_notes_one_fold_is_enough_to_choose_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """I10 is right for three of four notes of every patient: answered alone it beats more, on any fold."""
    train = [note(str(i), "text", "I10" if i % 4 else "E11.9", group=f"patient {i // 4}") for i in range(48)]
    fits: list[int] = []

    class Spy(MostFrequent):
        def __init__(self, train: list[Note]) -> None:
            fits.append(len(train))
            super().__init__(train)

    whole = choose_decision(Spy, train, seed=3)  # type: ignore[arg-type]
    assert fits == [36] * 4
    monkeypatch.setattr(decision, "ONE_FOLD", 47)
    assert choose_decision(Spy, train, seed=3).codes((("I10", 0.75), ("E11.9", 0.25))) == ("I10",)  # type: ignore[arg-type]
    assert fits == [36] * 5
    assert whole.codes((("I10", 0.75), ("E11.9", 0.25))) == ("I10",)


def test_training_notes_of_an_evaluation_patient_or_text_are_left_out() -> None:
    train = [note("a", "One text", group="p1"), note("b", "Other  Text"), note("c", "Third", group="p2")]
    evaluation = [note("x", "New", group="p1"), note("y", "other text")]
    assert [n.id for n in usable_training(train, evaluation)] == ["c"]


# --- rungs ----------------------------------------------------------------------------------------------


def test_most_frequent_gives_every_note_the_same_codes() -> None:
    ranked = MostFrequent(TRAIN).rank(TRAIN[:2])
    assert ranked[0] == ranked[1] == (("I10", 0.75), ("E11.9", 0.5), ("R07.9", 0.25))


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("Benign paroxysmal vertigo, right ear", "H81.11"),
        ("type 2 diabetes mellitus with hyperglycemia", "E11.65"),
        ("Diagnosed with gestational diabetes, diet controlled", "O24.410"),
    ],
)
def test_retrieval_finds_a_code_by_its_description(sentence: str, code: str) -> None:
    ranked = LexicalRetrieval().rank([note("1", f"Seen on Monday. {sentence}. Review in a week.")])[0]
    assert code in [c for c, _ in ranked[:3]]
    assert [s for _, s in ranked] == sorted((s for _, s in ranked), reverse=True)


def test_retrieval_has_nothing_to_say_to_foreign_words() -> None:
    assert LexicalRetrieval().rank([note("1", "xqzt wvut. 4711")])[0] == ()


@pytest.mark.parametrize("copies", [1, 12])  # fewer notes than words, and more
def test_the_linear_rung_is_scikit_learns_kernel_ridge_on_tf_idf(copies: int) -> None:
    train = [n.model_copy(update={"id": f"{n.id}-{i}"}) for i in range(copies) for n in TRAIN]
    asked = [note("5", "Diabetes and chest pain, known HTN"), note("6", "unheard words only")]
    vectors = TfidfVectorizer(analyzer=lambda n: words_of(n.text).words, sublinear_tf=True)
    assert (len(train) > len(vectors.fit(train).vocabulary_)) == (copies > 1)
    _held_against_kernel_ridge(train, asked, vectors)


def test_of_more_notes_than_fit_a_solve_the_linear_rung_learns_the_words_that_most_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linear, "_LARGEST", 3)
    train = [
        note("1", "pain pain fever cough", "I10"),
        note("2", "fever cough rash", "E11.9"),
        note("3", "cough ache", "I10"),
        note("4", "fever pain", "R07.9"),
    ]  # fever and cough in three notes, pain in two, rash and ache in one each
    vectors = TfidfVectorizer(
        analyzer=lambda n: words_of(n.text).words,
        sublinear_tf=True,
        vocabulary=[words_of(word).words[0] for word in ("pain", "fever", "cough")],
    )
    _held_against_kernel_ridge(train, [note("5", "rash and fever"), note("6", "cough, pain")], vectors)


def _held_against_kernel_ridge(train: list[Note], asked: list[Note], vectors: TfidfVectorizer) -> None:
    seen, new = vectors.fit_transform(train), vectors.transform(asked)
    codes = sorted(frozenset().union(*map(gold_codes, train)))
    target = np.array([[code in gold_codes(n) for code in codes] for n in train], dtype=float)
    share = target.mean(axis=0)
    theirs = KernelRidge(alpha=0.3, kernel="linear").fit(seen, target - share).predict(new) + share
    for ranked, scores in zip(LinearOneVsRest(train).rank(asked), theirs, strict=True):
        assert dict(ranked) == pytest.approx(dict(zip(codes, scores, strict=True)), abs=1e-8)


def test_the_dictionary_takes_the_longest_form_and_the_forms_inside_it() -> None:
    train = [
        note("1", "Acute heart failure today", "I50.9", I50_9="heart failure"),
        note("2", "He has acute heart failure", "I50.23", I50_23="acute heart failure"),
    ]
    found = MentionDictionary(train).mentions(words_of("Acute  HEART failures"))
    assert [form for form, _ in found] == [("acute", "heart", "failure"), ("heart", "failure")]


def test_the_dictionary_learns_how_much_a_denial_counts() -> None:
    dictionary = MentionDictionary(TRAIN)
    asserted = dict(dictionary.rank([note("5", "Chest pain today")])[0])
    denied = dict(dictionary.rank([note("6", "No chest pain today")])[0])
    # chest pain was asserted once and coded, denied twice and never coded: (0 + .5 * .5/3) / 2.5
    assert denied["R07.9"] == pytest.approx(0.5 * (0.5 / 3) / 2.5)
    assert asserted["R07.9"] > 0.8


def test_the_dictionary_settles_conflicts_by_frequency_then_by_code() -> None:
    train = [
        note("1", "asthma", "J45.909", J45_909="asthma"),
        note("2", "asthma", "J45.909", J45_909="asthma"),
        note("3", "asthma", "J45.901", J45_901="asthma"),
    ]
    assert MentionDictionary(train).code[("asthma",)] == "J45.909"
    assert MentionDictionary(train[1:]).code[("asthma",)] == "J45.901"


def test_the_code_that_coders_put_first_comes_first() -> None:
    assert PrimaryOrder(TRAIN)(["R07.9", "I10"]) == ("I10", "R07.9")
    assert PrimaryOrder([])(["B", "A"]) == ("B", "A")
