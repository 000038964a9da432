"""Weights of words, by hand."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.sparse import csr_array

from bespoke.statistics.tf_idf import document_frequency, rarity, weighed

COUNTS = csr_array(np.array([[1.0, 0, 2], [0, 0, 1], [0, 0, 0], [3, 0, 0]]))


def test_a_word_is_rarer_the_fewer_texts_have_it() -> None:
    assert document_frequency(COUNTS).tolist() == [2, 0, 2]
    assert rarity(COUNTS) == pytest.approx([log(5 / 3) + 1, log(5 / 1) + 1, log(5 / 3) + 1])


def test_every_text_has_length_one_and_one_without_words_none() -> None:
    """The first: 1 and 1 + log 2 with equal rarity, so their ratio stays."""
    found = weighed(COUNTS, rarity(COUNTS)).toarray()
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1, 0, 1])
    assert found[0, 2] / found[0, 0] == pytest.approx(1 + log(2))
    assert found[3].tolist() == pytest.approx([1, 0, 0])
    assert np.isfinite(found).all()
    assert COUNTS.toarray()[0].tolist() == [1, 0, 2], "the counts stay"


def test_a_text_whose_words_weigh_nothing_stays_without_weight() -> None:
    found = weighed(csr_array(np.array([[1.0, 1.0]])), np.zeros(2)).toarray()
    assert found.tolist() == [[0, 0]]
