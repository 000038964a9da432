"""Cohen's kappa of two annotators, by hand and at its edges."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from bespoke.statistics.agreement import cohen_kappa

LABELS = st.sampled_from(["format", "tone", "facts", "behaviour"])


def test_by_hand() -> None:
    # 50 items: both yes 20, yes/no 5, no/yes 10, both no 15.
    # observed (20 + 15) / 50 = 0.70; expected 0.5 * 0.6 + 0.5 * 0.4 = 0.50; kappa 0.20 / 0.50 = 0.40
    got = cohen_kappa(["y"] * 25 + ["n"] * 25, ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15)
    assert (got.observed, got.n) == (0.7, 50)
    assert got.kappa == pytest.approx(0.4)
    # Fleiss, Cohen and Everitt: diagonal .4(1 - 1.1*.6)² + .3(1 - .9*.6)² = .04624 + .06348 = .10972
    # crossed (.6²)[.1(p.1 + p2.)² + .2(p.2 + p1.)²] = .36[.1 * 1.1² + .2 * .9²] = .36 * .283 = .10188
    # minus (.4 - .5 * .6)² = .01; variance .2016 / (50 * .5²)
    reach = 1.959964 * sqrt(0.2016 / 50) / 0.5
    assert got.low == pytest.approx(0.4 - reach, abs=1e-6)
    assert got.high == pytest.approx(0.4 + reach, abs=1e-6)


@given(st.lists(st.tuples(LABELS, LABELS), min_size=2, max_size=60))
def test_agrees_with_scikit_learn_and_keeps_its_order(pairs: list[tuple[str, str]]) -> None:
    first, second = zip(*pairs, strict=True)
    got = cohen_kappa(first, second)
    assert -1 <= got.low <= got.kappa + 1e-12
    assert got.kappa - 1e-12 <= got.high <= 1
    if len({*first, *second}) > 1:
        assert got.kappa == pytest.approx(cohen_kappa_score(first, second), abs=1e-9)


def test_edges() -> None:
    assert cohen_kappa([], []).model_dump() == {"kappa": 0, "low": -1, "high": 1, "n": 0, "observed": 0}
    one_label = cohen_kappa(["tone"] * 5, ["tone"] * 5)
    assert (one_label.kappa, one_label.low, one_label.high) == (1, -1, 1)
    perfect = cohen_kappa(["a", "b", "c"], ["a", "b", "c"])
    assert perfect.kappa == perfect.high == 1
    assert 0 < perfect.low < 1  # three agreements prove little
    assert cohen_kappa(["a"], ["b"]).high > 0  # one disagreement proves little, too
    with pytest.raises(ValueError, match="same items"):
        cohen_kappa(["a"], [])


def test_interval_covers_the_true_kappa() -> None:
    # Two annotators, each right with probability .8 on a fair two-label item: observed .68, kappa .36.
    random, covered, runs = np.random.default_rng(4), 0, 1000
    for _ in range(runs):
        truth = random.integers(0, 2, 120)
        labels = [np.where(random.random(120) < 0.8, truth, 1 - truth).astype(str).tolist() for _ in range(2)]
        got = cohen_kappa(labels[0], labels[1])
        covered += got.low <= 0.36 <= got.high
    assert covered / runs == pytest.approx(0.95, abs=0.02)  # simulation error: 0.7 points
