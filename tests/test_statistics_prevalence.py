"""A share counted by a judge that errs, at its edges: cut to [0, 1], and wider by what is not known of the judge."""

from __future__ import annotations

import pytest

from bespoke.statistics.prevalence import rogan_gladen


def judge(positives: int, hits: int, negatives: int, rejected: int) -> tuple[list[bool], list[bool]]:
    """What people said of some items, and what the judge said of the same."""
    human = [True] * positives + [False] * negatives
    said = [True] * hits + [False] * (positives - hits) + [False] * rejected + [True] * (negatives - rejected)
    return human, said


def judged(true: int, n: int) -> list[bool]:
    return [True] * true + [False] * (n - true)


def test_fewer_than_the_judge_invents_is_none_at_all() -> None:
    # (0.16 + 0.8 - 1) / (0.9 + 0.8 - 1) = -0.057: cut to 0. Its standard error is about .104 / .7 = .15
    found = rogan_gladen(judged(8, 50), *judge(20, 18, 20, 16)).corrected
    assert found is not None
    assert (found.estimate, found.low) == (0.0, 0.0)
    assert 0.15 < found.high < 0.35


def test_more_than_the_judge_could_find_is_all() -> None:
    # (0.84 + 0.9 - 1) / (0.8 + 0.9 - 1) = 1.057
    found = rogan_gladen(judged(42, 50), *judge(20, 16, 20, 18)).corrected
    assert found is not None
    assert (found.estimate, found.high) == (1.0, 1.0)
    assert 0.65 < found.low < 0.85


def test_the_interval_carries_what_is_not_known_of_the_judge() -> None:
    """By the delta method at p = .3 of 100, TPR .9, TNR .8, J = .7, so that the estimate is .1 / .7 = .143:

    p alone: .3 x .7 / 100 / J^2 = .004286. TNR on 60: .16 / 60 x (.6 / .49)^2 = .003998. TPR on 40: .09 / 40 x
    (.1 / .49)^2 = .000094. Together a standard error of .0915; of a judge known for certain .0655. The upper ends lie
    1.96 of them above: .322 and .271.
    """
    few = rogan_gladen(judged(30, 100), *judge(40, 36, 60, 48), resamples=20_000).corrected
    many = rogan_gladen(judged(30, 100), *judge(40_000, 36_000, 60_000, 48_000), resamples=20_000).corrected
    assert few is not None
    assert many is not None
    assert few.estimate == pytest.approx(1 / 7)
    assert few.high == pytest.approx(0.322, abs=0.02)
    assert many.high == pytest.approx(0.271, abs=0.02)
    assert few.low == 0.0
    assert many.low == pytest.approx(0.015, abs=0.02)
