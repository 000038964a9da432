"""McNemar, Holm, power and corrected prevalence, each against numbers worked out elsewhere."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from bespoke.statistics.mcnemar import mcnemar
from bespoke.statistics.multiplicity import holm
from bespoke.statistics.power import (
    minimum_detectable_difference,
    notes_for_half_width,
    paired_notes_needed,
)
from bespoke.statistics.prevalence import rogan_gladen
from bespoke.statistics.proportion import two_sided_z, wilson, wilson_reach


def test_mcnemar_by_hand() -> None:
    # 1 note only the first had right, 5 only the second: 2 * (C(6,0) + C(6,1)) / 2^6 = 14 / 64
    found = mcnemar([True] * 4 + [False] * 6, [True] * 3 + [False] + [True] * 5 + [False])
    assert (found.first_only, found.second_only, found.n) == (1, 5, 10)
    assert found.p == pytest.approx(14 / 64)
    assert found.discordant == 0.6


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_is_the_binomial_test_of_the_discordant_notes(first_only: int, second_only: int) -> None:
    found = mcnemar([True] * first_only + [False] * second_only, [False] * first_only + [True] * second_only)
    discordant = first_only + second_only
    assert found.p == pytest.approx(binomtest(first_only, discordant).pvalue if discordant else 1.0)
    assert (found.design_effect, found.independent) == (1, discordant)


def test_mcnemar_needs_the_same_notes() -> None:
    assert mcnemar([], []).p == 1
    with pytest.raises(ValueError, match="same notes"):
        mcnemar([True], [])
    with pytest.raises(ValueError, match="1 clusters for 2 notes"):
        mcnemar([True, True], [False, True], ["a"])


def test_mcnemar_of_clusters_by_hand() -> None:
    # Patient a: both of two notes only the first had right: +2. b: +1. c: -1. d: +1 and -1: 0.
    # Totals over the 8 choices of sign of 2, 1, 1: +-4, +-2, +-2, 0, 0; seen is 2: 6 of 8 are as far from zero.
    first = [True, True, True, False, True, False]
    second = [False, False, False, True, False, True]
    found = mcnemar(first, second, ["a", "a", "b", "c", "d", "d"])
    assert found.p == pytest.approx(6 / 8)
    assert (found.first_only, found.second_only) == (4, 2)
    assert found.design_effect == pytest.approx((4 + 1 + 1) / 6)
    # Three patients of two notes each, all for the first: 2 of 8 choices; as independent notes it were 2 of 64.
    alike = mcnemar([True] * 6, [False] * 6, ["a", "a", "b", "b", "c", "c"])
    assert (alike.p, alike.design_effect, alike.independent) == (pytest.approx(2 / 8), 2.0, 3)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 4)), max_size=11))
def test_mcnemar_of_clusters_counts_every_swap(notes: list[tuple[bool, bool, int]]) -> None:
    sums = [sum(a - b for a, b, c in notes if c == cluster) for cluster in range(5)]
    totals = [
        abs(sum(s * d for s, d in zip(signs, sums, strict=True))) for signs in product((-1, 1), repeat=5)
    ]
    found = mcnemar([a for a, _, _ in notes], [b for _, b, _ in notes], [c for *_, c in notes])
    assert found.p == pytest.approx(sum(t >= abs(sum(sums)) for t in totals) / len(totals))


def test_mcnemar_of_clusters_keeps_its_level_where_the_plain_one_does_not() -> None:
    """Two systems equally good on average, each with its own weak patients of five notes."""
    draw = np.random.default_rng(5)
    clusters = np.repeat(np.arange(30), 5)
    alarms = {"clusters": 0, "notes": 0}
    for _ in range(600):
        first, second = (
            (draw.normal(0, 1.5, 30)[clusters] + draw.logistic(size=150) > 0).tolist() for _ in range(2)
        )
        alarms["clusters"] += mcnemar(first, second, clusters.tolist()).p <= 0.05
        alarms["notes"] += mcnemar(first, second).p <= 0.05
    assert alarms["clusters"] / 600 <= 0.06
    assert alarms["notes"] / 600 > 0.10


def test_holm_by_hand() -> None:
    # sorted .01 * 4 = .04; .02 * 3 = .06; .03 * 2 = .06; .04 * 1 -> not below the one before: .06
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx((0.06, 0.04, 0.06, 0.06))
    assert holm([]) == ()
    assert holm([0.9, 0.8]) == (1, 1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([1.2])


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_lies_between_the_raw_p_and_bonferroni(p_values: list[float]) -> None:
    for raw, adjusted in zip(p_values, holm(p_values), strict=True):
        assert raw <= adjusted <= min(1.0, raw * len(p_values)) + 1e-12


@pytest.mark.parametrize(
    ("difference", "discordant", "notes"),
    [(0.05, 0.1, 312), (0.05, 0.2, 626), (0.05, 0.3, 940), (0.10, 0.2, 155), (0.10, 0.3, 234)],
)
def test_notes_needed_by_the_published_table(difference: float, discordant: float, notes: int) -> None:
    assert paired_notes_needed(difference, discordant) == notes
    found = minimum_detectable_difference(notes, discordant)
    assert found is not None
    assert found <= difference
    assert found == pytest.approx(difference, abs=0.0005)


def test_what_no_number_of_these_notes_can_show() -> None:
    assert minimum_detectable_difference(5, 0.1) is None
    assert minimum_detectable_difference(0, 0.1) is None
    assert minimum_detectable_difference(100, 0.0) is None
    with pytest.raises(ValueError, match="discordant"):
        paired_notes_needed(0.3, 0.2)


def test_notes_for_a_precise_share() -> None:
    n = notes_for_half_width(0.87, 0.03)
    assert 475 < n < 495
    assert wilson(round(0.87 * n), n).half_width == pytest.approx(0.03, abs=0.0003)
    assert notes_for_half_width(0.87, 0.05) < n


@pytest.mark.parametrize("share", [0.0, 0.5, 0.87, 1.0])
@pytest.mark.parametrize("half_width", [0.03, 0.05, 0.1, 0.25, 0.45])
def test_one_note_fewer_leaves_the_interval_too_wide(share: float, half_width: float) -> None:
    n = notes_for_half_width(share, half_width)
    z = two_sided_z(0.95)
    assert wilson_reach(share, n, z) <= half_width
    assert n == 1 or wilson_reach(share, n - 1, z) > half_width


def test_rogan_gladen_by_hand() -> None:
    # judge says 30 of 100; on 40 true and 60 false it found 36 (TPR .9) and rejected 48 (TNR .8):
    # (.3 + .8 - 1) / (.9 + .8 - 1) = .1 / .7
    human = [True] * 40 + [False] * 60
    judge = [True] * 36 + [False] * 4 + [True] * 12 + [False] * 48
    found = rogan_gladen([True] * 30 + [False] * 70, human, judge)
    assert (found.apparent, found.true_positive_rate, found.true_negative_rate) == (0.3, 0.9, 0.8)
    assert found.corrected is not None
    assert found.corrected.estimate == pytest.approx(1 / 7)
    assert found.corrected.low < 1 / 7 < found.corrected.high


def test_a_judge_no_better_than_chance_says_nothing() -> None:
    found = rogan_gladen([True, False], [True, True, False, False], [True, False, True, False])
    assert found.corrected is None
    with pytest.raises(ValueError, match="both classes"):
        rogan_gladen([True], [True], [True])
