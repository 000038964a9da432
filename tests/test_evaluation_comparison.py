"""Which of two systems is better, on which cases, and whether these can tell."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bespoke.evaluation import comparison
from bespoke.evaluation.answers import Answer, SystemRun
from bespoke.evaluation.comparison import contrasts, pooled, power, verdict
from bespoke.statistics.clusters import Clusters, Measure
from bespoke.statistics.interval import Interval

CASES = 60
CLUSTERS = Clusters([str(n) for n in range(CASES)], flips=500)
ANSWERED, LOST = Answer("a"), Answer(status="not_measured")


def ran(name: str, lost: int = 0, runs: int = 1) -> SystemRun:
    """All cases answered but the last ones."""
    answers = tuple(LOST if n >= CASES - lost else ANSWERED for n in range(CASES))
    return SystemRun(name, name, "recorded", (answers,) * runs)


def right(upto: int, start: int = 0) -> Measure:
    """These of the cases are right."""
    return Measure.share([start <= n < upto for n in range(CASES)])


@pytest.mark.parametrize(
    ("low", "high", "p", "p_any", "said"),
    [
        (0.01, 0.2, 0.05, 0.05, "better"), (-0.2, -0.01, 0.01, 0.01, "worse"), (-0.1, 0.2, 0.01, 0.01, "not_separable"),
        (0.0, 0.2, 0.01, 0.01, "not_separable"), (0.01, 0.2, 0.051, 0.01, "not_separable"),
        (0.01, 0.2, 0.05, 0.051, "not_among_so_many"),
    ],
)  # fmt: skip
def test_better_needs_an_interval_without_zero_and_a_p_for_every_pair(
    low: float, high: float, p: float, p_any: float, said: str
) -> None:
    interval = Interval(estimate=(low + high) / 2, low=low, high=high)
    assert verdict(SimpleNamespace(interval=interval, p=p, p_any=p_any)) == said  # type: ignore[arg-type]


def test_each_case_counts_once_by_the_mean_of_the_runs_it_was_measured_in() -> None:
    answers = ((ANSWERED, ANSWERED, LOST), (ANSWERED, LOST, LOST))
    system = SystemRun("s", "S", "recorded", answers)
    first, second = Measure.share([True, False, None]), Measure.share([False, True, True])
    found = pooled([first, second], system)
    assert found is not None
    assert found.columns.tolist() == [[0.5, 1.0], [0.0, 1.0], [0.0, 0.0]]
    assert pooled([first, None], system) is None


def test_declared_pairs_come_first_then_the_best_against_the_others() -> None:
    measures = {"a": right(50), "b": right(40), "c": right(10)}
    declared: Any = [
        SimpleNamespace(first="c", second="b"), SimpleNamespace(first="b", second="a"),
        SimpleNamespace(first="a", second="x"),
    ]  # fmt: skip
    ladder = [ran("c"), ran("b"), ran("a"), ran("unmeasured")]
    found = contrasts(ladder, measures, declared, "a", CLUSTERS)
    assert [(one.first, one.second, one.why) for one in found] == [
        ("c", "b", "declared"), ("b", "a", "declared"), ("a", "c", "best"),
    ]  # fmt: skip
    assert [one.interval.estimate for one in found] == pytest.approx([-0.5, -1 / 6, 2 / 3])
    assert [one.verdict for one in found] == ["worse", "worse", "better"]
    assert [one.cases for one in found] == [60, 60, 60]
    assert [one.to_turn for one in found] == [15, 5, 20]  # half of the 30, 10 and 40 that one alone has right
    assert [one.p <= one.p_any for one in found] == [True] * 3


def test_a_pair_is_compared_on_the_cases_that_both_were_measured_on() -> None:
    """b was not asked the last 20, which a has wrong: on the first 40 both are right in 40 and 20."""
    measures = {"a": right(40), "b": right(20).only(np.array([n < 40 for n in range(CASES)]))}
    (found,) = contrasts([ran("a"), ran("b", lost=20)], measures, (), "a", CLUSTERS)
    assert (found.cases, found.interval.estimate, found.to_turn) == (40, pytest.approx(0.5), 10)


def test_a_case_that_nobody_graded_is_none_of_those_compared() -> None:
    graded = Measure.share([None if n < 5 else n < 30 for n in range(CASES)])
    (found,) = contrasts([ran("a"), ran("b")], {"a": graded, "b": right(10)}, (), "a", CLUSTERS)
    assert found.cases == 55


@pytest.mark.parametrize(
    ("first", "turn"),
    [
        (right(21), 6),  # 11 more: five would leave one more
        (Measure.ratio([0.5] * CASES, [1.0] * CASES), None),  # no share of whole cases
        (Measure(np.ones((CASES, 3)), lambda sums: sums[..., 0]), None),
    ],
)
def test_only_a_share_of_cases_can_be_turned_by_wrong_gold(first: Measure, turn: int | None) -> None:
    every = np.ones(CASES, dtype=bool)
    assert comparison._to_turn(first, right(10), every) == turn
    assert comparison._to_turn(right(10), first, every) == turn


def test_what_a_further_comparison_can_find_is_judged_by_the_nearest_pair() -> None:
    measures = {"a": right(50), "b": right(46), "c": right(10)}
    found = contrasts([ran(name) for name in measures], measures, (), "a", CLUSTERS)
    accepted: dict[str, list[bool | None]] = {
        "a": [True] * 50 + [False] * 10, "b": [True] * 46 + [False] * 12 + [None] * 2, "c": [False] * CASES,
    }  # fmt: skip
    told = power(found, measures, accepted, "a", CLUSTERS)
    assert told is not None
    assert told.pair == ("a", "b")
    assert told.discordant == pytest.approx(4 / 58)
    # 4 of 60 differ, all one way: the error is sqrt(p (1 - p) / 60) or so; 1.96 + 0.84 of it show four times in five
    assert told.alone == pytest.approx(2.84 * np.sqrt(4 / 60 * 56 / 60 / 60), rel=0.05)
    assert told.among_all > told.alone
    assert power([], measures, accepted, "a", CLUSTERS) is None
    same = {"a": right(50), "b": right(50)}
    found = contrasts([ran("a"), ran("b")], same, (), "a", CLUSTERS)
    assert power(found, same, accepted, "a", CLUSTERS) is None
    none = {name: [None] * CASES for name in measures}
    found = contrasts([ran(name) for name in measures], measures, (), "a", CLUSTERS)
    unjudged = power(found, measures, none, "a", CLUSTERS)
    assert unjudged is not None
    assert unjudged.discordant is None
