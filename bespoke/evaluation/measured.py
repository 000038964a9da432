"""What an evaluation hands to the rest of the report about one system on one task."""

from __future__ import annotations

from bespoke.results import Part
from bespoke.statistics.interval import Interval


class MeasuredSystem(Part):
    """One system's figures on the client's own cases; quality is on the scale 0 to 1 of `metric`.

    Tokens are means per case. What was not recorded is None, never nought.
    """

    task_id: str
    system: str  # the name of its predictions file
    in_use: bool  # whether task.yaml names it as what runs today
    strategy: str | None = None  # the route it stands for (few_shot, extended_thinking ...); None: not said
    model: str | None = None
    first_model: str | None = None  # of a cascade: the smaller one
    metric: str
    quality: Interval
    accepted: Interval | None = None  # share of cases right as a whole
    cases: int
    groups: int
    input_tokens: float | None = None  # uncached, cached and written together
    cache_read_tokens: float | None = None
    output_tokens: float | None = None  # thinking included
    p50_ms: float | None = None
    p95_ms: float | None = None
    usd_per_case: float | None = None


class MeasuredTask(Part):
    """All systems measured on one task, and the most that anybody could reach there."""

    task_id: str
    metric: str
    cases: int
    systems: tuple[MeasuredSystem, ...]
    ceiling: Interval | None = None  # agreement between people on the same cases

    @property
    def in_use(self) -> MeasuredSystem | None:
        return next((system for system in self.systems if system.in_use), None)
