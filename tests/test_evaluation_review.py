"""Which cases could go without a person: the surest first, by the best signal that there is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bespoke.evaluation.answers import Answer, SystemRun
from bespoke.evaluation.review import review


def ran(*runs: Sequence[tuple[str | None, float | None]]) -> SystemRun:
    return SystemRun(
        "house", "House", "recorded", tuple(tuple(Answer(v, confidence=c) for v, c in run) for run in runs)
    )


def same(first: str, second: str) -> bool:
    return first == second


GROUPS = [str(n) for n in range(100)]
RIGHT: list[bool | None] = [n >= 40 for n in range(100)]  # the surer ones


def test_the_surest_come_first_by_their_own_confidence() -> None:
    found = review(ran([("a", n / 100) for n in range(100)]), [], RIGHT, same, GROUPS)
    assert found is not None
    assert (found.system, found.signal) == ("house", "confidence")
    assert [point.cases for point in found.points] == [20, 30, 40, 50, 60, 70, 80, 90, 100]  # ten are too few
    assert [point.share for point in found.points] == [point.cases / 100 for point in found.points]
    right = [1, 1, 1, 1, 1, 60 / 70, 60 / 80, 60 / 90, 0.6]
    assert [point.accepted.estimate for point in found.points] == pytest.approx(right)
    assert found.points[-1].accepted.low < 0.6 < found.points[-1].accepted.high


def test_points_that_hold_the_same_cases_stand_once() -> None:
    confidence = [1.0] * 50 + [0.5] * 50
    found = review(ran([("a", one) for one in confidence]), [], RIGHT, same, GROUPS)
    assert found is not None
    assert [point.cases for point in found.points] == [50, 100]
    assert review(ran([("a", 1.0)] * 100), [], RIGHT, same, GROUPS) is None, "one point is no curve"


def test_cases_that_were_not_judged_do_not_count() -> None:
    judged = [None if n < 50 else RIGHT[n] for n in range(100)]
    found = review(ran([("a", n / 100) for n in range(100)]), [], judged, same, GROUPS)
    assert found is not None
    assert [point.cases for point in found.points] == [20, 25, 30, 35, 40, 45, 50]
    assert found.points[-1].share == 1.0
    assert review(ran([("a", n / 100) for n in range(100)]), [], [None] * 100, same, GROUPS) is None


def test_without_confidence_it_is_how_far_its_runs_agree_else_what_others_say() -> None:
    said: list[tuple[str | None, float | None]] = [("a" if n < 60 else None, None) for n in range(100)]
    other: list[tuple[str | None, float | None]] = [("a" if n < 30 else "b", None) for n in range(100)]
    found = review(ran(said, other), [ran(said)], RIGHT, same, GROUPS)
    assert found is not None
    assert found.signal == "runs"
    assert [point.cases for point in found.points] == [30, 100]  # of nothing no two agree
    found = review(ran(said), [ran(other), ran(said)], RIGHT, same, GROUPS)
    assert found is not None
    assert found.signal == "systems"
    assert [point.cases for point in found.points] == [30, 60, 100]  # both, one and none of the two
    assert review(ran(said), [], RIGHT, same, GROUPS) is None


def test_one_missing_confidence_makes_it_no_signal() -> None:
    said: list[tuple[str | None, float | None]] = [("a", n / 100 if n else None) for n in range(100)]
    assert review(ran(said), [], RIGHT, same, GROUPS) is None
