"""The phases of a plan: when each runs, what it waits for and how often it decides the date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from bespoke import show
from bespoke.chapters.timeline import PhaseTimeline, PlanTimeline, Timeline
from bespoke.exhibits.figure_parts import beside
from bespoke.exhibits.timeline.date_axis import mondays, x_of
from bespoke.exhibits.timeline.timeline_wording import full_name, phase_name, plan_name, task_names
from bespoke.show import Column, columns
from bespoke.show.numbers import day, percent
from bespoke.show.style import EMPHASIS, INK, QUIET

BASIS = {
    "table": "tables",
    "priced": "as priced",
    "client": "phases.csv",
    "examples": "examples",
    "log": "log",
}
CRITICAL = 0.5  # from here on a phase decides the finish more often than not
MOST_BARS = 26  # that a page holds


def gantt_figure(timeline: Timeline, plan: PlanTimeline | None = None) -> None:
    """Phases from start to P50, with the P10-P90 spread of each finish; the tasks one below the other."""
    shown = plan or timeline.portfolio
    phases = sorted((p for p in shown.phases if p.high_days > 0), key=lambda p: -p.criticality)[:MOST_BARS]
    if not phases:
        return
    words = "; ".join(
        f"{full_name(p, timeline)} {day(p.start_p50)} to {day(p.finish_p50)}, finish between {day(p.finish_p10)} and "
        f"{day(p.finish_p90)}, decides the date in {percent(p.criticality)} of the draws"
        for p in shown.phases
        if p in phases
    )
    left = sum(p.high_days > 0 for p in shown.phases) - len(phases)
    more = f"; {left} phases that decide it less often stand in the table" if left else ""
    show.figure(
        _draw_gantt,
        list(_rows(timeline, phases)),
        label="fig-timeline-gantt",
        caption=f"{_titled(shown)}: bars run to the even chance, lines from P10 to P90; blue "
        f"bars mostly decide it{more}",
        alt=f"Gantt chart. {words}.",
        source="decides: share of draws in which the phase lies on the critical path",
    )


class _PhaseBar(NamedTuple):
    """A phase as the Gantt chart shows it: from its start to the even chance of its finish, P10 and P90 beside it."""

    phase: str
    start: date
    p10: date
    p50: date
    p90: date
    decides: bool  # the date of the whole, mostly
    criticality: str  # as it is written beside the bar


def _rows(timeline: Timeline, phases: Sequence[PhaseTimeline]) -> Iterator[_PhaseBar | str]:
    """Bars in order of date below the name of their task, where there is more than one."""
    names = task_names(timeline)
    for task_id in names:
        own = sorted((p for p in phases if p.task_id == task_id), key=lambda p: (p.start_p50, p.finish_p50))
        if own and len(names) > 2:
            yield names[task_id]
        for p in own:
            yield _PhaseBar(
                phase_name(p), p.start_p50, p.finish_p10, p.finish_p50, p.finish_p90,
                p.criticality >= CRITICAL, percent(p.criticality),
            )  # fmt: skip


def _draw_gantt(rows: Sequence[_PhaseBar | str]) -> Any:
    figure, axes = show.new_figure(0.7 + 0.2 * len(rows))
    bars = [row for row in rows if isinstance(row, _PhaseBar)]
    first = min(bar.start for bar in bars)
    for y, row in enumerate(reversed(rows)):
        if isinstance(row, str):
            axes.annotate(row, (x_of(first), y), va="center", color=INK, fontweight="semibold")
            continue
        colour = EMPHASIS if row.decides else QUIET
        start, p10, p50, p90 = (x_of(d) for d in (row.start, row.p10, row.p50, row.p90))
        axes.barh(y, max(p50 + 1 - start, 0.6), left=start, height=0.52, color=colour)
        axes.plot([p10 + 1, p90 + 1], [y, y], color=INK, linewidth=1.1, marker="|", markersize=6)
        if row.decides:
            said = f"decides the date in {row.criticality} of runs"
            beside(axes, said, (p90 + 1, y), (7, 0), color=INK, annotation_clip=False)
    axes.set_yticks(
        range(len(rows)), [row.phase if isinstance(row, _PhaseBar) else "" for row in reversed(rows)]
    )
    last = max(bar.p90 for bar in bars)
    axes.set_xlim(
        x_of(first) - 1, x_of(first) + 1.3 * (x_of(last) - x_of(first)) + 2
    )  # room for words at the right
    mondays(axes, first, last)
    return figure


def phases_table(timeline: Timeline) -> None:
    """The inputs of the plan, and what each phase waits for."""
    plan, names = timeline.portfolio, task_names(timeline)
    if not plan.phases:
        return
    show.table(
        [
            (
                phase_name(p), names[p.task_id], p.low_days, p.likely_days, p.high_days, BASIS[p.basis],
                ", ".join(dict.fromkeys(plan.title(key) for key in p.after)), p.criticality, p.rank_correlation,
            )
            for p in sorted(plan.phases, key=lambda p: list(names).index(p.task_id))
        ],
        label="tbl-timeline-phases",
        caption="Durations in working days, what each phase waits for, and how often it decides the date",
        columns=(
            *columns(phase="Phase", task="Task"),
            *columns("decimal", digits=1, low="Low", likely="Likely", high="High"),
            *columns(basis="From", after="After"),
            Column(key="critical", title="Critical", format="percent"),
            Column(key="rank", title="Rank correlation", unit="with the finish", format="decimal", digits=2),
        ),
        source="Tables: published ranges, or assumed. As priced: the days that the cost model charges. "
        "The client: its own days. Examples: their number, throughput and review rounds. Log: finished engagements",
    )  # fmt: skip


def _titled(plan: PlanTimeline) -> str:
    return "The whole engagement" if plan.name == "engagement" else f"The plan of {plan_name(plan)}"
