"""When it is finished, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from bespoke import show
from bespoke.chapters.timeline import Timeline
from bespoke.exhibits.display_names import chance
from bespoke.exhibits.figure_parts import beside
from bespoke.exhibits.timeline.date_axis import mondays, x_of
from bespoke.exhibits.timeline.timeline_wording import plan_name
from bespoke.show import Column, columns
from bespoke.show.numbers import day, decimal, percent
from bespoke.show.style import BAND, BLUE, INK, MUTED


def finding(timeline: Timeline) -> None:
    """The date that holds four times in five."""
    plan = timeline.portfolio
    if not plan.phases:
        show.finding("Every task stays as it is: there is nothing to schedule")
        return
    show.finding(
        "Everything is live by {p80} with 80% confidence; an even chance falls on {p50}",
        p80=day(plan.finish.p80),
        p50=day(plan.finish.p50),
    )


def overview_text(timeline: Timeline) -> None:
    """How the dates come about."""
    place = timeline.country + (f"-{timeline.subdivision}" if timeline.subdivision else "")
    chosen = timeline.phases_chosen
    unchosen = "" if chosen else " No plan was made yet: every phase is planned for."
    show.text(
        "Work starts on {start}. Each phase has three points, drawn {draws} times from a {shape} distribution with "
        "correlation {correlation} between phases, on a calendar of working days without the public holidays of "
        "{place}. A date is the last working day. What a plan pays for is in its dates: each step takes the days it "
        "is priced at. Tasks run side by side; the annotators are one team." + unchosen,
        start=day(timeline.start),
        draws=decimal(timeline.draws),
        shape=timeline.distribution,
        correlation=decimal(timeline.correlation, 1),
        place=place,
    )


def dates_table(timeline: Timeline) -> None:
    """Finish dates of each plan and of everything."""
    plans = [*(timeline.plans if len(timeline.plans) > 1 else ()), timeline.portfolio]
    show.table(
        [
            (
                plan_name(p), p.finish.p10.isoformat(), p.finish.p50.isoformat(),
                p.finish.p80.isoformat(), p.finish.p90.isoformat(), p.p50_days, p.contingency_days,
            )
            for p in plans
        ],
        label="tbl-timeline-dates",
        caption="When each task is live, by how sure one wants to be",
        columns=(
            Column(key="plan", title="Task"),
            *columns("date", p10="P10", p50="P50", p80="P80", p90="P90"),
            Column(key="days", title="P50", unit="working days", format="decimal", digits=1),
            Column(key="contingency", title="P50 to P80", unit="working days", format="integer"),
        ),
        emphasis=[len(plans) - 1],
    )  # fmt: skip


def contingency_text(timeline: Timeline) -> None:
    """What to promise."""
    plan = timeline.portfolio
    if not plan.phases:
        return
    bias = ""
    if plan.merge_bias_days >= 0.5:
        bias = (
            f" A plain Gantt chart of mean durations would be {decimal(plan.merge_bias_days, 1)} working days too "
            "early, because several lead times must all be over before the next phase begins."
        )
    show.text(
        "Promise the P80 date: it holds {days} working days of contingency over the even chance "
        "([dates](#tbl-timeline-dates))." + bias,
        days=plan.contingency_days,
    )


def s_curve_figure(timeline: Timeline) -> None:
    """Probability of being finished by each date, with the promised weeks as a band."""
    plan = timeline.portfolio
    if not plan.phases:
        return
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
        f"weeks {first.weeks} to {last.weeks}",
        label="fig-timeline-s-curve",
        caption=f"The chance of finishing within {first.weeks} weeks is {chance(first.probability)}"
        + (f", within {last.weeks} weeks {chance(last.probability)}" if first.probability <= 0.99 else ""),
        alt=f"S-curve of the finish date rising through {day(plan.finish.p10)} at 10%, {day(plan.finish.p50)} at "
        f"50%, {day(plan.finish.p80)} at 80% and {day(plan.finish.p90)} at 90%"
        + (f"; the grey band marks weeks {first.weeks} to {last.weeks}." if band else "."),
    )


def _draw_s_curve(
    curve: Sequence[tuple[date, float]], p50: date, p80: date, band: tuple[date, date] | None, promised: str
) -> Any:
    """The probability of being finished by each day, earliest first; the weeks looked at as a band with its name."""
    figure, axes = show.new_figure(2.9)
    if band:
        axes.axvspan(x_of(band[0]), x_of(band[1]), color=BAND, linewidth=0)
        beside(axes, promised, (x_of(band[0]), 0.02), (4, 0), va="bottom", color=MUTED)
    axes.plot([x_of(finish) for finish, _ in curve], [probability for _, probability in curve], color=BLUE)
    for level, finish, words in ((0.5, p50, "even chance"), (0.8, p80, "four in five")):
        axes.plot([x_of(finish)], [level], marker="o", color=BLUE)
        beside(axes, f"{day(finish)}: {words}", (x_of(finish), level), (7, -9), va="baseline", color=INK)
    begin, end = curve[0][0], curve[-1][0]
    mondays(axes, begin, end)
    axes.set_xlim(
        x_of(begin) - 1, x_of(end) + 0.16 * (x_of(end) - x_of(begin)) + 1
    )  # room for the dates beside the line
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], [percent(share) for share in (0, 0.25, 0.5, 0.75, 1)])
    axes.set_ylabel("probability of being finished")
    return figure
