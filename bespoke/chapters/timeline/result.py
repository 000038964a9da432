"""What the timeline chapter hands on. Durations are working days of the client's calendar."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from bespoke.advice.plan import MoneyRange
from bespoke.chapters.examples_needed import ExamplesNeed
from bespoke.chapters.plans import Advised
from bespoke.clients.schema import Role
from bespoke.results import Part, Result

Basis = Literal["table", "priced", "client", "examples", "log"]


class FinishDates(Part):
    """The last working day of the plan at each confidence."""

    p10: date
    p50: date
    p80: date
    p90: date


class PhaseTimeline(Part):
    """One phase of a plan, its estimate and what the simulation made of it."""

    key: str  # of its own in the plan
    phase: str  # what kind of phase it is, as phases.csv names it
    title: str
    task_id: str  # "" for a phase that all tasks share
    low_days: float
    likely_days: float
    high_days: float
    basis: Basis  # where the estimate came from
    if_needed: bool  # planned for because nobody knows whether it is needed
    cost: MoneyRange | None  # of the step it begins; None where it has no price of its own
    after: tuple[str, ...]  # keys
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
    """One simulated plan: that of a task, or of the whole engagement. Without phases nothing changes, and its dates
    are the start."""

    name: str  # of the task; "engagement" for all of them
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
        """The first of this kind."""
        return next(phase for phase in self.phases if phase.phase == name)

    def has(self, name: str) -> bool:
        return any(phase.phase == name for phase in self.phases)

    def title(self, key: str) -> str:
        return next(phase.title for phase in self.phases if phase.key == key)

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


class Action(Part):
    """Something that begins within the next 30 days."""

    action: str
    task_id: str  # "" for what is done once for all tasks
    cost: MoneyRange | None  # of the step it begins; None where it has no price of its own
    start: date  # the earliest, at even odds
    finish: date  # expected: even odds
    role: Role
    who: str  # the person who has the role, where one is named


class Timeline(Result):
    version: ClassVar[int] = 4

    start: date  # the first working day that is not before the engagement's start, its date or the report's
    country: str
    subdivision: str | None
    currency: str  # of every amount
    advised: tuple[Advised, ...]  # what is planned for: the recommendation reads the same plans
    plans: tuple[PlanTimeline, ...]  # one per task, in the order of tasks.csv
    portfolio: PlanTimeline  # everything together, the annotators shared
    next_days: tuple[Action, ...]  # in order of date
    ab_tests: tuple[ABTest, ...]
    needs: tuple[ExamplesNeed, ...]  # examples per task, in the order of the tasks
    correlation: float
    distribution: str
    power: float
    significance: float
    promised_weeks: tuple[int, int]
    log_rows: dict[str, int]  # finished engagements in the log, by phase
    log_rows_wanted: int  # from which the log replaces the table
    phases_chosen: bool  # False: no plan was given, every phase is planned for
    draws: int
    seed: int

    def plan_of(self, task_id: str) -> PlanTimeline:
        return next(plan for plan in self.plans if task_id in plan.task_ids)
