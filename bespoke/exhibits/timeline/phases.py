"""The phases of a plan: when each runs, what it waits for and how often it decides the date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from bespoke import show
from bespoke.chapters.timeline import PlanTimeline, Timeline
from bespoke.exhibits.timeline.date_axis import mondays, x_of
from bespoke.exhibits.timeline.words import PHASE, phase_name
from bespoke.show import Column
from bespoke.show.numbers import day, percent
from bespoke.show.style import BLUE, INK, MUTED

BASIS = {
    "table": "range of the source documents or assumed",
    "client": "the client's phases.csv",
    "examples": "examples, throughput and review rounds",
    "log": "finished engagements",
}
PALE = "#B4BCC8"  # beside the blue it stays pale in grey print too
CRITICAL = 0.5  # from here on a phase decides the finish more often than not


def gantt_figure(timeline: Timeline, plan: PlanTimeline | None = None) -> None:
    """Phases from start to P50, with the P10-P90 spread of each finish."""
    shown = plan or timeline.portfolio
    words = "; ".join(
        f"{phase_name(p)} {day(p.start_p50)} to {day(p.finish_p50)}, finish between {day(p.finish_p10)} and "
        f"{day(p.finish_p90)}, decides the date in {percent(p.criticality)} of the draws"
        for p in shown.phases
    )
    show.figure(
        _draw_gantt,
        [
            _Bar(
                phase_name(p), p.start_p50, p.finish_p10, p.finish_p50, p.finish_p90,
                p.criticality >= CRITICAL, percent(p.criticality),
            )
            for p in shown.phases
        ],
        label="fig-timeline-gantt",
        caption=f"{_titled(shown)}: bars run to the even chance, lines from P10 to P90; dark "
        f"bars mostly decide it",
        alt=f"Gantt chart. {words}.",
        source="Percentages: share of draws in which the phase lies on the critical path",
    )  # fmt: skip


class _Bar(NamedTuple):
    """A phase as the Gantt chart shows it: from its start to the even chance of its finish, P10 and P90 beside it."""

    phase: str
    start: date
    p10: date
    p50: date
    p90: date
    decides: bool  # the date of the whole, mostly
    criticality: str  # as it is written beside the bar


def _draw_gantt(bars: Sequence[_Bar]) -> Any:
    figure, axes = show.new_figure(0.7 + 0.26 * len(bars))
    for y, bar in enumerate(reversed(bars)):
        colour = BLUE if bar.decides else PALE
        start, p10, p50, p90 = (x_of(d) for d in (bar.start, bar.p10, bar.p50, bar.p90))
        axes.barh(y, max(p50 + 1 - start, 0.6), left=start, height=0.52, color=colour)
        axes.plot([p10 + 1, p90 + 1], [y, y], color=INK, linewidth=1.1, marker="|", markersize=6)
        axes.annotate(
            bar.criticality, (p90 + 1, y), (7, 0), textcoords="offset points", va="center", color=MUTED
        )  # fmt: skip
    axes.set_yticks(range(len(bars)), [bar.phase for bar in reversed(bars)])
    axes.margins(x=0.07)
    mondays(axes, min(bar.start for bar in bars), max(bar.p90 for bar in bars))
    return figure


def phases_table(timeline: Timeline) -> None:
    """The inputs of the plan, and what each phase waits for."""
    plan = timeline.portfolio
    show.table(
        [
            (
                phase_name(p), p.low_days, p.likely_days, p.high_days, BASIS[p.basis],
                ", ".join(PHASE.get(name, name) for name in p.after), p.criticality, p.rank_correlation,
            )
            for p in plan.phases
        ],
        label="tbl-timeline-phases",
        caption="Durations in working days, what each phase waits for, and how often it decides the date",
        columns=(
            Column(key="phase", title="Phase"),
            Column(key="low", title="Low", format="decimal", digits=1),
            Column(key="likely", title="Likely", format="decimal", digits=1),
            Column(key="high", title="High", format="decimal", digits=1),
            Column(key="basis", title="From"),
            Column(key="after", title="After"),
            Column(key="critical", title="Critical", format="percent"),
            Column(key="rank", title="Rank correlation", unit="with the finish", format="decimal", digits=2),
        ),
    )  # fmt: skip


def _titled(plan: PlanTimeline) -> str:
    return "The whole engagement" if plan.name == "engagement" else f"The {plan.name} plan"
