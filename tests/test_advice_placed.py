"""What keeps a configuration from being done, what has to be confirmed first, and what is broken: by each verdict."""

from __future__ import annotations

import pytest

from bespoke.advice.candidates import Configuration
from bespoke.advice.feasibility import Placed
from bespoke.advice.gates import GateOutcome, Verdict


def outcome(gate: str, verdict: Verdict, *, met_by: str = "", asked_first: bool = False) -> GateOutcome:
    return GateOutcome(
        gate=gate, verdict=verdict, needs="", input="", found="", met_by=met_by, asked_first=asked_first
    )


CASES = [  # outcome, closes, has to be confirmed, is broken, holds back
    (outcome("cases", "met"), False, False, False, False),
    (outcome("cases", "unmet"), True, False, True, False),
    (outcome("cases", "unmet", met_by="measure"), False, False, True, False),
    (outcome("residency", "unknown"), False, True, False, False),
    (outcome("residency", "unknown", asked_first=True), False, True, False, True),
    (outcome("residency", "met", asked_first=True), False, False, False, False),
    (outcome("agreement", "unmet", met_by="sign"), False, True, True, False),
    (outcome("agreement", "met"), False, False, False, False),
]


@pytest.mark.parametrize(("one", "closes", "confirm", "broken", "holds"), CASES)
def test_each_verdict_counts_where_it_must(
    one: GateOutcome, closes: bool, confirm: bool, broken: bool, holds: bool
) -> None:
    placed = Placed(configuration=Configuration(route="as_is", model="m", place="p"), outcomes=(one,))
    assert (placed.closed, placed.unknown, placed.broken) == tuple(
        (one,) if asked else () for asked in (closes, confirm, broken)
    )
    assert one.holds_back is holds
