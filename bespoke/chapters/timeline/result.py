"""What the timeline chapter hands on. Durations are working days of the client's calendar."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from bespoke.chapters.examples import ExamplesNeed
from bespoke.results import Part, Result

Basis = Literal["table", "client", "examples", "log"]


class FinishDates(Part):
    """The last working day of the plan at each confidence."""

    p10: date
    p50: date
    p80: date
    p90: date


class PhaseTimeline(Part):
    """One phase of a plan, its estimate and what the simulation made of it."""

    phase: str
    low_days: float
    likely_days: float
    high_days: float
    basis: Basis  # where the estimate came from
    after: tuple[str, ...]
    start_p50: date
    finish_p10: date
    finish_p50: date
    finish_p90: date
    criticality: float  # share of draws in which the phase decides the finish
    variance_share: float  # of the schedule risk: (criticality x standard deviation)^2, scaled to one
    rank_correlation: float  # Spearman, of its duration with the finish
    zero_variance: bool  # given as a point: the simulation knows no risk in it


class CurvePoint(Part):
    days: float
    finish: date
    probability: float


class WithinWeeks(Part):
    weeks: int
    working_days: int  # in that many weeks from the start, holidays taken out
    probability: float


class PlanTimeline(Part):
    """The simulated plan of the tasks that need the same phases."""

    name: str
    task_ids: tuple[str, ...]
    phases: tuple[PhaseTimeline, ...]
    examples_needed: int | None  # still to be annotated; None where the table's range was used
    finish: FinishDates
    mean_days: float
    sd_days: float
    p10_days: float
    p50_days: float
    p80_days: float
    p90_days: float
    contingency_days: int  # working days between the P50 and the P80 finish
    merge_bias_days: float  # how much later the mean is than the plan made of mean durations
    within: tuple[WithinWeeks, ...]
    curve: tuple[CurvePoint, ...]

    def phase(self, name: str) -> PhaseTimeline:
        return next(phase for phase in self.phases if phase.phase == name)

    @property
    def drivers(self) -> tuple[PhaseTimeline, ...]:
        """Phases by their share of the finish's variance, greatest first."""
        return tuple(sorted(self.phases, key=lambda p: (-p.variance_share, p.phase)))


class ABTest(Part):
    """What it takes to see the step from current to target quality in live traffic."""

    task_id: str
    current: float | None
    target: float | None
    per_arm: int | None  # judged outputs in each arm; None with the reason in `missing`
    calendar_days: int | None
    grading_hours: float | None  # of one annotator, one pass, both arms
    missing: str = ""
    name: str = ""  # of the task


class Timeline(Result):
    version: ClassVar[int] = 2

    start: date
    country: str
    subdivision: str | None
    plans: tuple[PlanTimeline, ...]  # one per distinct set of phases
    portfolio: PlanTimeline  # everything together, the annotators shared
    ab_tests: tuple[ABTest, ...]
    needs: tuple[ExamplesNeed, ...]  # examples per task, in the order of the tasks
    correlation: float
    distribution: str
    power: float
    significance: float
    promised_weeks: tuple[int, int]
    log_rows: dict[str, int]  # finished engagements in the log, by phase
    log_rows_wanted: int  # from which the log replaces the table
    phases_chosen: bool  # False: no routes were given, every phase is planned for
    draws: int
    seed: int

    def plan_of(self, task_id: str) -> PlanTimeline:
        return next(plan for plan in self.plans if task_id in plan.task_ids)
