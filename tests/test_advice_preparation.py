"""What has to be there before anything is tried."""

from __future__ import annotations

import pytest

from bespoke.advice.preparation import Preparation, largest_gap, needed
from bespoke.advice.situation import Situation
from bespoke.statistics.interval import Interval
from tests.advice_cases import FACTS, situation

READ = situation({"tone": 30})  # measured on 100 cases, enough failures read
LEAST = int(FACTS.threshold("min_test_cases"))
TO_READ = int(FACTS.threshold("failures_to_plan"))
FEW = "quality is not measured on enough cases"


def measure(cases: int, failures: int, why: str) -> Preparation:
    return Preparation(route="measure", cases=cases, failures=failures, why=why)


def test_where_quality_is_measured_and_failures_are_read_nothing_is_needed() -> None:
    assert needed(READ.at(cases=LEAST), "open", FACTS) == ()


@pytest.mark.parametrize(
    ("given", "step"),
    [
        (READ.at(cases=LEAST - 1), measure(1, max(0, TO_READ - 30), FEW)),
        (
            READ.at(cases=LEAST, quality=None),
            measure(LEAST, max(0, TO_READ - 30), FEW),
        ),  # cases without a quality
        (
            READ.at(families={}, unmapped=3),
            measure(0, TO_READ - 3, "nobody has read what goes wrong, and that decides what to try"),
        ),
        (
            READ.at(families={}, cases=0),
            measure(LEAST, TO_READ, f"{FEW}, and nobody has read what goes wrong"),
        ),
    ],
)
def test_what_is_missing_of_the_measurement_is_counted(given: Situation, step: Preparation) -> None:
    (found,) = needed(given, "open", FACTS)
    assert (found, found.rows) == (step, 0)
    assert needed(given, "met", FACTS) == ()


def test_identifiers_come_first_even_where_the_target_is_met() -> None:
    found = needed(READ.at(identifiers=1200, cases=0), "open", FACTS)
    assert [one.route for one in found] == ["deidentify", "measure"]
    assert found[0] == Preparation(route="deidentify", rows=1200, why="1,200 rows hold identifiers")
    assert (found[0].cases, found[0].failures) == (0, 0)
    said = READ.at(identifiers=None, contains_phi=True, deidentified=False, examples=300)
    assert needed(said, "met", FACTS) == (
        Preparation(route="deidentify", rows=300, why="the data are said to hold identifiers"),
    )


@pytest.mark.parametrize(
    ("quality", "target", "gap"),
    [(0.7, 0.9, 0.2), (0.95, 0.9, 0.0), (0.7, None, 0.3), (None, 0.9, 0.2)],
)
def test_the_most_to_gain_is_up_to_the_target_else_up_to_one(
    quality: float | None, target: float | None, gap: float
) -> None:
    measured = None if quality is None else Interval(estimate=quality, low=quality, high=quality)
    assert largest_gap(READ.at(quality=measured, target=target)) == pytest.approx(gap)
