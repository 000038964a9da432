"""The closest texts, held against scikit-learn's TF-IDF and cosines."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from bespoke.statistics import nearest_texts
from bespoke.statistics.nearest_texts import nearest

TEXTS = ["a letter too long", "json cut off", "json has no closing brackets", "a letter", "json cut off"]
ASKED = ["the json was cut", "a long letter", "nothing known"]


@pytest.mark.parametrize("block", [1, 7, 4_000_000])  # cosines held at a time: a row, a row and a bit, all
def test_they_are_those_of_scikit_learns_cosines(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(nearest_texts, "_BLOCK", block)
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+")
    learnt = vectors.fit_transform(TEXTS)
    cosines = (vectors.transform(ASKED) @ learnt.T).toarray()
    for found, theirs in zip(nearest(ASKED, TEXTS, 3), cosines, strict=True):
        assert [place for place, _ in found] == np.argsort(-theirs, kind="stable")[:3].tolist()
        assert [cosine for _, cosine in found] == pytest.approx(np.sort(theirs)[::-1][:3].tolist())


def test_of_equally_close_texts_the_earlier_comes_first() -> None:
    ((first, second),) = nearest(["json cut off"], TEXTS, 2)
    assert (first[0], second[0]) == (1, 4)
    assert first[1] == second[1] == pytest.approx(1.0)
    assert [place for place, _ in nearest(["nothing known"], TEXTS, 4)[0]] == [0, 1, 2, 3]


def test_fewer_texts_than_are_asked_for_are_all_found() -> None:
    assert len(nearest(["json"], TEXTS, 9)[0]) == len(TEXTS)
    assert nearest(["json", "letter"], [], 3) == [[], []]
    assert nearest([], TEXTS, 3) == []
