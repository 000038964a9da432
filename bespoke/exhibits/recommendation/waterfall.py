"""From today's month to the advised one, task by task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.recommendation import Recommendation
from bespoke.show.numbers import decimal, money
from bespoke.show.style import BLUE, GREY, INK, MUTED, ORANGE


def waterfall_figure(result: Recommendation) -> None:
    """What each plan takes off the month, or adds to it."""
    changes = [(t.name, t.money.monthly.expected - t.money.today.expected) for t in result.tasks]
    changes = [(name, change) for name, change in changes if abs(change) >= 0.5]
    if not changes:
        return
    today, then = result.total.today.expected, result.total.monthly.expected
    name, most = min(changes, key=lambda change: change[1])
    show.figure(
        _draw,
        today,
        changes,
        then,
        label="fig-advice-waterfall",
        caption=f"{name} takes most off the monthly bill"
        if most < 0
        else "The advised month costs more than today's",
        alt=f"Waterfall from {money(today)} a month today to {money(then)}: "
        + "; ".join(
            f"{name} {'adds' if change > 0 else 'saves'} {money(abs(change), digits=0)}"
            for name, change in changes
        )
        + ".",
        source="expected values at the likely end of each plan",
    )


def _draw(today: float, changes: Sequence[tuple[str, float]], then: float) -> Any:
    figure, axes = show.new_figure(0.75 + 0.33 * (len(changes) + 2))
    rows = ["Today", *(name for name, _ in changes), "As advised"]
    axes.barh(len(rows) - 1, today, height=0.6, color=GREY)
    axes.text(today, len(rows) - 1, f"  {money(today)}", va="center", color=INK)
    at = today
    for y, (_, change) in zip(range(len(rows) - 2, 0, -1), changes, strict=True):
        sign = "+" if change > 0 else "\N{MINUS SIGN}"
        axes.barh(y, change, left=at, height=0.6, color=BLUE if change < 0 else ORANGE)
        axes.text(max(at, at + change), y, f"  {sign}{money(abs(change), digits=0)}", va="center", color=INK)
        axes.plot([at + change] * 2, [y - 1, y], color=MUTED, lw=0.6)
        at += change
    axes.barh(0, then, height=0.6, color=GREY)
    axes.text(then, 0, f"  {money(then)}", va="center", color=INK)
    axes.set_yticks(range(len(rows)), list(reversed(rows)))
    axes.set_xlim(0, 1.18 * max(today, then, at))
    axes.xaxis.set_major_formatter(lambda value, _: decimal(value))
    axes.set_xlabel("a month: less in blue, more in orange")
    return figure
