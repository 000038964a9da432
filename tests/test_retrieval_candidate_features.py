"""The numbers that speak for a candidate, by hand."""

from __future__ import annotations

from math import log1p
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bespoke.retrieval.candidate_features import SECTIONS, StageCandidates, evidence
from bespoke.retrieval.chunks import Chunk

WORDS = {0: {"hypertension"}, 1: {"acute", "cough"}, 2: {"fever"}}  # code -> words of its description


class Index:
    """Three codes."""

    names = ("I10", "R05", "R50")
    described = SimpleNamespace(indptr=np.array([0, 1, 3, 4]))

    def shared(self, words: Any, at: Any, of: Any) -> Any:
        return np.array(
            [len(set(words[i]) & WORDS[code]) for i, code in zip(at, of, strict=True)], dtype=float
        )

    def words_of(self, code: int) -> frozenset[str]:
        return frozenset(WORDS[code])


def chunk(text: str, section: Any = "other") -> Chunk:
    return Chunk(text, 0, len(text), section, "sentence")


def stage(*rows: tuple[int, int, float, int, int]) -> StageCandidates:
    owner, code, score, piece, often = (np.array(column) for column in zip(*rows, strict=True))
    return StageCandidates(owner, code, score.astype(float), piece, often)


PIECES = [chunk("Hypertension, fever.", "plan"), chunk("No acute cough", "findings"), chunk("x")]
FIRST = stage((0, 0, 9.0, 0, 2), (0, 1, 8.0, 1, 1), (1, 2, 7.0, 2, 1))  # note, code, score, piece, often
WHOLE = stage((0, 1, 0.5, -1, 0), (0, 0, 0.4, -1, 0))


def rows(depth: int = 10) -> Any:
    index: Any = Index()
    return evidence(index, PIECES, [FIRST, WHOLE], [[1, 0], [2, 0]], depth)


def test_a_stage_speaks_by_its_reciprocal_rank_and_its_score() -> None:
    """Note 0: the first stage has code 0 before 1, the second 1 before 0; note 1: code 2 alone, code 0 by none."""
    found = rows()
    assert found.shape == (4, 2 + 2 + 3 + len(SECTIONS) + 1)
    assert found[:, :2] == pytest.approx(np.array([[1 / 62, 1 / 61], [1 / 61, 1 / 62], [1 / 61, 0], [0, 0]]))
    assert found[:, 2:4].tolist() == [[8, 0.5], [9, 0.4], [7, 0], [0, 0]]


def test_what_a_stage_ranks_below_its_depth_has_no_rank_but_its_score() -> None:
    found = rows(depth=1)
    assert found[:2, :2] == pytest.approx(np.array([[0, 1 / 61], [1 / 61, 0]]))
    assert found[:2, 2:4].tolist() == [[8, 0.5], [9, 0.4]]


def test_words_in_common_are_a_share_of_each_and_a_denied_mention_is_one() -> None:
    """Of "No acute cough" 2 of 3 words are shared, all of the description, and denied; of the other mention 1 of 2."""
    assert rows()[:, 4:7] == pytest.approx(np.array([[2 / 3, 1, 1], [1 / 2, 1, 0], [0, 0, 0], [0, 0, 0]]))


def test_the_section_of_the_piece_and_how_often_a_code_was_nominated() -> None:
    found = rows()
    sections = [[SECTIONS[i] for i in np.flatnonzero(row)] for row in found[:, 7:-1]]
    assert sections == [["findings"], ["plan"], [], []]
    assert found[:, -1] == pytest.approx([log1p(1), log1p(2), log1p(1), 0])


def test_a_note_has_its_first_codes_up_to_a_depth() -> None:
    found = stage((0, 5, 1, 0, 1), (0, 3, 1, 0, 1), (0, 4, 1, 0, 1), (2, 9, 1, 0, 1))
    assert found.ranked(4, 2) == [[5, 3], [], [9], []]
