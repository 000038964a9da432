"""The words of the pinned release's descriptions are read from a file that says the same as counting them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bespoke.chapters.icd10_evaluation import word_counts
from bespoke.facts.icd10 import code_set


def test_words_are_counted_in_description_and_terms_and_marked_in_the_description_alone() -> None:
    """The first text holds fever twice, one of them in its description; the second lung in its terms alone."""
    found = word_counts.count(["Fever, acute\tfever", "Acute cough\tlung"])
    assert [*found.vocabulary] == ["fever", "acute", "cough", "lung"]
    assert found.counts.toarray().tolist() == [[2, 1, 0, 0], [0, 1, 1, 1]]
    assert found.described.toarray().tolist() == [[1, 1, 0, 0], [0, 1, 1, 0]]


def test_the_file_holds_what_counting_gives() -> None:
    stored = word_counts._load(word_counts.STORED)
    counted = word_counts.count(code_set().billable_texts.values())
    assert stored is not None, "made of another table: run `make icd10`"
    assert [*stored.vocabulary.items()] == [*counted.vocabulary.items()]
    for one, other in ((stored.counts, counted.counts), (stored.described, counted.described)):
        assert one.shape == other.shape
        assert np.array_equal(one.indptr, other.indptr)
        assert np.array_equal(one.indices, other.indices)
        assert np.array_equal(one.data, other.data)


def test_a_file_made_of_another_table_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_counts, "_digest", lambda: b"another")
    assert word_counts._load(word_counts.STORED) is None


def test_without_the_file_words_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_counts, "STORED", tmp_path / "none.npz")
    assert word_counts.word_counts(code_set()).counts.shape[0] == len(code_set().billable_texts)
