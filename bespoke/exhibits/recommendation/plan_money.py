"""What the plans cost and are worth."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.recommendation import Recommendation
from bespoke.exhibits.display_names import listed
from bespoke.show import Column
from bespoke.show.numbers import money


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
