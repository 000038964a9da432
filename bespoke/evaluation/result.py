"""What the evaluation of one task found: the shape that is saved and shown. No kind of task in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from bespoke.evaluation.answers import Kind
from bespoke.evaluation.details import Grid, Matrix, Remark
from bespoke.evaluation.shown_cases import CaseByCase
from bespoke.results import Part
from bespoke.statistics.interval import Interval

Verdict = Literal["better", "worse", "not_among_so_many", "not_separable"]
AnyDetail = Annotated[Grid | Matrix | Remark, Field(discriminator="kind")]


class Score(Part):
    metric: str
    words: str
    interval: Interval


class Outcomes(Part):
    """Answers over all runs. Missing, broken, refused and too long ones are wrong; the not measured do not count."""

    answered: int
    missing: int
    schema_broken: int
    refused: int
    too_long: int = 0  # for the model's context
    not_measured: int


class Consumption(Part):
    """Means per case that recorded it; quality belongs to the same cases only where all of them did."""

    cases: int
    input_tokens: float | None
    cache_read_tokens: float | None
    output_tokens: float | None
    usd_per_case: float | None
    usd_per_accepted: float | None
    p50_ms: float | None
    p95_ms: float | None


class SystemResult(Part):
    """One system on one task; the first score is the main one."""

    name: str
    title: str
    kind: Kind
    in_use: bool
    learns: bool
    strategy: str | None
    model: str | None
    first_model: str | None = None
    runs: int
    spread: float | None  # standard deviation of the main score between runs; None for one run
    cases: int  # measured at least once
    groups: int
    outcomes: Outcomes
    scores: tuple[Score, ...]
    accepted: Interval | None
    consumption: Consumption | None

    @property
    def quality(self) -> Interval:
        return self.scores[0].interval


class Contrasted(Part):
    """`first` less `second` by the main metric, on the cases that both were measured on."""

    first: str
    second: str
    why: Literal["declared", "best"]
    cases: int
    interval: Interval
    p: float
    p_any: float  # among all pairs of systems
    verdict: Verdict
    to_turn: int | None  # cases whose expected answer must be wrong for the sign to change; shares only


class Power(Part):
    """What a further comparison of two such systems on these cases can find, four times in five."""

    pair: tuple[str, str]
    alone: float  # at the 5% level, if this pair alone is looked at
    among_all: float  # as the verdicts of this chapter are given, among all pairs
    discordant: float | None  # observed share of cases that one of the two alone has right as a whole


class LabelNoise(Part):
    """If this share of the expected answers is wrong: how often the pair that `power` speaks of keeps its order."""

    share: float
    same_order: float


class Covered(Part):
    """The surest share of the cases by one signal, and how many of them are accepted."""

    share: float
    cases: int
    accepted: Interval


class Review(Part):
    """Which cases could go without a person: the surest ones first."""

    system: str
    signal: Literal["confidence", "runs", "systems"]
    points: tuple[Covered, ...]


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


class TaskEvaluation(Part):
    """One task. Systems stand in ladder order: baselines, recorded ones, Claude."""

    task_id: str
    name: str
    scorer: str
    kind_of_task: str
    metric: str
    metric_words: str
    declared_metric: str  # tasks.csv
    declared_quality: float | None
    target: float | None
    cases: int
    groups: int
    train: int
    left_out_of_training: int
    documents: int
    copies: int  # cases whose text another case has
    published: bool | None
    used_before: bool | None
    minutes_per_case: float | None
    in_use: str | None
    best: str | None  # highest main score
    best_interval: Interval | None  # which allows for its having been chosen
    systems: tuple[SystemResult, ...]
    contrasts: tuple[Contrasted, ...]
    not_contrasted: tuple[str, ...]  # declared systems without answers
    power: Power | None
    label_noise: tuple[LabelNoise, ...] = ()
    ceiling: Interval | None
    review: Review | None
    details: tuple[AnyDetail, ...]
    cases_shown: CaseByCase | None = None
    masked: Mapping[str, int] = {}  # folder -> identifiers that the details have no more

    def system(self, name: str) -> SystemResult:
        return next(system for system in self.systems if system.name == name)

    def measured(self) -> MeasuredTask:
        """What the rest of the report takes; baselines are no system that a client could run on."""
        return MeasuredTask(
            task_id=self.task_id,
            metric=self.metric,
            cases=self.cases,
            ceiling=self.ceiling,
            systems=tuple(_measured(self, s) for s in self.systems if s.kind != "offline"),
        )


def _measured(task: TaskEvaluation, system: SystemResult) -> MeasuredSystem:
    found = {**dict(system.consumption or {}), **dict(system)}
    same = {name: found[name] for name in MeasuredSystem.model_fields if name in found}
    return MeasuredSystem(
        task_id=task.task_id, system=system.name, metric=task.metric, quality=system.quality, **same
    )
