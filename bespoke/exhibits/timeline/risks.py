"""What carries the risk of the date, what could go wrong, how it would show, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.plans import Advised
from bespoke.chapters.timeline import Timeline
from bespoke.exhibits.display_names import grouped, input_name, listed
from bespoke.exhibits.timeline.timeline_wording import full_name
from bespoke.show import columns
from bespoke.show.numbers import percent
from bespoke.show.style import EMPHASIS, INK, QUIET

LIKELY = 0.5  # a chance of the target below which it is a risk
LEAST, MOST = 0.005, 12  # share of the risk from which a phase is shown, and how many of them


def sensitivity_figure(timeline: Timeline) -> None:
    """Which phase carries the risk of the date."""
    plan = timeline.portfolio
    phases = [p for p in plan.drivers if p.variance_share >= LEAST][:MOST]
    if not phases:
        return
    shares = [(full_name(p, timeline), p.variance_share) for p in phases]
    words = ", ".join(f"{name} {percent(share)}" for name, share in shares)
    show.figure(
        _draw_sensitivity,
        shares,
        label="fig-timeline-sensitivity",
        caption=f"{full_name(phases[0], timeline)} carries {percent(phases[0].variance_share)} of the schedule risk",
        alt=f"Bars of each phase's share of the schedule risk: {words}.",
        source="(criticality x standard deviation) squared, scaled to one (Vanhoucke 2010)",
    )


def _draw_sensitivity(shares: Sequence[tuple[str, float]]) -> Any:
    """Phases with their share of the schedule risk, the greatest first and on top."""
    figure, axes = show.new_figure(0.8 + 0.32 * len(shares))
    top = len(shares) - 1
    for y, (_, share) in enumerate(reversed(shares)):
        axes.barh(y, share, height=0.6, color=EMPHASIS if y == top else QUIET)
        axes.text(share + 0.01, y, percent(share), va="center", color=INK)
    axes.set_yticks(range(len(shares)), [name for name, _ in reversed(shares)])
    axes.set(xlim=(0, min(1.1, shares[0][1] * 1.2)), xlabel="share of the schedule risk")
    axes.xaxis.set_major_formatter(lambda value, _: percent(value))
    return figure


def driver_text(timeline: Timeline) -> None:
    """What would move the date."""
    first = next(iter(timeline.portfolio.drivers), None)
    if first is None or first.variance_share == 0:
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
        phase=full_name(first, timeline),
        share=percent(first.variance_share),
    )


def risks(timeline: Timeline) -> None:
    """Risks that follow from the plans and the schedule, none of them invented: risk, tasks, what to do."""
    every = timeline.advised
    first = next(iter(timeline.portfolio.drivers), None)
    conditions = grouped((o.needs, n) for n, one in enumerate(every) for o in one.plan.today_conditions)
    short = [one for one in every if _out_of_reach(one)]
    unmeasured = [one for one in every if one.situation.evidence.grade("quality") in ("declared", "unknown")]
    apart = [one for one in every if one.situation.evidence.contradictions]
    inputs = dict.fromkeys(
        input_name(c.input) for one in apart for c in one.situation.evidence.contradictions
    )
    somewhere = [one for one in every if not one.situation.place_known]
    found: list[tuple[str, Sequence[Advised], str]] = [
        *((f"What runs today may break a condition: {needs}", [every[n] for n in where], "confirm or move it first")
          for needs, where in conditions.items()),
        ("The target is probably not reached by what is open", short,
         "agree before the first step what quality is still worth its price"),
        ("Quality today is stated and not measured", unmeasured,
         "measure it on about 100 cases before anything is compared with it"),
        (f"Statements do not fit what was counted: {listed(list(inputs))}", apart,
         "let the client confirm which of the two holds"),
        ("Nobody has said where it runs", somewhere, "ask: prices and residency follow from it"),
    ]  # fmt: skip
    rows = [(risk, _named(timeline, about), todo) for risk, about, todo in found if about]
    if first is not None and first.variance_share > 0:
        carries = f"One phase carries {percent(first.variance_share)} of the uncertainty of the date"
        todo = "plan it first, agree its scope, and look at it every week"
        rows = [(carries, full_name(first, timeline), todo), *rows]
    if not rows:
        show.text("Nothing that is known speaks against the plans or their dates.")
        return
    show.table(
        rows,
        label="tbl-timeline-risks",
        caption="Risks, and what to do about each",
        columns=columns(risk="Risk", about="About", todo="What to do"),
        source="what the plans found, what nobody has said, and what decides the date",
    )


def _out_of_reach(one: Advised) -> bool:
    reached = one.plan.probability
    return (
        reached is not None and reached < LIKELY and any(s.kind in ("test", "build") for s in one.plan.steps)
    )


def _named(timeline: Timeline, advised: Sequence[Advised]) -> str:
    every = len(timeline.advised)
    return "all tasks" if len(advised) == every > 1 else listed([one.situation.name for one in advised])
