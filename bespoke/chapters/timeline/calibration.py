"""Learns phase durations from the consultancy's own finished engagements (reference class forecasting).

Method: the ratios of actual to planned days of one phase, over past engagements, are applied to the likely duration of
that phase; their smallest, median and largest value give the three points (Flyvbjerg 2006, "From Nobel prize to project
management: getting risks right", Project Management Journal 37).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from bespoke.chapters.timeline.estimates import is_known
from bespoke.chapters.timeline.points import Points
from bespoke.clients.schema import LoggedPhase
from bespoke.facts.reader import Facts


def calibrate(rows: Sequence[LoggedPhase], facts: Facts) -> dict[str, Points]:
    """Known phase with enough rows in the log -> its actual over planned days: smallest, median and largest.

    Enough is the threshold `log_rows`: below it the spread of a handful of projects says little.
    """
    wanted = facts.threshold("log_rows")
    found = {}
    for phase, n in sorted(logged(rows).items()):
        if n >= wanted and is_known(phase, facts):
            ratios = [row.actual_days / row.planned_days for row in rows if row.phase == phase]
            found[phase] = Points(min(ratios), median(ratios), max(ratios))
    return found


def logged(rows: Sequence[LoggedPhase]) -> Counter[str]:
    """Rows of the log per phase."""
    return Counter(row.phase for row in rows)
