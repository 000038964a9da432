"""Every planned option against every task, and what closes the others."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke import show
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.display_names import count, grouped, listed, task_columns
from bespoke.exhibits.recommendation.standings import standing
from bespoke.show import columns
from bespoke.show.numbers import decimal, money

MOST = 8  # blockers
NAMED = 3  # options that a blocker closes


def options_table(result: Recommendation) -> None:
    """What stands in a plan: its step, what it costs once, the quality it is expected to add."""
    planned = [
        route
        for route in result.route_names
        if any(_in_step(t, route, n) for t in result.tasks for n in range(len(t.plan.steps)))
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
        columns=task_columns("route", "Option", {t.task_id: t.name for t in result.tasks}),
        source="tried together, options share their step's cost and gain; amounts in " + result.currency,
    )


def _cell(result: Recommendation, task: TaskAdvice, route: str) -> str | None:
    found = [words for n in range(len(task.plan.steps)) if (words := _in_step(task, route, n))]
    if found:
        return "; ".join(found)
    return "closed" if standing(task, route) == "x" else None


def _in_step(task: TaskAdvice, route: str, n: int) -> str:
    """What a step says of an option: cost and gain where it leads the step, else that it is part of it."""
    step, number = task.plan.steps[n], decimal(n + 1)
    if step.route == route:
        once = money(step.cost.expected + step.rollout.expected, symbol=False, digits=0)
        points = round(100 * _gain(task, n))
        return f"step {number}: {once}" + (f", +{count(points, 'point')}" if points > 0 else "")
    return f"in step {number}" if step.kind == "test" and route in _new(task, n) else ""


def _new(task: TaskAdvice, n: int) -> set[str]:
    """The options that a test brings in: those it is made of, and those that stand under it for the first time."""
    before = {r for step in task.plan.steps[:n] if step.kind == "test" for r in step.configuration.remedies}
    own = task.plan.steps[n].configuration
    return {*own.work, *(set(own.remedies) - before)}


def _gain(task: TaskAdvice, n: int) -> float:
    """Quality that a step adds; the first test's is against today, what was measured before it among it."""
    step, today = task.plan.steps[n], task.quality
    first = not any(one.kind == "test" for one in task.plan.steps[:n])
    if first and step.kind == "test" and step.outlook is not None and today is not None:
        return step.outlook.likely - today.estimate
    return step.gain or 0.0


def _few(names: Sequence[str]) -> str:
    """The first names, and how many more."""
    more = len(names) - NAMED
    return listed(names) if more <= 1 else f"{', '.join(names[:NAMED])} and {decimal(more)} more"


def _about(names: Sequence[str], every: Sequence[str]) -> str:
    left = [name for name in every if name not in names]
    if not left and len(every) > 1:
        return "all tasks"
    return f"all tasks but {left[0]}" if len(left) == 1 and len(every) > 2 else listed(names)


def blockers(result: Recommendation) -> None:
    """The conditions that close most, and what each of them closes."""
    closes = [
        (o.needs, route.route, t.name)
        for t in result.tasks
        for route in t.plan.closed
        for o in route.outcomes
    ]
    if not closes:
        return
    routes = grouped((needs, result.route_names[route]) for needs, route, _ in closes)
    tasks = grouped((needs, task) for needs, _, task in closes)
    order = sorted(routes, key=lambda needs: (-len(routes[needs]) * len(tasks[needs]), needs))
    every = [task.name for task in result.tasks]
    show.table(
        [(needs, _few(routes[needs]), _about(tasks[needs], every)) for needs in order[:MOST]],
        label="tbl-advice-blockers",
        caption="What closes an option: the conditions that are not met, the one that closes most first",
        columns=columns(needs="What is missing", routes="Closes", tasks="For"),
    )
    show.text(
        "Every closed option and every reason stand in the evidence volume ([closed](#tbl-advice-closed))."
    )
