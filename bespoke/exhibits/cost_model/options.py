"""Every route a task could take, side by side."""

from __future__ import annotations

import re

from bespoke import show
from bespoke.chapters.cost_model import CostModel, TaskCost
from bespoke.exhibits.cost_model.words import between, names, route_of, source_of, usd
from bespoke.show import Column


def route_tables(cost: CostModel) -> None:
    for task in cost.tasks:
        route_table(cost, task)


def route_table(cost: CostModel, task: TaskCost) -> None:
    """Every priced route of one task, cheapest over 12 months first."""
    known = names(cost)
    ordered = sorted(task.routes, key=lambda route: route.life_12.p50)
    rows = [
        (
            known[r.route], r.model, r.monthly.p10, r.monthly.p50, r.monthly.p90,
            r.monthly_cached.p50 if r.monthly_cached else None, r.one_off.p50, r.life_12.p50,
            "–" if r.versus_today == "same" else r.versus_today,
        )
        for r in ordered
    ]  # fmt: skip
    show.table(
        rows,
        label=f"tbl-cost-{_slug(task.task_id)}",
        caption=f"{task.name}: every priced route, cheapest over 12 months first",
        columns=(
            Column(key="route", title="Route"),
            Column(key="model", title="Model"),
            usd("p10", "P10", rows, 2, "USD a month"),
            usd("p50", "P50", rows, 3, "USD a month"),
            usd("p90", "P90", rows, 4, "USD a month"),
            usd("cached", "With cache", rows, 5, "USD a month"),
            usd("once", "Once", rows, 6),
            usd("life", "12 months", rows, 7),
            Column(key="versus", title="Monthly, against today"),
        ),
        source=source_of(cost),
        emphasis=[i for i, r in enumerate(ordered) if r.route == "as_is"],
    )


def separation_text(cost: CostModel) -> None:
    """Which routes the numbers cannot tell apart."""
    known = names(cost)
    for task in cost.tasks:
        if task.not_separable:
            show.text(
                "**{task}**: over 12 months {best} costs least, but we cannot separate it from {others}.",
                task=task.name,
                best=known[task.cheapest_life_12],
                others=", ".join(known[route] for route in task.not_separable),
            )


def life_table(cost: CostModel) -> None:
    """Whole life of today's route, of the cheapest same answers and of the cheapest over 12 months."""
    known = names(cost)
    rows = []
    for task in cost.tasks:
        for name in dict.fromkeys(["as_is", task.cheapest_same_answers, task.cheapest_life_12]):
            r = route_of(task, name)
            rows.append(
                (
                    task.name, known[name], r.one_off.p50, r.life_12.p50, between(r.life_12), r.life_36.p50,
                    between(r.life_36), r.forced_retirements_36,
                )
            )  # fmt: skip
    show.table(
        rows,
        label="tbl-cost-life",
        caption="Whole life over 12 and 36 months, with the work each retired model forces",
        columns=(
            Column(key="task", title="Task"),
            Column(key="route", title="Route"),
            usd("once", "Once", rows, 2),
            usd("twelve", "12 months", rows, 3),
            Column(key="twelve_range", title="P10-P90", unit="USD"),
            usd("thirtysix", "36 months", rows, 5),
            Column(key="thirtysix_range", title="P10-P90", unit="USD"),
            Column(key="retired", title="Models retired", unit="in 36 months", format="decimal", digits=1),
        ),
        source=source_of(cost),
    )


def unpriced_table(cost: CostModel) -> None:
    """Routes without a price, and why."""
    known = names(cost)
    reasons: dict[tuple[str, str], list[str]] = {}
    for task in cost.tasks:
        for entry in task.unpriced:
            reasons.setdefault((entry.route, entry.reason), []).append(task.name)
    rows = [
        (known.get(route, route), "all tasks" if len(tasks) == len(cost.tasks) else ", ".join(tasks), reason)
        for (route, reason), tasks in reasons.items()
    ]
    show.table(
        rows,
        label="tbl-cost-unpriced",
        caption="Routes that have no price here, with the reason",
        columns=(
            Column(key="route", title="Route"),
            Column(key="tasks", title="Task"),
            Column(key="reason", title="Reason"),
        ),
    )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "task"
