"""All tasks at once: the total bill in the folder and as explored, as it runs and with what keeps the same answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bespoke.advice import feasibility
from bespoke.advice.situation import Situation
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.exhibits.cost_model.cost_wording import LEVERS
from bespoke.explore.draws import drawn
from bespoke.explore.explored_state import ExploredState
from bespoke.show.blocks import Column, Table, columns
from bespoke.show.numbers import currency

ALL = "All tasks"


@dataclass(frozen=True)
class Bill:
    """Of one task: expected amounts a month in the engagement's currency."""

    today: float
    same_answers: float  # with caching and batches wherever they pay
    levers: tuple[str, ...]


def bills(scene: ExploredState, found: Mapping[str, Situation], draws: int) -> dict[str, Bill]:
    """The bill of every task, by task_id."""
    return {task_id: _bill(scene, situation, draws) for task_id, situation in found.items()}


def _bill(scene: ExploredState, situation: Situation, draws: int) -> Bill:
    task, runs = scene.client.task(situation.task_id), feasibility.as_it_runs(situation)
    prices = TaskPrices(scene.client, task, drawn(scene, draws), runs)
    levered, levers = prices.levered()
    return Bill(prices.today().expected, levered.expected, levers)


def total_table(scene: ExploredState, before: Mapping[str, Bill], now: Mapping[str, Bill]) -> Table:
    """One row a task, and their sum."""
    rows = [
        (
            task.name, before[task.task_id].today, now[task.task_id].today,
            before[task.task_id].same_answers, now[task.task_id].same_answers,
            " and ".join(LEVERS[lever] for lever in now[task.task_id].levers) or None,
        )
        for task in scene.client.tasks
    ]  # fmt: skip
    was, are = list(before.values()), list(now.values())
    rows.append(
        (
            ALL, sum(b.today for b in was), sum(b.today for b in are), sum(b.same_answers for b in was),
            sum(b.same_answers for b in are), None,
        )
    )  # fmt: skip
    unit = f"{currency()} a month"
    return Table(
        label="tbl-explore-bill", caption="The total bill: every task as it runs, and with the same answers for less",
        columns=(
            Column(key="task", title="Task"),
            *columns("money", unit=unit, before="Today, in the folder", now="Today, explored"),
            Column(key="same_before", title="Same answers, in the folder", format="money", unit=unit),
            Column(key="same_now", title="Same answers, explored", format="money", unit=unit),
            Column(key="levers", title="With"),
        ),
        rows=tuple(rows),
        emphasis=tuple(n for n, row in enumerate(rows) if row[1] != row[2] or row[3] != row[4]),
        source="the cost chapter's own functions",
    )  # fmt: skip
