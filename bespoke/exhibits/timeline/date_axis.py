"""Dates along the axis of a figure."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

from bespoke.show.numbers import day_of_year


def x_of(day_shown: date) -> float:
    """A date as matplotlib's date axis counts it: days since 1970."""
    return float((day_shown - date(1970, 1, 1)).days)


def mondays(axes: Any, first: date, last: date) -> None:
    """At most eight ticks, all on Mondays, so that no two dates touch."""
    weeks = max(1, math.ceil((last - first).days / 7 / 8))
    start = first - timedelta(days=first.weekday())
    shown = [start + timedelta(weeks=n) for n in range(0, (last - start).days // 7 + 2, weeks)]
    kept = [monday for monday in shown if first <= monday <= last]
    axes.set_xticks([x_of(monday) for monday in kept], [day_of_year(monday) for monday in kept])
