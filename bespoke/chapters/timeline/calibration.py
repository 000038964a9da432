"""Learns phase durations from the house's own finished engagements (reference class forecasting).

Method: the ratios of actual to planned days of one phase, over past engagements, are applied to the table's
likely duration; their smallest, median and largest value give the three points (Flyvbjerg 2006, "From Nobel
prize to project management: getting risks right", Project Management Journal 37).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from bespoke.clients.schema import LoggedPhase
from bespoke.facts.reader import Facts

ThreePoints = tuple[float, float, float]


def calibrate(rows: Sequence[LoggedPhase], facts: Facts) -> dict[str, ThreePoints]:
    """Phase -> low, likely and high working days, for each phase with enough rows in the log and a plan in the table.

    Enough is the threshold `log_rows`: below it the spread of a handful of projects says little.
    """
    wanted = facts.threshold("log_rows")
    found = {}
    for phase, n in sorted(logged(rows).items()):
        if n >= wanted and facts.keys(f"phase.{phase}.days"):
            ratios = [row.actual_days / row.planned_days for row in rows if row.phase == phase]
            likely = float(facts.fact(f"phase.{phase}.days").number)
            found[phase] = (likely * min(ratios), likely * median(ratios), likely * max(ratios))
    return found


def logged(rows: Sequence[LoggedPhase]) -> Counter[str]:
    """Rows of the log per phase."""
    return Counter(row.phase for row in rows)
