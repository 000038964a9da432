"""How every route stands for every task, and why some cannot be taken."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

from bespoke import show
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.display_names import grouped
from bespoke.exhibits.figure_parts import name_rows
from bespoke.exhibits.recommendation.recommendation_wording import counted, end_name, step_name
from bespoke.show import columns
from bespoke.show.numbers import day
from bespoke.show.style import BAND, INK, MUTED, QUIET


def route_map(result: Recommendation) -> None:
    """Every route that stands in a plan, or is closed to some tasks only, against every task: its step, or a cross.

    What is closed to every task is counted below, and drawn only where nothing else could be.
    """
    tasks = result.tasks
    standings = {route: [standing(task, route) for task in tasks] for route in result.route_names}
    every = {route: row for route, row in standings.items() if any(row)}
    shown = {route: row for route, row in every.items() if {*row} != {"x"}} or every
    closed = len(every) - len(shown)
    planned = sum(any(cell.rstrip("*").isdigit() for cell in row) for row in shown.values())
    show.figure(
        _draw_route_map,
        [result.route_names[route] for route in shown],
        [task.name for task in tasks],
        list(shown.values()),
        label="fig-advice-map",
        caption=f"{counted(planned, 'route').capitalize()} in the plans as of {day(result.as_of)}: the number is the"
        " step, a ring the likely end, a cross what is closed",
        alt="Grid of routes against tasks. " + " ".join(_map_words(result, t) for t in tasks),
        source="the plans of this chapter; a route that is open and in no plan is left empty"
        + (
            f"; {counted(closed, 'route')} closed to every task, each with its reasons at the end"
            if closed
            else ""
        ),
    )


def standing(task: TaskAdvice, route: str) -> str:
    """`1` for the first step, `2*` for a second that is the likely end, `x` for closed, nothing else."""
    plan = task.plan
    for i, step in enumerate(plan.steps):
        if step.route == route or (step.kind == "test" and route in step.configuration.work):
            ends = plan.end == i
            return f"{i + 1}{'*' if ends else ''}"
    return "x" if any(c.route == route for c in plan.closed) else ""


def _draw_route_map(routes: Sequence[str], tasks: Sequence[str], standings: Sequence[Sequence[str]]) -> Any:
    """The standing of each route for each task, the first route on top."""
    figure, axes = show.new_figure(0.9 + 0.2 * len(routes))
    for y, row in enumerate(reversed(standings)):
        for x, cell in enumerate(row):
            _mark(axes, x, y, cell)
    name_rows(axes, routes)
    axes.set_xticks(range(len(tasks)), [fill(task, max(12, 62 // len(tasks))) for task in tasks])
    axes.xaxis.tick_top()
    axes.set_xlim(-0.5, len(tasks) - 0.5)
    axes.grid(visible=False)
    axes.hlines([y + 0.5 for y in range(len(routes) - 1)], -0.5, len(tasks) - 0.5, color=BAND, lw=0.8)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _mark(axes: Any, x: int, y: int, cell: str) -> None:
    if cell == "x":
        axes.plot(x, y, "x", ms=5, color=QUIET, mew=1.3)
    elif cell:
        if cell.endswith("*"):
            axes.plot(x, y, "o", ms=13, mfc="none", mec=INK, mew=1.2)
        first = cell.startswith("1")
        axes.text(x, y, cell.rstrip("*"), ha="center", va="center", color=INK if first else MUTED,
                  weight="semibold" if first else "normal")  # fmt: skip


def _map_words(result: Recommendation, task: TaskAdvice) -> str:
    closed, first = counted(len(task.plan.closed), "route"), step_name(result, task.plan.first, middle=True)
    return f"{task.name}: first {first}, probably ending at {end_name(result, task)}; {closed} closed."


def closed(result: Recommendation) -> None:
    """Closed routes with every reason."""
    tasks = grouped(
        (
            (result.route_names[route.route], "; ".join(f"{o.needs} ({o.found})" for o in route.outcomes)),
            task.name,
        )
        for task in result.tasks
        for route in task.plan.closed
    )
    every = len(result.tasks)
    rows = sorted((name, "all" if len(t) == every else "; ".join(t), why) for (name, why), t in tasks.items())
    if not rows:
        show.text("No route is closed to any task as of {day}.", day=day(result.as_of))
        return
    show.table(
        rows,
        label="tbl-advice-closed",
        caption=f"Closed as of {day(result.as_of)}, and why",
        columns=columns(route="Route", task="Task", why="What it needs (what was found)"),
        source="gates, places and lifecycles of the fact tables as of the report's date",
    )
