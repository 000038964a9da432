"""How every route stands for every task, and why some are closed."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

from bespoke import show
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.show import Column
from bespoke.show.numbers import day
from bespoke.show.style import BAND, INK, MUTED, RULE


def route_map(result: Recommendation) -> None:
    """Every route against every task: now, next, open, to be confirmed, closed."""
    tasks = result.tasks
    standings = [[standing(task, route) for task in tasks] for route in result.route_names]
    closed_everywhere = sum(all(state == "closed" for state in row) for row in standings)
    show.figure(
        _draw_route_map,
        list(result.route_names.values()),
        [task.name for task in tasks],
        standings,
        label="fig-advice-map",
        caption=f"{closed_everywhere} of {len(standings)} routes are closed to every task as of {day(result.as_of)}; "
        "black marks what to do now, a ring what comes next, a cross what is closed",
        alt="Grid of routes against tasks. " + " ".join(_map_words(result, t) for t in tasks),
        source="gates and decision table as of the report's date; a dot is open, a question mark is to be confirmed",
    )


def _draw_route_map(routes: Sequence[str], tasks: Sequence[str], standings: Sequence[Sequence[str]]) -> Any:
    """The standing of each route for each task, the first route on top."""
    figure, axes = show.new_figure(0.9 + 0.2 * len(routes))
    places: dict[str, list[tuple[int, int]]] = {}
    for y, row in enumerate(reversed(standings)):
        for x, state in enumerate(row):
            places.setdefault(state, []).append((x, y))
    for state, found in places.items():
        _mark(axes, found, state)
    axes.set_yticks(range(len(routes)), list(reversed(routes)))
    axes.set_xticks(range(len(tasks)), [fill(task, max(12, 62 // len(tasks))) for task in tasks])
    axes.xaxis.tick_top()
    axes.set_xlim(-0.5, len(tasks) - 0.5)
    axes.set_ylim(-0.6, len(routes) - 0.4)
    axes.grid(visible=False)
    axes.hlines([y + 0.5 for y in range(len(routes) - 1)], -0.5, len(tasks) - 0.5, color=BAND, lw=0.8)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def standing(task: TaskAdvice, route: str) -> str:
    """How a route stands for a task: now, next, closed, confirm or open."""
    if route == task.advice.now:
        return "now"
    if route == task.advice.next:
        return "next"
    if any(c.route == route for c in task.advice.closed):
        return "closed"
    unknown = any(o.verdict == "unknown" for o in task.advice.gates.get(route, ()))
    return "confirm" if unknown else "open"


MARKS: dict[str, dict[str, Any]] = {
    "now": {"marker": "o", "ms": 9, "color": INK},
    "next": {"marker": "o", "ms": 8, "mfc": "white", "mec": INK, "mew": 1.5},
    "closed": {"marker": "x", "ms": 5, "color": RULE, "mew": 1.3},
    "open": {"marker": "o", "ms": 2.2, "color": MUTED},
}


def _mark(axes: Any, places: Sequence[tuple[int, int]], state: str) -> None:
    """All routes and tasks that stand alike."""
    if state in MARKS:
        axes.plot(*zip(*places, strict=True), linestyle="none", **MARKS[state])
    for place in places:
        if state == "confirm":
            axes.text(*place, "?", ha="center", va="center", color=MUTED)
        elif state in ("now", "next"):
            look = {"weight": "semibold"} if state == "now" else {"color": MUTED}
            axes.annotate(state, place, (9, 0), textcoords="offset points", va="center", **look)


def _map_words(result: Recommendation, task: TaskAdvice) -> str:
    closed = sum(standing(task, r) == "closed" for r in result.route_names)
    following = f", next {result.route_names[task.advice.next]}" if task.advice.next else ""
    return f"{task.name}: now {result.route_names[task.advice.now]}{following}; {closed} routes closed."


def closed(result: Recommendation) -> None:
    """Closed routes with every reason."""
    tasks: dict[tuple[str, str], list[str]] = {}
    for task in result.tasks:
        for route in task.advice.closed:
            reasons = "; ".join(f"{o.needs} ({o.found})" for o in route.unmet)
            tasks.setdefault((result.route_names[route.route], reasons), []).append(task.name)
    every = len(result.tasks)
    rows = sorted((name, "all" if len(t) == every else "; ".join(t), why) for (name, why), t in tasks.items())
    if not rows:
        show.text("No route is closed to any task as of {day}.", day=day(result.as_of))
        return
    show.table(
        rows,
        label="tbl-advice-closed",
        caption=f"Closed as of {day(result.as_of)}, and why",
        columns=(
            Column(key="route", title="Route"),
            Column(key="task", title="Task"),
            Column(key="why", title="What it needs (what was found)"),
        ),
        source="bespoke/facts/tables/routes.yaml and gates.yaml",
    )
