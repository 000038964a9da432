"""The words, colours and columns that the exhibits of the cost chapter share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bespoke.advice.routes import routes
from bespoke.chapters.cost_model import Band, CostModel, RouteCost, TaskCost
from bespoke.exhibits.display_names import digits_of
from bespoke.show import Column
from bespoke.show.numbers import currency, decimal, money_digits

SOURCE = "the task list and published prices; expected is the mean over {draws} draws, ranges are P10 to P90"
WHOLE = 10  # amounts from here on are printed without decimals
LEVERS = {"prompt_caching": "caching", "batch": "batches"}
OTHER_MODEL = ("model_change", "smaller_model", "cascade")


def names(cost: CostModel) -> Mapping[str, str]:
    """Route ids as the reader knows them."""
    return {**{route.route: route.name for route in routes(cost.as_of)}, "as_is": "As today"}


def called(cost: CostModel, task: TaskCost, route: RouteCost) -> str:
    """A priced route as the reader knows it: with the model where it is another one, and with what it stands on."""
    known, model = names(cost), route.model
    name = known[route.route]
    others = [known[other] for other in route.configuration.remedies if other != route.route]
    if route.route in OTHER_MODEL:
        name = f"{name}: {model}"
    elif route.configuration.remedies and model != task.model:
        name = f"{name} on {model}"
    return f"{name}, with {' and '.join(_small(other) for other in others)}" if others else name


def levers(route: RouteCost) -> str:
    return " and ".join(LEVERS[lever] for lever in route.levers)


def task_of(cost: CostModel, task_id: str | None) -> TaskCost:
    """The task named, else the one that costs most today."""
    if task_id is not None:
        return cost.task(task_id)
    return max(cost.tasks, key=lambda task: task.today.monthly.mean)


def route_of(task: TaskCost, key: str) -> RouteCost:
    """A route that the task was priced on."""
    found = task.route(key)
    assert found is not None, "a task names only routes it has priced"
    return found


def between(band: Band) -> str:
    """The 10th to the 90th percentile, with the digits that the mean has; none from ten on."""
    digits = money_digits(band.mean) if band.mean < WHOLE else 0
    return f"{decimal(band.p10, digits)} to {decimal(band.p90, digits)}"


def ends(band: Band) -> tuple[float, float]:
    """The 10th and the 90th percentile: a column each, so that they can be compared down the table."""
    return band.p10, band.p90


def amounts(key: str, title: str, rows: Sequence[Sequence[object]], column: int, every: str = "") -> Column:
    """A column of amounts in the engagement's currency, with digits for the smallest of them; `every` is a period."""
    digits = digits_of(row[column] for row in rows)
    return Column(key=key, title=title, unit=f"{currency()} {every}".rstrip(), format="money", digits=digits)


def source_of(cost: CostModel) -> str:
    """The line under a table or figure."""
    return SOURCE.format(draws=decimal(cost.draws))


def _small(name: str) -> str:
    """In the middle of a sentence; an abbreviation keeps its capitals."""
    return name if name[1:2].isupper() else name[0].lower() + name[1:]
