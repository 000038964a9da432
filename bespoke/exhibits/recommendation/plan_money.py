"""What the plans cost and are worth, and the way from today's month to the advised one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.recommendation import Recommendation
from bespoke.exhibits.display_names import listed
from bespoke.show import Column
from bespoke.show.numbers import decimal, money
from bespoke.show.style import BLUE, GREY, INK, MUTED, ORANGE


def money_table(result: Recommendation) -> None:
    """Every amount of every plan with its range, payback and what it must be worth."""
    rows = [
        (
            t.name, t.money.monthly.p10, t.money.monthly.p90, t.money.one_off.p10, t.money.one_off.p90,
            t.money.payback_months, t.money.needs_worth, t.money.net_year,
        )
        for t in result.tasks
    ]  # fmt: skip
    unit = result.currency
    worth = [
        Column(key="payback", title="Pays back", unit="months", format="decimal", digits=1),
        Column(key="worth", title="Even at", unit=f"{unit} each", format="money", digits=2),
        Column(key="net", title="Net", unit=f"{unit} a year", format="money", digits=0),
    ]
    known = [n for n in range(5, 8) if any(row[n] is not None for row in rows)]
    show.table(
        [(*row[:5], *(row[n] for n in known)) for row in rows],
        label="tbl-advice-money",
        caption="What each plan costs where it probably ends: eight outcomes in ten lie between low and high",
        columns=(
            Column(key="task", title="Task"),
            *(
                Column(key=f"{key}_{end}", title=f"{title}, {end}", unit=unit, format="money", digits=0)
                for key, title in (("month", "A month"), ("once", "Once"))
                for end in ("low", "high")
            ),
            *(worth[n - 5] for n in known),
        ),
        source="even at: what one more right output must be worth for the plan to pay within a year; net where the "
        "client has said what it is worth; pays back on the bill alone",
    )


def money_text(result: Recommendation) -> None:
    """How to read break-even and net."""
    unsaid = [
        t.name for t in result.tasks if t.money.gain_of_right is None and t.money.needs_worth is not None
    ]
    if unsaid:
        show.text(
            "Nobody has said what a right output is worth for {names}. The break-even is what one more right output"
            " must be worth for the plan to have paid for itself within a year of being live; below it, leaving the"
            " task as it is costs less.",
            names=listed(unsaid),
        )
    stated = [t for t in result.tasks if t.money.gain_of_right is not None]
    for task in stated:
        show.text(
            "**{name}**: one more right output is worth {gain} to the client; over the first year the plan nets {net}.",
            name=task.name, gain=money(task.money.gain_of_right or 0.0), net=money(task.money.net_year or 0.0),
        )  # fmt: skip


def waterfall_figure(result: Recommendation) -> None:
    """What each plan takes off the month, or adds to it."""
    changes = [(t.name, t.money.monthly.expected - t.money.today.expected) for t in result.tasks]
    changes = [(name, change) for name, change in changes if abs(change) >= 0.5]
    if not changes:
        return
    today, then = result.total.today.expected, result.total.monthly.expected
    name, most = min(changes, key=lambda change: change[1])
    show.figure(
        _draw_waterfall,
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


def _draw_waterfall(today: float, changes: Sequence[tuple[str, float]], then: float) -> Any:
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
