"""Logistic regression, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bespoke.statistics.logistic import fit_logistic


@pytest.mark.parametrize("strength", [0.1, 1.0, 10.0])
def test_the_scores_are_scikit_learns(strength: float) -> None:
    random = np.random.default_rng(5)
    rows = random.normal(size=(800, 6)) * [1, 10, 0.1, 1, 1, 0] + [0, 3, 0, 0, 0, 7]  # the last is constant
    right = random.random(800) < 1 / (1 + np.exp(2 - rows[:, 0] - rows[:, 1] / 10))
    theirs = make_pipeline(StandardScaler(), LogisticRegression(C=strength, tol=1e-10, max_iter=5000))
    theirs.fit(rows, right)
    ours = fit_logistic(rows, right, strength=strength)
    assert ours.score(rows) == pytest.approx(theirs.decision_function(rows), abs=1e-5)


def test_separable_outcomes_stay_finite_because_of_the_penalty() -> None:
    rows = np.array([[0.0], [1.0], [2.0], [3.0]])
    found = fit_logistic(rows, rows[:, 0] > 1.5)
    assert np.isfinite(found.weights).all()
    assert (found.score(rows) > 0).tolist() == [False, False, True, True]


def test_one_outcome_teaches_nothing() -> None:
    with pytest.raises(ValueError, match="both outcomes"):
        fit_logistic(np.zeros((3, 1)), np.array([True, True, True]))
