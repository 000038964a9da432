"""Chapter 6 on the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from bespoke import show
from bespoke.chapters.examples import ExamplesNeed
from bespoke.chapters.timeline import PhaseTimeline, PlanTimeline, Timeline
from bespoke.show import Column
from bespoke.show.numbers import day, day_of_year, decimal, percent
from bespoke.show.style import BAND, BLUE, INK, MUTED, ORANGE, SKY

PHASE = {
    "contract_access": "Contract and access",
    "data_protection_review": "Data-protection review",
    "quota": "Quota",
    "evaluation_set": "Evaluation set",
    "audit": "Audit",
    "dataset": "Dataset and annotation",
    "training": "Training",
    "evaluation_ab": "Evaluation and A/B",
    "integration": "Integration",
}
BASIS = {
    "table": "range of the source documents or assumed",
    "client": "the client's phases.csv",
    "examples": "examples, throughput and review rounds",
    "log": "finished engagements",
}
PALE = "#B4BCC8"  # beside the blue it stays pale in grey print too
CRITICAL = 0.5  # from here on a phase decides the finish more often than not


def finding(timeline: Timeline) -> None:
    """The date that holds four times in five."""
    plan = timeline.portfolio
    show.finding(
        "Everything is live by {p80} with 80% confidence; an even chance falls on {p50}",
        p80=day(plan.finish.p80),
        p50=day(plan.finish.p50),
    )


def overview_text(timeline: Timeline) -> None:
    """How the dates come about."""
    place = timeline.country + (f"-{timeline.subdivision}" if timeline.subdivision else "")
    chosen = timeline.phases_chosen
    unchosen = "" if chosen else " No routes were chosen yet: every phase is planned for."
    show.text(
        "Work starts on {start}. Each phase has three points, drawn {draws} times from a "
        "{shape} distribution "
        "with correlation {correlation} between phases, on a calendar of working days without the public "
        "holidays of {place}. A date is the last working day." + unchosen,
        start=day(timeline.start),
        draws=decimal(timeline.draws),
        shape=timeline.distribution,
        correlation=decimal(timeline.correlation, 1),
        place=place,
    )


def dates_table(timeline: Timeline) -> None:
    """Finish dates of each plan and of everything."""
    plans = _plans(timeline)
    show.table(
        [
            (
                _plan_name(p), len(p.task_ids), p.finish.p10.isoformat(), p.finish.p50.isoformat(),
                p.finish.p80.isoformat(), p.finish.p90.isoformat(), p.p50_days, p.contingency_days,
            )
            for p in plans
        ],
        label="tbl-timeline-dates",
        caption="When each plan is finished, by how sure one wants to be",
        columns=(
            Column(key="plan", title="Plan"),
            Column(key="tasks", title="Tasks", format="integer"),
            Column(key="p10", title="P10", format="date"),
            Column(key="p50", title="P50", format="date"),
            Column(key="p80", title="P80", format="date"),
            Column(key="p90", title="P90", format="date"),
            Column(key="days", title="P50", unit="working days", format="decimal", digits=1),
            Column(key="contingency", title="P50 to P80", unit="working days", format="integer"),
        ),
        emphasis=[len(plans) - 1],
    )  # fmt: skip


def contingency_text(timeline: Timeline) -> None:
    """What to promise."""
    plan = timeline.portfolio
    bias = ""
    if plan.merge_bias_days >= 0.5:
        bias = (
            f" A plain Gantt chart of mean durations would be "
            f"{decimal(plan.merge_bias_days, 1)} working days "
            "too early, because several lead times must all be over before the next phase begins."
        )
    show.text(
        "Promise the P80 date: it holds {days} working days of contingency over the even chance "
        "([dates](#tbl-timeline-dates))." + bias,
        days=plan.contingency_days,
    )


def gantt_figure(timeline: Timeline, plan: PlanTimeline | None = None) -> None:
    """Phases from start to P50, with the P10-P90 spread of each finish."""
    shown = plan or timeline.portfolio
    words = "; ".join(
        f"{_name(p)} {day(p.start_p50)} to {day(p.finish_p50)}, finish between {day(p.finish_p10)} and "
        f"{day(p.finish_p90)}, decides the date in {percent(p.criticality)} of the draws"
        for p in shown.phases
    )
    show.figure(
        _draw_gantt,
        [
            _Bar(
                _name(p), p.start_p50, p.finish_p10, p.finish_p50, p.finish_p90,
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
        start, p10, p50, p90 = (_x(d) for d in (bar.start, bar.p10, bar.p50, bar.p90))
        axes.barh(y, max(p50 + 1 - start, 0.6), left=start, height=0.52, color=colour)
        axes.plot([p10 + 1, p90 + 1], [y, y], color=INK, linewidth=1.1, marker="|", markersize=6)
        axes.annotate(
            bar.criticality, (p90 + 1, y), (7, 0), textcoords="offset points", va="center", color=MUTED
        )  # fmt: skip
    axes.set_yticks(range(len(bars)), [bar.phase for bar in reversed(bars)])
    axes.margins(x=0.07)
    _mondays(axes, min(bar.start for bar in bars), max(bar.p90 for bar in bars))
    return figure


def s_curve_figure(timeline: Timeline) -> None:
    """Probability of being finished by each date, with the promised weeks as a band."""
    plan = timeline.portfolio
    low, high = (timeline.start + timedelta(weeks=weeks) for weeks in timeline.promised_weeks)
    end = plan.curve[-1].finish
    # A plan that is over before says nothing about the promised weeks.
    band = (low, min(high, end)) if low <= end else None
    by_day = {point.finish: point.probability for point in plan.curve}  # of each day, the highest
    first, last = plan.within[0], plan.within[-1]
    show.figure(
        _draw_s_curve,
        list(by_day.items()),
        plan.finish.p50,
        plan.finish.p80,
        band,
        label="fig-timeline-s-curve",
        caption=f"The chance of finishing within {first.weeks} weeks is {_chance(first.probability)}"
        + (f", within {last.weeks} weeks {_chance(last.probability)}" if first.probability <= 0.99 else ""),
        alt=f"S-curve of the finish date rising through {day(plan.finish.p10)} at 10%, "
        f"{day(plan.finish.p50)} at 50%, {day(plan.finish.p80)} at 80% and "
        f"{day(plan.finish.p90)} at 90%"
        + (f"; the grey band marks weeks {first.weeks} to {last.weeks}." if band else "."),
    )


def _draw_s_curve(
    curve: Sequence[tuple[date, float]], p50: date, p80: date, band: tuple[date, date] | None
) -> Any:
    """The probability of being finished by each day, earliest first; the promised weeks as a band."""
    figure, axes = show.new_figure(2.9)
    if band:
        axes.axvspan(_x(band[0]), _x(band[1]), color=BAND, linewidth=0)
    axes.plot([_x(finish) for finish, _ in curve], [probability for _, probability in curve], color=BLUE)
    for level, finish in ((0.5, p50), (0.8, p80)):
        axes.plot([_x(finish)], [level], marker="o", color=ORANGE)
        axes.annotate(
            f"P{level * 100:.0f}  {day(finish)}", (_x(finish), level), xytext=(7, -3),
            textcoords="offset points", color=INK,
        )  # fmt: skip
    begin, end = curve[0][0], curve[-1][0]
    _mondays(axes, begin, end)
    axes.set_xlim(
        _x(begin) - 1, _x(end) + 0.16 * (_x(end) - _x(begin)) + 1
    )  # room for the dates beside the line
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], [percent(share) for share in (0, 0.25, 0.5, 0.75, 1)])
    axes.set_ylabel("probability of being finished")
    return figure


def sensitivity_figure(timeline: Timeline) -> None:
    """Which phase carries the risk of the date."""
    plan = timeline.portfolio
    phases = [p for p in plan.drivers if p.variance_share > 0]
    if not phases:
        return
    shares = [(_name(p), p.variance_share) for p in phases]
    words = ", ".join(f"{name} {percent(share)}" for name, share in shares)
    show.figure(
        _draw_sensitivity,
        shares,
        label="fig-timeline-sensitivity",
        caption=f"{_name(phases[0])} carries {percent(phases[0].variance_share)} of the schedule risk",
        alt=f"Bars of each phase's share of the schedule risk: {words}.",
        source="(criticality x standard deviation) squared, scaled to one (Vanhoucke 2010)",
    )


def _draw_sensitivity(shares: Sequence[tuple[str, float]]) -> Any:
    """Phases with their share of the schedule risk, the greatest first and on top."""
    figure, axes = show.new_figure(0.8 + 0.32 * len(shares))
    top = len(shares) - 1
    for y, (_, share) in enumerate(reversed(shares)):
        axes.barh(y, share, height=0.6, color=BLUE if y == top else SKY)
        axes.text(share + 0.01, y, percent(share), va="center", color=INK)
    axes.set_yticks(range(len(shares)), [name for name, _ in reversed(shares)])
    axes.set(xlim=(0, min(1.1, shares[0][1] * 1.2)), xlabel="share of the schedule risk")
    axes.xaxis.set_major_formatter(lambda value, _: percent(value))
    return figure


def phases_table(timeline: Timeline) -> None:
    """The inputs of the plan, and what each phase waits for."""
    plan = timeline.portfolio
    show.table(
        [
            (
                _name(p), p.low_days, p.likely_days, p.high_days, BASIS[p.basis],
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


def examples_text(timeline: Timeline) -> None:
    """How many examples the dataset phase annotates, and whether a curve or a rule of thumb says so."""
    for need in timeline.needs:
        plan = timeline.plan_of(need.task_id)
        if plan.examples_needed is None:
            continue
        own = plan.phase("dataset").basis == "client"
        show.text(
            "**{task}**: {missing} examples are still to be annotated, {wanted} wanted less {there}. {ground}: {why}."
            + (" The days of the phase are the client's own." if own else ""),
            task=need.name,
            missing=decimal(need.missing) if need.missing else "no",
            wanted=decimal(need.wanted),
            there=_there(need),
            ground="A measured learning curve decides"
            if need.ground == "curve"
            else "The rule of thumb decides",
            why=need.why,
        )


def _there(need: ExamplesNeed) -> str:
    """The examples that are there, and whose word that is."""
    if need.there_from == "tasks":
        return f"{decimal(need.there)} that the task list speaks of"
    more = f" (the task list speaks of {decimal(need.claimed)})" if need.claimed > need.there else ""
    return f"{decimal(need.there)} usable in the dataset{more}"


def driver_text(timeline: Timeline) -> None:
    """What would move the date."""
    first = timeline.portfolio.drivers[0]
    if first.variance_share == 0:
        return
    advice = {
        "dataset": " Its length follows from examples, annotators and review rounds: they move the date.",
        "contract_access": " Starting the contract at once costs nothing and moves the date most.",
        "data_protection_review": " Starting the review at once costs nothing and moves the date most.",
        "quota": " Asking for quota at once costs nothing and moves the date most.",
    }
    show.text(
        "**{phase}** carries {share} of the schedule risk "
        "([sensitivity](#fig-timeline-sensitivity))." + advice.get(first.phase, ""),
        phase=_name(first),
        share=percent(first.variance_share),
    )


def zero_variance_callout(timeline: Timeline) -> None:
    flagged = [_name(p) for p in timeline.portfolio.phases if p.zero_variance]
    if flagged:
        show.callout(
            "Given as a single number, so without any risk in this plan: {phases}. A low and "
            "a high day count "
            "in phases.csv would say how sure that is.",
            tone="warning",
            phases=", ".join(flagged),
        )


def calibration_text(timeline: Timeline) -> None:
    """Whether the durations were checked against finished work, and how much more of it that would take."""
    learnt = [_name(p) for p in timeline.portfolio.phases if p.basis == "log"]
    if learnt:
        show.text(
            "Learnt from the consultancy's own planned and actual days: {phases}.", phases=", ".join(learnt)
        )
    longest = max(timeline.log_rows.values(), default=0)
    if not learnt:
        show.text(
            "No public record of finished projects of this kind exists, and the consultancy's own log "
            "(client_data/engagement_log.csv) holds at most {n} finished engagements of any phase, where "
            "{wanted} are wanted before it is used. So the durations are judgement, and their spread is what "
            "that judgement is worth.",
            n=longest,
            wanted=timeline.log_rows_wanted,
        )


def ab_table(timeline: Timeline) -> None:
    """How many judged outputs each A/B test needs and how long the traffic takes."""
    show.table(
        [
            (t.name or t.task_id, t.current, t.target, t.per_arm, t.calendar_days, t.grading_hours)
            for t in timeline.ab_tests
        ],
        label="tbl-timeline-ab",
        caption="What it takes to see the step to the target in live traffic",
        columns=(
            Column(key="task", title="Task"),
            Column(key="current", title="Current", format="percent"),
            Column(key="target", title="Target", format="percent"),
            Column(key="arm", title="Outputs", unit="per arm", format="integer"),
            Column(key="days", title="Traffic", unit="days", format="integer"),
            Column(key="hours", title="Grading", unit="hours", format="decimal", digits=1),
        ),
        source=f"Two proportions, {percent(timeline.power)} power, two-sided "
        f"{percent(timeline.significance)}, "
        "at least one full week",
    )


def ab_text(timeline: Timeline) -> None:
    missing = [t for t in timeline.ab_tests if t.per_arm is None]
    for test in missing:
        show.text(
            "**{task}** has no test size: it needs {what}.", task=test.name or test.task_id, what=test.missing
        )


def _plans(timeline: Timeline) -> tuple[PlanTimeline, ...]:
    return (*timeline.plans, timeline.portfolio) if len(timeline.plans) > 1 else (timeline.portfolio,)


def _name(phase: PhaseTimeline) -> str:
    return PHASE.get(phase.phase, phase.phase.replace("_", " "))


def _titled(plan: PlanTimeline) -> str:
    return "The whole engagement" if plan.name == "engagement" else f"The {plan.name} plan"


def _plan_name(plan: PlanTimeline) -> str:
    return "Whole engagement" if plan.name == "engagement" else plan.name[0].upper() + plan.name[1:]


def _chance(probability: float) -> str:
    """Never a certainty the simulation cannot know."""
    if probability < 0.01:
        return f"under {percent(0.01)}"
    return f"over {percent(0.99)}" if probability > 0.99 else percent(probability)


def _x(day_shown: date) -> float:
    """A date as matplotlib's date axis counts it: days since 1970."""
    return float((day_shown - date(1970, 1, 1)).days)


def _mondays(axes: Any, first: date, last: date) -> None:
    """At most eight ticks, all on Mondays, so that no two dates touch."""
    weeks = max(1, math.ceil((last - first).days / 7 / 8))
    start = first - timedelta(days=first.weekday())
    shown = [start + timedelta(weeks=n) for n in range(0, (last - start).days // 7 + 2, weeks)]
    kept = [monday for monday in shown if first <= monday <= last]
    axes.set_xticks([_x(monday) for monday in kept], [day_of_year(monday) for monday in kept])
