"""The plan of every task: situations and prices from the earlier chapters, then the advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bespoke.advice import AdvicePlan, decide, feasibility
from bespoke.advice.situation import Situation
from bespoke.chapters.cost_model.compute import DRAWS, inputs_of
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.chapters.measured_inputs import measured_tasks
from bespoke.chapters.situations import situations
from bespoke.clients.schema import Client, Task
from bespoke.facts.reader import Facts
from bespoke.results import Part
from bespoke.statistics.seed import SEED

if TYPE_CHECKING:
    from bespoke.chapters.cost_model.inputs import Inputs
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.evaluation import Evaluation
    from bespoke.chapters.failure_modes import FailureModes


class Advised(Part):
    """One task: the situation its plan rests on, and the plan."""

    situation: Situation
    plan: AdvicePlan

    @property
    def task_id(self) -> str:
        return self.plan.task_id


def advise(
    client: Client,
    facts: Facts,
    *,
    failures: FailureModes | None,
    dataset: DatasetReadiness | None,
    evaluation: Evaluation | None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[Advised, ...]:
    """The plan of every task, in the order of tasks.csv. The same draws as the cost chapter's give the same amounts."""
    measured = measured_tasks(evaluation)
    found = situations(client, facts, failures=failures, dataset=dataset, measured=measured)
    inputs = inputs_of(client, facts, draws, seed)
    return tuple(advised(client, task, found[task.task_id], facts, inputs) for task in client.tasks)


def advised(client: Client, task: Task, situation: Situation, facts: Facts, inputs: Inputs) -> Advised:
    """The plan of one task."""
    prices = TaskPrices(client, task, inputs, feasibility.as_it_runs(situation))
    return Advised(situation=situation, plan=decide(situation, facts, prices))
