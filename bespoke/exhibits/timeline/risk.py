"""Which phase carries the risk of the date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.timeline import Timeline
from bespoke.exhibits.timeline.timeline_wording import full_name
from bespoke.show.numbers import percent
from bespoke.show.style import EMPHASIS, INK, QUIET

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
