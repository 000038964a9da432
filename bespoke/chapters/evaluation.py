"""The evaluation: how well each task is done, by which system, and how far the client's own cases can tell."""

from __future__ import annotations

from typing import ClassVar

from bespoke.clients.schema import Client
from bespoke.evaluation.evaluate import evaluate_task
from bespoke.evaluation.measured import MeasuredTask
from bespoke.evaluation.result import TaskEvaluation
from bespoke.facts.reader import Facts
from bespoke.results import Part, Result
from bespoke.scorers import find


class Unmeasured(Part):
    """A task without cases: its quality is what somebody says."""

    task_id: str
    name: str
    declared_quality: float | None


class Evaluation(Result):
    """Every task that has cases, in the order of tasks.csv."""

    version: ClassVar[int] = 1

    tasks: tuple[TaskEvaluation, ...]
    without: tuple[Unmeasured, ...]
    flips: int
    seed: int

    def measured(self) -> dict[str, MeasuredTask]:
        """What the other chapters take, by task_id."""
        return {task.task_id: task.measured() for task in self.tasks}


def compute(client: Client, facts: Facts, *, flips: int = 20_000, seed: int = 20261120) -> Evaluation | None:
    """Scores every system of every task with cases; None where no task has any."""
    if not client.evaluated:
        return None
    order = [task.task_id for task in client.tasks]
    tasks = sorted(
        client.evaluated, key=lambda t: order.index(t.task_id) if t.task_id in order else len(order)
    )
    found = tuple(
        evaluate_task(task, find(task.setup.scorer), client, facts, flips=flips, seed=seed) for task in tasks
    )
    measured = {task.task_id for task in found}
    return Evaluation(
        tasks=found,
        without=tuple(
            Unmeasured(task_id=t.task_id, name=t.name, declared_quality=t.current_quality)
            for t in client.tasks
            if t.task_id not in measured
        ),
        flips=flips,
        seed=seed,
        facts_used=tuple(sorted(facts.used)),
    )
