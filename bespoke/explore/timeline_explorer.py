"""Chapter 7: when everything is live, with other durations, people, start and correlation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bespoke.chapters import schedule
from bespoke.chapters.registry import chapter
from bespoke.chapters.timeline import PhaseTimeline, PlanTimeline, Timeline
from bespoke.clients.changes import Changes
from bespoke.exhibits.timeline.timeline_wording import full_name, plan_name
from bespoke.explore.controls import Control
from bespoke.explore.explored_state import ExploredState
from bespoke.explore.explorer import Explorer, NothingToExplore, Shown
from bespoke.explore.ranges import Range, drawing
from bespoke.show.blocks import Column, Table, columns
from bespoke.show.numbers import day, decimal, percent
from bespoke.workbook import Workbook

DRAWS = 600
CORRELATION = "schedule.correlation"
WITHOUT_DATASET = (
    "<p>No plan here annotates a dataset: annotators, pace and review rounds change nothing.</p>"
)
DAYS = ("low_days", "likely_days", "high_days")


class TimelineExplorer(Explorer):
    """The whole schedule with fewer draws; before and after see the same ones."""

    subject_label = "Durations of"

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        self.inputs: Any = {name: book.earlier(stem) for name, stem in chapter("07_timeline").needs.items()}
        self.correlation = self.base.facts.number(CORRELATION)
        self.before = schedule.compute(self.base.client, self.base.facts, **self.inputs, draws=DRAWS)
        if not self.before.portfolio.phases:
            raise NothingToExplore("Every task stays as it is: there is nothing to schedule.")
        self.inputs["advised"] = self.before.advised
        self.note = (
            f"{DRAWS} simulated runs while exploring, 20,000 in the report; both columns use the same ones. "
            "The plans stay as advised: what changes them is explored with the recommendation. "
            "Correlation belongs to the fact tables, not to the client: it is not kept."
        )

    def subjects(self) -> Sequence[tuple[str, str]]:
        """Each kind of phase once: its days hold wherever it occurs."""
        found = {p.phase: p.title for p in reversed(self.before.portfolio.phases)}
        return [(title, phase) for phase, title in reversed(found.items())]

    def dials(self, subject: str, scene: ExploredState) -> Sequence[Control]:
        work, at = scene.client.engagement.annotation, ("engagement.yaml", "annotation")
        phase = self._estimate(subject, scene)
        return (
            Control("start", "Start", "day", scene.client.engagement.start, ("engagement.yaml", "start")),
            Control("annotators", "Annotators", "whole", work.annotators, (*at, "annotators"), 1,
                 max(20, work.annotators)),
            Control("examples_per_hour", "Examples an hour, one annotator", "entry", work.examples_per_hour,
                 (*at, "examples_per_hour"), 0.01, 100_000, 1.0),
            Control("review_rounds", "Review rounds", "whole", work.review_rounds, (*at, "review_rounds"), 1, 20),
            Control("correlation", "Correlation of phases", "number",
                 scene.choices.get("correlation", self.correlation), low=0.0, high=0.95, step=0.05),
            *(
                Control(name, f"{label}, working days", "entry", value, ("phases.csv", subject, name), 0, 2000, 0.5)
                for name, label, value in zip(DAYS, ("Low", "Likely", "High"), phase, strict=True)
            ),
        )  # fmt: skip

    def look(self, subject: str, scene: ExploredState) -> Sequence[Shown]:
        now = self._compute(scene)
        plans = list(_plans(self.before, now))
        ranges = [
            Range(plan_name(b), b.p10_days, b.p50_days, b.p90_days, a.p50_days if a else None)
            for a, b in plans
        ]
        said = "; ".join(f"{plan_name(b)} {decimal(b.p50_days, 1)} working days" for _, b in plans)
        return (
            drawing(
                ranges, alt=f"Working days to finish, P10 to P90: {said}", words=lambda v: f"{v:.0f} days"
            ),
            "" if any(p.phase == "dataset" for _, b in plans for p in b.phases) else WITHOUT_DATASET,
            _dates(plans),
            _drivers(now),
        )

    def completed(self, changes: Changes, scene_choices: Mapping[str, Any]) -> Changes:
        """A phase the client has not estimated needs all three of its points."""
        found = dict(changes)
        own = {phase.phase for phase in self.base.client.phases or ()}
        for phase in dict.fromkeys(a[1] for a in changes if a[0] == "phases.csv"):
            if phase not in own:
                for name, value in zip(DAYS, self._estimate(phase, self.base), strict=True):
                    found.setdefault(("phases.csv", phase, name), value)
        return found

    def _compute(self, scene: ExploredState) -> Timeline:
        correlation = float(scene.choices.get("correlation", self.correlation))
        if correlation != self.correlation:
            scene = scene.with_fact(CORRELATION, correlation)
        return schedule.compute(scene.client, scene.facts, **self.inputs, draws=DRAWS)

    def _estimate(self, phase: str, scene: ExploredState) -> tuple[float, float, float]:
        """The client's own three points, else what the chapter uses in their place."""
        own = next((p for p in scene.client.phases or () if p.phase == phase), None)
        if own is not None:
            return own.low_days, own.likely_days, own.high_days
        found = self.before.portfolio.phase(phase)
        return found.low_days, found.likely_days, found.high_days


def _plans(before: Timeline, now: Timeline) -> Sequence[tuple[PlanTimeline | None, PlanTimeline]]:
    was = {plan.task_ids: plan for plan in before.plans}
    return [*((was.get(plan.task_ids), plan) for plan in now.plans), (before.portfolio, now.portfolio)]


def _dates(plans: Sequence[tuple[PlanTimeline | None, PlanTimeline]]) -> Table:
    rows = [
        (
            plan_name(b),
            a and a.finish.p80.isoformat(),
            b.finish.p80.isoformat(),
            b.finish.p50.isoformat(),
            b.contingency_days,
        )
        for a, b in plans
    ]
    return Table(
        label="tbl-explore-dates", caption="Finish of each plan",
        columns=(
            Column(key="plan", title="Plan"),
            *columns("date", unit="P80", before="In the folder", now="Explored"),
            Column(key="p50", title="Explored", unit="P50", format="date"),
            Column(key="days", title="P50 to P80", unit="working days", format="integer"),
        ),
        rows=tuple(rows), emphasis=tuple(n for n, row in enumerate(rows) if row[1] != row[2]),
        source=f"dates as working days; the engagement ends on {day(plans[-1][1].finish.p80)} with 80% confidence",
    )  # fmt: skip


def _drivers(timeline: Timeline) -> Table:
    def row(p: PhaseTimeline) -> tuple[str, str, str, str]:
        points = " / ".join(f"{v:g}" for v in (p.low_days, p.likely_days, p.high_days))
        return full_name(p, timeline), points, percent(p.criticality), percent(p.variance_share)

    return Table(
        label="tbl-explore-drivers", caption="What decides the date now",
        columns=(
            Column(key="phase", title="Phase"), Column(key="days", title="Low / likely / high", unit="days"),
            Column(key="critical", title="Decides the finish in"), Column(key="share", title="Share of the risk"),
        ),
        rows=tuple(row(p) for p in timeline.portfolio.drivers[:5]),
    )  # fmt: skip
