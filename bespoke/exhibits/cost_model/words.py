"""The words, colours and columns that the exhibits of chapter 5 share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bespoke.advice.routes import routes
from bespoke.chapters.cost_model import Band, CostModel, RouteCost, TaskCost
from bespoke.show import Column
from bespoke.show.numbers import decimal, money_digits
from bespoke.show.style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, YELLOW

COLOUR = {
    "as_is": GREY,
    "prompt_caching": BLUE,
    "batch": SKY,
    "smaller_model": GREEN,
    "custom_model_import": PURPLE,
    "open_weight_lora": ORANGE,
    "bedrock_nova_sft": RED,
    "bedrock_haiku3_sft": YELLOW,
}

SOURCE = "tasks.csv; prices from genai-prices and the fact tables; P10 to P90 over {draws} draws"


def names(cost: CostModel) -> Mapping[str, str]:
    """Route ids as the reader knows them."""
    return {"as_is": "As today", **{route.route: route.name for route in routes(cost.as_of)}}


def task_of(cost: CostModel, task_id: str | None) -> TaskCost:
    """The task named, else the one that costs most today."""
    if task_id is not None:
        return cost.task(task_id)
    return max(cost.tasks, key=lambda task: task.today.monthly.p50)


def route_of(task: TaskCost, name: str) -> RouteCost:
    """A route that the task was priced on."""
    found = task.route(name)
    assert found is not None, "a task names only routes it has priced"
    return found


def between(band: Band, *, unit: bool = True) -> str:
    """The 10th to the 90th percentile, with the digits of the middle one; of a number that is no money, with none."""
    digits = money_digits(band.p50) if unit else 0
    return f"{decimal(band.p10, digits)} to {decimal(band.p90, digits)}"


def usd(key: str, title: str, rows: Sequence[Sequence[object]], column: int, unit: str = "USD") -> Column:
    """A column of amounts, with digits for the smallest of them."""
    return Column(key=key, title=title, unit=unit, format="money", digits=_digits(rows, column))


def _digits(rows: Sequence[Sequence[object]], column: int) -> int:
    """Digits that leave the smallest amount of a column two figures, at most four."""
    amounts = [abs(value) for row in rows if isinstance(value := row[column], int | float) and value]
    smallest = min(amounts, default=0.0)
    if smallest >= 1 or not amounts:
        return 1 if amounts and smallest < 10 else 0
    return min(4, money_digits(smallest))


def source_of(cost: CostModel) -> str:
    """The line under a table or figure."""
    return SOURCE.format(draws=decimal(cost.draws))
