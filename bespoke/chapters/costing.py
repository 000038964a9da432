"""Chapter 5 from the earlier chapters: the cost model, with the quality the evaluation measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bespoke.chapters import cost_model
from bespoke.chapters.cost_model import CostModel
from bespoke.chapters.cost_model.quality import MeasuredQuality
from bespoke.clients.schema import Client
from bespoke.facts.reader import Facts

if TYPE_CHECKING:
    from bespoke.chapters.icd10_evaluation import Icd10Evaluation

__all__ = ["CostModel", "compute", "measured_quality"]


def compute(
    client: Client,
    facts: Facts,
    *,
    evaluation: Icd10Evaluation | None,
    draws: int = 4_000,
    seed: int = 20261120,
) -> CostModel:
    """Cost per task and route; cost per accepted output rests on the recorded system where it was evaluated."""
    measured = measured_quality(client, evaluation)
    return cost_model.compute(client, facts, measured=measured, draws=draws, seed=seed)


def measured_quality(client: Client, evaluation: Icd10Evaluation | None) -> list[MeasuredQuality]:
    """The share of accepted notes of the system the client runs today, for its extraction task.

    Only an unambiguous case counts: one extraction task, and one recorded system.
    """
    tasks = [task for task in client.tasks if task.kind == "extraction"]
    recorded = [s for s in evaluation.systems if s.kind == "recorded"] if evaluation else []
    if evaluation is None or len(tasks) != 1 or len(recorded) != 1:
        return []
    system = recorded[0]
    if system.accepted is None:
        return []
    basis = f"{system.name}: notes with every code right, {evaluation.n} evaluated notes"
    return [
        MeasuredQuality(
            task_id=tasks[0].task_id, route="as_is", quality=system.accepted.estimate, basis=basis
        )
    ]
