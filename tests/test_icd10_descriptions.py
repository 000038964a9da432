"""The index of descriptions: the same candidates and scores as BM25 written out word by word."""

from __future__ import annotations

from collections import Counter
from datetime import date
from math import log1p
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.chapters.icd10_evaluation import descriptions as index
from bespoke.chapters.icd10_evaluation.comparable_words import comparable_words, words_of
from bespoke.chapters.icd10_evaluation.descriptions import Descriptions
from bespoke.chapters.icd10_evaluation.lexical import best_of_each, places
from bespoke.facts.icd10 import CodeSet, Release

TEXTS = {
    "A00": "Fever, unspecified\tchills; feverish",
    "A01": "Fevers of the lung, right\t",
    "A02": "Acute fever, unspecified\t",
    "A03": "Lung, left\tlung-lung",
    "A04": "Acute fever, unspecified\t",
}
CODES = CodeSet(
    Release("a small one", date(2026, 10, 1), Path()),
    {code: f"{code}\t1\t\t1\t{text}" for code, text in TEXTS.items()} | {"A05": "A05\t0\t\t1\tFever\t"},
)


def written_out(asked: tuple[str, ...]) -> list[tuple[float, str]]:
    """BM25 with k1 = 1.2 and b = .75, every word of the question once: score and code, the best first."""
    texts = {code: Counter(comparable_words(text)) for code, text in TEXTS.items()}
    mean = sum(words.total() for words in texts.values()) / len(texts)
    scores = {}
    for code, words in texts.items():
        shrink = 1.2 * (0.25 + 0.75 * words.total() / mean)
        scores[code] = sum(
            log1p((len(texts) - n + 0.5) / (n + 0.5)) * words[word] * 2.2 / (words[word] + shrink)
            for word in set(asked)
            if (n := sum(word in others for others in texts.values()))
        )
    return sorted((-score, code) for code, score in scores.items() if score)


def nominated(small: Descriptions, asked: list[tuple[str, ...]]) -> list[list[tuple[float, str]]]:
    codes, scores = small.nominate(asked)
    return [
        [(-float(s), small.names[c]) for c, s in zip(row, said, strict=True) if c >= 0]
        for row, said in zip(codes.tolist(), scores, strict=True)
    ]


WORDS = ("fever", "lung", "acute", "left", "right", "chill", "gout")


@given(st.lists(st.lists(st.sampled_from(WORDS)).map(tuple)))
def test_candidates_are_those_of_bm25_written_out(asked: list[tuple[str, ...]]) -> None:
    for found, wanted in zip(nominated(Descriptions(CODES), asked), map(written_out, asked), strict=True):
        assert [code for _, code in found] == [code for _, code in wanted]
        assert [score for score, _ in found] == pytest.approx([score for score, _ in wanted], rel=1e-5)


def test_a_question_has_the_same_answer_when_it_comes_again_or_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = [("fever",), ("lung", "left"), ("fever",), (), ("lung", "gout")]
    small = Descriptions(CODES)
    first = nominated(small, asked)
    assert nominated(small, asked) == first
    monkeypatch.setattr(index, "_REMEMBERED", 2)
    assert nominated(small, [("acute",), *asked])[1:] == first


def test_common_words_score_and_do_not_nominate(monkeypatch: pytest.MonkeyPatch) -> None:
    """With "fever" (in four descriptions) too common, "lung" alone names A01 and A03; "fever" then lifts A01."""
    monkeypatch.setattr(index, "_COMMON", 3)
    (found,) = nominated(Descriptions(CODES), [("fever", "lung")])
    assert {code for _, code in found} == {"A01", "A03"}
    assert {code: score for score, code in found} == pytest.approx(
        {code: score for score, code in written_out(("fever", "lung")) if code in ("A01", "A03")}, rel=1e-5
    )


def test_the_words_that_a_question_shares_with_a_description_alone() -> None:
    """ "chills" of A00 and the second "lung" of A03 are inclusion terms."""
    small = Descriptions(CODES)
    asked = [("fever", "chill", "fever"), ("lung", "left", "gout")]
    assert small.shared(asked, np.array([0, 1, 1]), np.array([0, 3, 1])).tolist() == [1, 2, 1]
    assert small.words_of(3) == {"lung", "left"}


OWNED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(1, 3)), max_size=40)


@given(OWNED)
def test_the_best_of_each_by_hand(entries: list[tuple[int, int, int]]) -> None:
    entries.sort(key=lambda entry: entry[0])
    owner, code, score = (
        (np.array(column) for column in zip(*entries, strict=True)) if entries else [np.zeros(0, int)] * 3
    )
    best, often = best_of_each(owner, code, score.astype(float))
    wanted = []
    for who, what in sorted({(o, c) for o, c, _ in entries}):
        held = [(-s, i) for i, (o, c, s) in enumerate(entries) if (o, c) == (who, what)]
        least, first = min(held)
        wanted.append((who, least, what, first, len(held)))
    wanted.sort()
    assert best.tolist() == [first for *_, first, _ in wanted]
    assert often.tolist() == [count for *_, count in wanted]
    assert places(owner[best]).tolist() == [
        1 + sum(other[0] == who for other in wanted[:i]) for i, (who, *_) in enumerate(wanted)
    ]


@given(st.text(alphabet=st.sampled_from("aBé_-. ,ß1²"), max_size=40))
def test_the_words_alone_are_the_words(text: str) -> None:
    assert comparable_words(text) == words_of(text).words
