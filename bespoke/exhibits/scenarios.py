"""Named scenarios on the page: what each sets, and what the advice then is, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bespoke import show
from bespoke.chapters.recommendation import PlanMoney, Recommendation, TaskAdvice
from bespoke.chapters.scenarios import Comparison, Plain, Setting, Side
from bespoke.exhibits.display_names import chance, listed
from bespoke.exhibits.recommendation.recommendation_wording import end_name, step_name
from bespoke.show import Column, Table, columns
from bespoke.show.numbers import day, exact, money, percent, yes_no

ALL = "All tasks"


@dataclass(frozen=True)
class Line:
    """One row of the comparison: what it says of a task, and of all of them together where it can."""

    title: str
    of_task: Callable[[Recommendation, TaskAdvice], str]
    of_all: Callable[[Recommendation], str] | None = None


def _amount(title: str, of: Callable[[PlanMoney], float]) -> Line:
    return Line(title, lambda _, task: money(of(task.money)), lambda advice: money(of(advice.total)))


LINES = (
    Line("First step", lambda advice, task: step_name(advice, task.plan.first)),
    Line("Likely end", lambda advice, task: end_name(advice, task)),
    Line("Quality today", lambda _, task: "not known" if task.quality is None else percent(task.quality.estimate)),
    Line("Quality at the likely end", lambda _, task: _quality_then(task)),
    Line("Target reached by then", lambda _, task: chance(task.plan.probability)),
    _amount("A month today", lambda m: m.today.expected),
    _amount("A month then", lambda m: m.monthly.expected),
    _amount("Once", lambda m: m.one_off.expected),
    _amount("First year", lambda m: m.first_year.expected),
    Line(
        "Live by, 80% sure",
        lambda _, task: day(task.live_p80) if task.live_p80 else "nothing changes",
        lambda advice: day(advice.live_p80) if advice.live_p80 else "nothing changes",
    ),
)  # fmt: skip


def section(comparison: Comparison | None) -> None:
    """The section of the report; nothing where the client has no scenario."""
    if comparison is None:
        return
    show.text("## Scenarios")
    show.text(
        "Each column is the whole advice again, as it would be if the client's folder said what the scenario sets"
        " ([what they set](#tbl-scenario-values)). Bold rows differ from the folder as it is."
    )
    for table in tables(comparison):
        show.display(table)
    for line in moved_lines(comparison):
        show.callout("{line}", tone="warning", line=line)
    if comparison.others:
        show.text("Not shown, for want of room: {titles}.", titles=", ".join(comparison.others))


def moved_lines(comparison: Comparison) -> list[str]:
    """One sentence for each scenario under which the folder has changed since it was saved."""
    return [
        f"{side.title}: the folder has changed underneath since this scenario was saved: "
        f"{listed([_moved(side, one) for one in side.moved])}."
        for side in comparison.sides
        if side.moved
    ]


def tables(comparison: Comparison) -> tuple[Table, Table]:
    """What the scenarios set, and the advice under each."""
    return _values(comparison), _advice(comparison)


def _values(comparison: Comparison) -> Table:
    return Table(
        label="tbl-scenario-values", caption="What each scenario sets",
        columns=columns(scenario="Scenario", place="What", before="In the folder", now="Here"),
        rows=tuple(
            (side.title, place(side.advice, one), said(one.before), _now(one))
            for side in comparison.sides for one in side.settings
        ),
    )  # fmt: skip


def _advice(comparison: Comparison) -> Table:
    sides = [side.advice for side in comparison.sides]
    rows = [(ALL, line.title, *map(line.of_all, sides)) for line in LINES if line.of_all]
    for task in comparison.folder.advice.tasks:
        id_ = task.task_id
        rows += [(task.name, line.title, *(line.of_task(s, s.task(id_)) for s in sides)) for line in LINES]
    titles = [Column(key=f"side_{n}", title=side.title) for n, side in enumerate(comparison.sides)]
    return Table(
        label="tbl-scenarios", caption="The advice under each scenario",
        columns=(Column(key="task", title="Task"), Column(key="what", title=""), *titles),
        rows=tuple(rows),
        emphasis=tuple(n for n, row in enumerate(rows) if len(set(row[2:])) > 1),
        source="the recommendation's own functions, draws and dates",
    )  # fmt: skip


def _quality_then(task: TaskAdvice) -> str:
    outlook = task.plan.likely_end.outlook
    if outlook is None:
        return "as today" if task.plan.likely_end.kind == "keep" else "not known"
    return percent(outlook.likely)


def place(advice: Recommendation, setting: Setting) -> str:
    """`Note structuring: requests per day`; what stands in engagement.yaml or prices.yaml goes by its keys."""
    file, *rest = setting.place
    if file == "tasks.csv":
        rest[0] = next((t.name for t in advice.tasks if t.task_id == rest[0]), rest[0])
    words = [*rest[:-1], rest[-1].replace("_", " ")]
    if file == "engagement.yaml":
        words = [word.replace("_", " ") for word in words]
    return ": ".join(words)


def _now(one: Setting) -> str:
    """What is set, and that it changes nothing where something was measured or counted."""
    return said(one.now) + (f" (without effect: the {one.overruled} one stands)" if one.overruled else "")


def said(value: Plain) -> str:
    """A value of the folder as a reader takes it."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, date):
        return day(value)
    return exact(value) if isinstance(value, float) else value


def _moved(side: Side, one: Setting) -> str:
    return f"{place(side.advice, one)} was {said(one.before)}, is {said(one.now)}"
