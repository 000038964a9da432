"""The jackknife and macro-F1, against hand arithmetic, brute force and simulation."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.chapters.icd10_evaluation.macro import macro_f1
from bespoke.statistics.jackknife import jackknife
from bespoke.statistics.proportion import wilson

CODES = st.frozensets(st.sampled_from("abcdef"), max_size=4)


def test_the_jackknife_of_a_mean_is_students_interval() -> None:
    # .2 .4 .9: mean .5; without each: .65 .55 .3; squares about .5: .0225 .0025 .04; error sqrt(2/3 * .065)
    found = jackknife(0.5, np.array([0.65, 0.55, 0.3]))
    reach = 4.302652729911275 * sqrt(2 / 3 * 0.065)  # t with 2 degrees of freedom
    assert (found.low, found.high) == (max(0.0, 0.5 - reach), min(1.0, 0.5 + reach))
    assert sqrt(2 / 3 * 0.065) == pytest.approx(np.std([0.2, 0.4, 0.9], ddof=1) / sqrt(3))


def test_where_every_cluster_is_right_wilson_takes_over() -> None:
    assert jackknife(1.0, np.ones(20)) == wilson(20, 20)
    assert jackknife(0.0, np.zeros(20)) == wilson(0, 20)
    assert (jackknife(0.4, np.array([np.nan])).low, jackknife(0.4, np.array([np.nan])).high) == (0, 1)


def test_macro_f1_by_hand() -> None:
    # a: 1 hit of 2 in gold, 1 answered: 2/3. b: 0. c is answered, not in the gold. Mean 1/3.
    # Without note 1: a has no hit: 0, b 0 -> 0. Without note 2: a 1, b gone -> 1.
    found, codes = macro_f1([frozenset("a"), frozenset("ab")], [frozenset("a"), frozenset("c")], [0, 1])
    assert (found.estimate, codes) == (pytest.approx(1 / 3), 2)
    assert (found.low, found.high) == (0.0, 1.0)


@given(st.lists(st.tuples(CODES, CODES, st.integers(0, 3)), min_size=1, max_size=12))
def test_leaving_out_a_cluster_is_scoring_the_others(
    notes: list[tuple[frozenset[str], frozenset[str], int]],
) -> None:
    gold, said, names = [g for g, _, _ in notes], [s for _, s, _ in notes], [c for *_, c in notes]
    numbers = {c: i for i, c in enumerate(sorted(set(names)))}

    def plain(kept: list[int]) -> float:
        codes = sorted(frozenset().union(*(gold[i] for i in kept)))
        each = []
        for code in codes:
            hits = sum(code in gold[i] and code in said[i] for i in kept)
            size = sum((code in gold[i]) + (code in said[i]) for i in kept)
            each.append(2 * hits / size)
        return float(np.mean(each)) if each else float("nan")

    found, codes = macro_f1(gold, said, [numbers[c] for c in names])
    if not codes:
        assert (found.estimate, found.low, found.high) == (0, 0, 1)
        return
    without = [plain([i for i, c in enumerate(names) if c != left]) for left in sorted(numbers)]
    theirs = jackknife(plain([*range(len(notes))]), np.array(without))
    assert found.estimate == pytest.approx(theirs.estimate)
    assert (found.low, found.high) == (pytest.approx(theirs.low), pytest.approx(theirs.high))


def test_macro_f1_covers_the_score_of_as_many_notes_again() -> None:
    """60 notes of a Zipf world of 150 codes; patients of two notes share half their codes."""
    draw = np.random.default_rng(3)
    common = 4 / np.arange(1, 151) ** 0.9 / (1 / np.arange(1, 151) ** 0.9).sum()
    found_at, alarms = draw.beta(2, 1.5, 150), common * 0.5

    def once() -> tuple[float, float, float]:
        shared = np.repeat(draw.random((30, 150)) < common / 2, 2, axis=0)
        gold = shared | (draw.random((60, 150)) < common / 2)
        said = (gold & (draw.random((60, 150)) < found_at)) | (~gold & (draw.random((60, 150)) < alarms))
        sets = [[frozenset(map(str, np.flatnonzero(row).tolist())) for row in rows] for rows in (gold, said)]
        macro, _ = macro_f1(sets[0], sets[1], np.repeat(np.arange(30), 2).tolist())
        return macro.estimate, macro.low, macro.high

    drawn = np.array([once() for _ in range(400)])
    expected = drawn[:, 0].mean()
    covered = float(np.mean((drawn[:, 1] <= expected) & (expected <= drawn[:, 2])))
    assert 0.93 <= covered <= 0.98  # 400 draws know a coverage of .95 to two points
