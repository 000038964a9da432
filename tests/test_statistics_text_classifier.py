"""The classifier of short texts, against scikit-learn where that has the same thing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_ridge import KernelRidge

from bespoke.statistics.text_classifier import TextClassifier, _dealt, cross_predicted, fit_text_classifier

TEXTS = [
    "letter too chatty and informal", "far too chatty", "an informal letter, too long", "chatty chatty letter",
    "broken brackets in the json", "json cut off", "the json has no closing brackets",
    "wrong code given", "code is not billable",
]  # fmt: skip
GIVEN = ["tone"] * 4 + ["format"] * 3 + ["vocabulary"] * 2


@pytest.mark.parametrize("copies", [1, 9])  # fewer texts than words and pairs of words, and more
def test_it_is_scikit_learns_weighted_kernel_ridge_on_tf_idf(copies: int) -> None:
    asked = ["chatty json", "brackets in the letter", "nothing known"]
    texts, given = TEXTS * copies, GIVEN * copies
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+")
    train, test = vectors.fit_transform(texts), vectors.transform(asked)
    classes = sorted(set(GIVEN))
    target = np.array([[label == name for name in classes] for label in given], dtype=float)
    weights = [len(given) / (3 * given.count(label)) for label in given]
    theirs = KernelRidge(alpha=0.3, kernel="linear").fit(train, target - 1 / 3, sample_weight=weights)
    ours = fit_text_classifier(texts, given)
    assert (len(texts) > len(ours.vocabulary)) == (copies > 1)
    words = [f"{a} {b}" for a, b in (("json", "cut"), ("too", "chatty"))]
    assert all(word in ours.vocabulary for word in words)
    scores = theirs.predict(test) + 1 / 3
    assert ours.predict(asked) == [classes[i] for i in np.round(scores, 9).argmax(axis=1)]
    slopes = train.T @ theirs.dual_coef_  # scikit-learn's words are in alphabetical order too
    assert ours.slopes == pytest.approx(slopes, abs=1e-9)


def test_a_rare_class_weighs_as_much_as_a_frequent_one() -> None:
    texts = ["same words"] * 9 + ["same words rare"]
    model = fit_text_classifier(texts, ["often"] * 9 + ["seldom"])
    assert model.predict(["rare"]) == ["seldom"]


def test_a_text_is_never_judged_by_a_classifier_that_saw_it() -> None:
    # Every text is unlike all others: nothing learnt from the rest can tell the two classes apart.
    texts = [f"word{i}" for i in range(40)]
    said = cross_predicted(texts, ["a", "b"] * 20, folds=5, seed=1)
    assert set(said) == {"a"}  # no known word: the first class


@drawn(st.lists(st.sampled_from("abc"), min_size=15, max_size=60), st.integers(0, 9))
def test_every_class_is_spread_evenly_over_the_folds(labels: list[str], seed: int) -> None:
    fold = _dealt(labels, 5, np.random.default_rng(seed))
    for name in set(labels):
        sizes = [
            sum(at == k and label == name for at, label in zip(fold, labels, strict=True)) for k in range(5)
        ]
        assert max(sizes) - min(sizes) <= 1
    sizes = [fold.count(k) for k in range(5)]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(
    ("scores", "chosen", "lead"),
    [
        ([0.2, 0.7], "b", 0.5),
        ([0.1, 0.6, 0.3], "b", 0.3),  # from the second best, not from the worst
        ([0.5, 0.5], "a", 0.0),  # the first of equals
        ([1.6, 0.1], "a", 1.0),  # no more than 1
        ([0.7], "a", 0.7),  # a class alone leads what is nothing
    ],
)
def test_the_confidence_is_how_far_the_best_score_leads_the_next(
    scores: list[float], chosen: str, lead: float
) -> None:
    """A text without a known word has each class's base as its score."""
    zero = np.zeros((1, len(scores)))
    model = TextClassifier(tuple("abc"[: len(scores)]), {"known": 0}, np.ones(1), zero, np.array(scores))
    assert model.predict_with_confidence(["never heard"]) == ([chosen], [lead])
