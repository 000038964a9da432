"""MinHash against the Jaccard similarity it estimates, banding, groups and containment."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.chapters.dataset_readiness.minhash import (
    Containment,
    Groups,
    near_pairs,
    shingles,
    signature,
)

SUM = 61070793619  # of one signature; a change would regroup every client's data
WORDS = st.lists(st.sampled_from("abcdefghij"), min_size=0, max_size=40)


def text(*numbers: int) -> str:
    return " ".join(f"w{n}" for n in numbers)


def test_shingles_by_hand() -> None:
    # ten words have eight runs of three
    assert len(shingles(text(*range(10)))) == 8
    assert len(shingles(text(*range(7)))) == 0  # below eight words nothing is said
    assert np.array_equal(shingles("One, two THREE four five six seven eight"), shingles(
        "one two three four five six seven eight."
    ))  # fmt: skip


@given(WORDS)
def test_shingles_are_the_distinct_runs(words: list[str]) -> None:
    runs = {tuple(words[i : i + 3]) for i in range(len(words) - 2)} if len(words) >= 8 else set()
    assert len(shingles(" ".join(words))) == len(runs)


def test_the_order_of_words_matters() -> None:
    assert not set(shingles(text(*range(10)))) & set(shingles(text(*reversed(range(10)))))


@pytest.mark.parametrize(("shared", "expected"), [(100, 1.0), (80, 0.66), (50, 0.33), (0, 0.0)])
def test_the_estimate_is_near_the_truth(shared: int, expected: float) -> None:
    one = shingles(text(*range(100)))
    other = shingles(text(*range(shared), *range(1_000, 1_100 - shared)))
    truth = len(set(one) & set(other)) / len(set(one) | set(other))
    assert truth == pytest.approx(expected, abs=0.02)
    # four standard errors of 120 draws at a half: 4 * sqrt(.25 / 120) = 0.18
    assert np.mean(signature(one) == signature(other)) == pytest.approx(truth, abs=0.18)


def test_near_pairs_connect_every_group() -> None:
    base = list(range(60))
    family = [text(*base, 1_000 + n) for n in range(5)]
    strangers = [text(*range(5_000 + 100 * n, 5_060 + 100 * n)) for n in range(5)]
    signatures = [signature(shingles(t)) for pair in zip(family, strangers, strict=True) for t in pair]
    groups = Groups(10)
    for i, j, alike in near_pairs(signatures, 0.8):
        assert i < j
        assert alike >= 0.8
        groups.join(i, j)
    assert [groups.root(n) for n in range(10)] == [0, 1, 0, 3, 0, 5, 0, 7, 0, 9]


def test_a_thousand_copies_stay_cheap() -> None:
    same = signature(shingles(text(*range(20))))
    assert len(list(near_pairs([same] * 1_000, 0.8))) == 999 + 998  # with the first, and with the neighbour


def test_no_signatures_no_pairs() -> None:
    assert list(near_pairs([], 0.8)) == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=15))
def test_groups_are_the_connected_parts(links: list[tuple[int, int]]) -> None:
    groups = Groups(10)
    for i, j in links:
        groups.join(i, j)
    parts = [{n} for n in range(10)]
    for i, j in links:
        whole = parts[i] | parts[j]
        for n in whole:
            parts[n] = whole
    assert [groups.root(n) for n in range(10)] == [min(parts[n]) for n in range(10)]


def test_containment_finds_a_text_inside_a_longer_one() -> None:
    notes = [text(*range(40)), text(*range(100, 140)), "too short"]
    known = Containment(notes)
    assert known.inside(shingles(f"please structure this note {notes[1]} thank you"), 0.8) == [1]
    assert known.inside(shingles(text(*range(200, 260))), 0.8) == []
    assert known.inside(shingles(text(*range(20), *range(300, 320))), 0.8) == []  # only half of it
    assert Containment([]).inside(shingles(notes[0]), 0.8) == []


def test_signatures_are_the_same_on_every_run() -> None:
    first = signature(shingles(text(*range(10))))
    assert first.dtype == np.uint32
    assert int(first.sum(dtype=np.uint64)) == SUM
    assert all(a <= b for a, b in pairwise(shingles(text(*range(30)))))
