"""What the plans cost and are worth."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.recommendation import Recommendation
from bespoke.exhibits.recommendation.recommendation_wording import amount_range, end_name
from bespoke.show import Column
from bespoke.show.numbers import money


def money_table(result: Recommendation) -> None:
    """Every amount of every plan with its range, payback and what it must be worth."""
    rows = [
        (
            t.name, end_name(result, t), amount_range(t.money.today), amount_range(t.money.monthly),
            amount_range(t.money.one_off), amount_range(t.money.first_year), t.money.payback_months,
            t.money.needs_worth, t.money.net_year,
        )
        for t in result.tasks
    ]  # fmt: skip
    unit = result.currency
    show.table(
        rows,
        label="tbl-advice-money",
        caption="Cost and worth of each plan at its likely end: 10th to 90th percentile",
        columns=(
            Column(key="task", title="Task"),
            Column(key="end", title="Likely end"),
            Column(key="today", title="A month today", unit=unit),
            Column(key="month", title="A month then", unit=unit),
            Column(key="once", title="Once", unit=unit),
            Column(key="year", title="First year", unit=unit),
            Column(key="payback", title="Pays back on the bill", unit="months", format="decimal", digits=1),
            Column(
                key="worth", title="Breaks even at", unit=f"{unit} per right output", format="money", digits=2
            ),
            Column(key="net", title="Net in a year", unit=unit, format="money", digits=0),
        ),
        source="the same draws as the cost model; net where the client has said what an output is worth",
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
            names=", ".join(unsaid),
        )
    stated = [t for t in result.tasks if t.money.gain_of_right is not None]
    for task in stated:
        show.text(
            "**{name}**: one more right output is worth {gain} to the client; over the first year the plan nets {net}.",
            name=task.name, gain=money(task.money.gain_of_right or 0.0), net=money(task.money.net_year or 0.0),
        )  # fmt: skip
