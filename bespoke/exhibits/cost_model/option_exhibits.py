"""Every route a task could take, side by side."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.cost_model import CostModel, RouteCost, TaskCost
from bespoke.exhibits import quantities
from bespoke.exhibits.cost_model.cost_wording import amounts, called, ends, levers, names, route_of, source_of
from bespoke.exhibits.display_names import grouped, place_name, slug
from bespoke.show import Column, columns


def route_tables(cost: CostModel) -> None:
    for task in cost.tasks:
        _route_table(cost, task)


def _route_table(cost: CostModel, task: TaskCost) -> None:
    """Every priced route of one task, cheapest over 12 months first."""
    ordered = sorted(task.routes, key=lambda route: route.life_12.mean)
    rows = [
        (
            _marked(cost, task, r), f"{r.model}, {place_name(r.place)}", levers(r) or None,
            r.monthly.mean, *ends(r.monthly), r.test.mean or None, r.rollout.mean or None, r.payback_months,
            r.life_12.mean, "–" if r.versus_levered == "same" else r.versus_levered, r.needs_worth,
        )
        for r in ordered
    ]  # fmt: skip
    show.table(
        rows,
        label=f"tbl-cost-{slug(task.task_id)}",
        caption=f"{task.name}: every priced route, cheapest over 12 months first",
        columns=(
            *columns(route="Route", served="Model and place", levers="With"),
            amounts(quantities.ROUTE_MONTHLY, "Expected", rows, 3, every="a month"),
            amounts("low", "P10", rows, 4, every="a month"),
            amounts("high", "P90", rows, 5, every="a month"),
            amounts(quantities.ROUTE_TEST, "Test", rows, 6),
            amounts(quantities.ROUTE_ROLL_OUT, "Roll-out", rows, 7),
            Column(key="payback", title="Pays back", unit="months", format="decimal", digits=1),
            amounts(quantities.ROUTE_YEAR, "12 months", rows, 9),
            Column(key="versus", title="Month", unit="against today, caching and batches on"),
            amounts("needs", "Needs", rows, 11, every="per right output"),
        ),
        source=source_of(cost)
        + ("; * rests on a price that nobody publishes" if any(r.unpublished for r in ordered) else ""),
        emphasis=[i for i, r in enumerate(ordered) if r.route == "as_is" or r.step],
    )


def _marked(cost: CostModel, task: TaskCost, route: RouteCost) -> str:
    step = f"Step {route.step}: " if route.step else ""
    closed = " (closed)" if route.closed else ""
    return step + called(cost, task, route) + closed + (" *" if route.unpublished else "")


def route_text(cost: CostModel) -> None:
    """How to read the columns of the tables that follow."""
    show.text(
        "Each route is priced alone, at the place with least in its way, with caching and batches wherever they pay. "
        "It is paid for twice before it serves: the test, until it is measured on the client's own cases, and the "
        "roll-out. It pays back out of what it saves itself: caching and batches on today's bill, every other route on "
        "the bill that these leave. Bold are today and the steps of the task's plan, these with the value that one "
        "more right output must have over {months} months for the step to break even; without a value the step pays "
        "anyway, or is taken for another reason. A step that stands on an earlier one has a row of its own. Closed is "
        "what a known condition rules out for the task today ([every condition](#tbl-audit-conditions)).",
        months=12,
    )


def separation_text(cost: CostModel) -> None:
    """Which routes the numbers cannot tell apart."""
    for task in cost.tasks:
        if task.not_separable:
            show.text(
                "**{task}**: over 12 months {best} costs least, but we cannot separate it from {others}.",
                task=task.name,
                best=called(cost, task, route_of(task, task.cheapest_life_12)),
                others=", ".join(called(cost, task, route_of(task, key)) for key in task.not_separable),
            )


def life_table(cost: CostModel) -> None:
    """Whole life of today's route, of the cheapest same answers and of the cheapest over 12 months."""
    rows = []
    for task in cost.tasks:
        for key in dict.fromkeys(["as_is", task.cheapest_same_answers, task.cheapest_life_12]):
            r = route_of(task, key)
            rows.append(
                (
                    task.name, called(cost, task, r), r.one_off.mean or None, r.life_12.mean, *ends(r.life_12),
                    r.life_36.mean, *ends(r.life_36), r.forced_retirements_36,
                )
            )  # fmt: skip
    show.table(
        rows,
        label="tbl-cost-life",
        caption="Whole life over 12 and 36 months, with the work each retired model forces",
        columns=(
            *columns(task="Task", route="Route"),
            amounts(quantities.ROUTE_ONE_OFF, "Once", rows, 2),
            amounts(quantities.ROUTE_YEAR, "12 months", rows, 3),
            amounts("twelve_low", "P10", rows, 4),
            amounts("twelve_high", "P90", rows, 5),
            amounts(quantities.ROUTE_THREE_YEARS, "36 months", rows, 6),
            amounts("thirtysix_low", "P10", rows, 7),
            amounts("thirtysix_high", "P90", rows, 8),
            Column(key="retired", title="Models retired", unit="in 36 months", format="decimal", digits=1),
        ),
        source=source_of(cost),
    )


def unpriced_table(cost: CostModel) -> None:
    """Routes without a price, and why."""
    known = names(cost)
    reasons = grouped(((u.route, u.reason), task.name) for task in cost.tasks for u in task.unpriced)
    rows = [
        (known.get(route, route), "all tasks" if len(tasks) == len(cost.tasks) else ", ".join(tasks), reason)
        for (route, reason), tasks in reasons.items()
    ]
    show.table(
        rows,
        label="tbl-cost-unpriced",
        caption="Routes that have no price here, with the reason",
        columns=columns(route="Route", tasks="Task", reason="Reason"),
    )
