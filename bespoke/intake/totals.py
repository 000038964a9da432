"""Which files hold totals of the same days: reports of one vendor by key and by workspace count the same calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations

from bespoke.intake.usage_record import Record

_Period = tuple[datetime, datetime]  # the second is exclusive


class Totals:
    """The period of every file's totals, for each task, calls and charges apart. A single call has an id instead."""

    def __init__(self) -> None:
        self._periods: defaultdict[tuple[str, bool], dict[str, _Period]] = defaultdict(dict)

    def add(self, task: str, file: str, record: Record) -> None:
        if record.end is not None:
            files = self._periods[task, record.charge]
            since, until = files.get(file, (record.start, record.end))
            files[file] = min(since, record.start), max(until, record.end)

    def overlapping(self) -> Iterator[str]:
        """A line for every two files whose periods meet."""
        for (task, charge), files in self._periods.items():
            for (one, period), (other, second) in combinations(files.items(), 2):
                since, until = max(period[0], second[0]), min(period[1], second[1])
                if since < until:
                    what = "charges" if charge else "totals"
                    yield (
                        f"{task}: {one} and {other} both hold {what} from {since:%Y-%m-%d %H:%M} UTC on, added up;"
                        f" import one of them alone if they count the same calls"
                    )
