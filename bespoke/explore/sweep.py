"""One input of a task moved over two orders of magnitude: the month as it runs today against another route, and the
break-even between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log10

from bespoke.advice.candidates import Configuration
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.clients.changes import applied
from bespoke.explore.draws import drawn
from bespoke.explore.explored_state import ExploredState

SWEPT = {
    "requests_per_day": "Requests a day", "system_tokens": "System prompt, tokens",
    "input_tokens": "Other input, tokens", "output_tokens": "Output, tokens",
}  # fmt: skip
DRAWS, POINTS = 40, 13
REACH = {"requests_per_day": 1000.0}  # from a thousandth of the value to a thousand times of it
REACH_OF_TOKENS = 10.0
HALVINGS = 6  # of the step in which two lines cross


@dataclass(frozen=True)
class Swept:
    """Expected amounts a month, in the engagement's currency, at each value of the input."""

    column: str
    here: float  # the explored value
    values: tuple[float, ...]
    today: tuple[float, ...]
    rival: tuple[float, ...]
    crossings: tuple[float, ...]  # values at which both cost the same, smallest first


def sweep(
    scene: ExploredState, subject: str, column: str, today: Configuration, rival: Configuration
) -> Swept:
    """Raises NotPriced where a route has no price at one of the values."""
    here = float(getattr(scene.client.task(subject), column)) or 1.0
    reach = REACH.get(column, REACH_OF_TOKENS)
    values = tuple(here * reach ** (2 * n / (POINTS - 1) - 1) for n in range(POINTS))

    def months(value: float) -> tuple[float, float]:
        return _month(scene, subject, column, value, today), _month(scene, subject, column, value, rival)

    def gap(value: float) -> float:
        ours, theirs = months(value)
        return ours - theirs

    found = [months(value) for value in values]
    gaps = [ours - theirs for ours, theirs in found]
    crossings = tuple(
        _between(gap, values[n], values[n + 1], gaps[n])
        for n in range(POINTS - 1)
        if gaps[n] * gaps[n + 1] < 0
    )
    return Swept(column, here, values, tuple(a for a, _ in found), tuple(b for _, b in found), crossings)


def _month(
    scene: ExploredState, subject: str, column: str, value: float, configuration: Configuration
) -> float:
    """Of one route, with the levers that pay there."""
    value = value if column == "requests_per_day" else round(value)
    client = applied(scene.client, {("tasks.csv", subject, column): value})
    prices = TaskPrices(client, client.task(subject), drawn(scene, DRAWS), configuration)
    draws = prices.draws_today
    return float(draws.own(draws.monthly).mean())


def _between(gap: Callable[[float], float], low: float, high: float, at_low: float) -> float:
    """Where the gap is nought, by halving the step on the log scale."""
    for _ in range(HALVINGS):
        middle = 10 ** ((log10(low) + log10(high)) / 2)
        if gap(middle) * at_low > 0:
            low = middle
        else:
            high = middle
    return float(10 ** ((log10(low) + log10(high)) / 2))
