"""Every planned option against every task, and what closes the others."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.naming import listed
from bespoke.exhibits.recommendation.standings import standing
from bespoke.show import Column
from bespoke.show.numbers import decimal, money

MOST = 8  # blockers


def options_table(result: Recommendation) -> None:
    """What stands in a plan: its step, what it costs once, the quality it is expected to add."""
    planned = [
        route for route in result.route_names if any(standing(t, route)[:1].isdigit() for t in result.tasks)
    ]
    if not planned:
        return
    show.table(
        [
            (result.route_names[route], *(_cell(result, task, route) for task in result.tasks))
            for route in planned
        ],
        label="tbl-advice-options",
        caption="What is planned: the step, what it costs once, and the quality it is expected to add",
        columns=(
            Column(key="route", title="Option"),
            *(Column(key=task.task_id, title=task.name) for task in result.tasks),
        ),
        source="tried together, options share their step's cost and gain; amounts in " + result.currency,
    )


def _cell(result: Recommendation, task: TaskAdvice, route: str) -> str:
    found = standing(task, route)
    if not found:
        return "open, not needed"
    if found == "x":
        return "closed"
    number = int(found.rstrip("*"))
    step = task.plan.steps[number - 1]
    once = money(step.cost.expected + step.rollout.expected, symbol=False, digits=0)
    gain = f", {decimal(100 * step.gain)} points" if step.gain else ""
    return f"step {number}: {once}{gain}"


def blockers(result: Recommendation) -> None:
    """The conditions that close most, and what each of them closes."""
    closes: dict[str, dict[str, dict[str, None]]] = {}
    for task in result.tasks:
        for route in task.plan.closed:
            for outcome in route.outcomes:
                by = closes.setdefault(outcome.needs, {"routes": {}, "tasks": {}})
                by["routes"][result.route_names[route.route]] = None
                by["tasks"][task.name] = None
    if not closes:
        return
    order = sorted(
        closes, key=lambda needs: (-len(closes[needs]["routes"]) * len(closes[needs]["tasks"]), needs)
    )
    every = len(result.tasks)
    show.table(
        [
            (
                needs, listed(list(closes[needs]["routes"])),
                "all tasks" if len(closes[needs]["tasks"]) == every > 1 else listed(list(closes[needs]["tasks"])),
            )
            for needs in order[:MOST]
        ],
        label="tbl-advice-blockers",
        caption="What closes an option: the conditions that are not met, the one that closes most first",
        columns=(
            Column(key="needs", title="What is missing"), Column(key="routes", title="Closes"),
            Column(key="tasks", title="For"),
        ),
        source="every closed option and every reason stand in the evidence volume",
    )  # fmt: skip
