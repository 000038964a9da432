"""Which share of a route's outputs is accepted, and where that number comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bespoke.clients.schema import Client, Task
from bespoke.facts.price_book import canonical, is_known
from bespoke.results import Part

if TYPE_CHECKING:
    from bespoke.chapters.icd10_evaluation import Icd10Evaluation

SAME_MODEL_SAME_PROMPT = ("as_is", "prompt_caching", "batch")  # these change the bill, not the answer


class MeasuredQuality(Part):
    """What an evaluation found for a task on a route, on the scale 0 to 1."""

    task_id: str
    route: str
    quality: float
    basis: str  # system, metric and number of cases, as the reader should see it


def accepted_share(
    task: Task, route: str, measured: Mapping[tuple[str, str], MeasuredQuality]
) -> tuple[float | None, str]:
    """The quality used for cost per accepted output. Nothing is claimed for a route nobody has measured."""
    found = measured.get((task.task_id, route))
    if found is None and route in SAME_MODEL_SAME_PROMPT:
        found = measured.get((task.task_id, "as_is"))
    if found is not None:
        return found.quality, found.basis
    if route in SAME_MODEL_SAME_PROMPT and task.current_quality is not None:
        return task.current_quality, f"the client's current {task.metric}, same model and prompt"
    return None, "not measured for this route"


def measured_by(evaluation: Icd10Evaluation | None, client: Client) -> dict[tuple[str, str], MeasuredQuality]:
    """The share of notes an evaluated system codes exactly right, for the one extraction task it belongs to.

    A recorded system counts as today's route when it ran on the task's own model; with several extraction
    tasks nobody can say whose notes they were, and nothing is taken over.
    """
    extractions = [task for task in client.tasks if task.kind == "extraction"]
    if evaluation is None or len(extractions) != 1:
        return {}
    task = extractions[0]
    for system in evaluation.ran:
        model = system.consumption.model if system.consumption and system.kind == "recorded" else None
        if model and is_known(model) and canonical(model) == canonical(task.model) and system.accepted:
            basis = f"evaluation: {system.name}, every code of a note right, {evaluation.notes} notes"
            share = system.accepted.estimate
            found = MeasuredQuality(task_id=task.task_id, route="as_is", quality=share, basis=basis)
            return {(task.task_id, "as_is"): found}
    return {}
