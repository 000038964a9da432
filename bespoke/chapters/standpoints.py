"""The advice of a report as standpoints that can be compared: what it followed from, task by task."""

from __future__ import annotations

from bespoke.advice import feasibility
from bespoke.advice.compare_advice import Standpoint, compare
from bespoke.advice.flips import PricesAt
from bespoke.advice.situation import Situation
from bespoke.chapters.cost_model.compute import inputs_of
from bespoke.chapters.cost_model.inputs import Inputs
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.chapters.recommendation import Recommendation
from bespoke.clients.schema import Client
from bespoke.facts.reader import Facts


def causes(client: Client, old: Recommendation, new: Recommendation) -> dict[str, tuple[str, ...]]:
    """By task, what the advice differs by reason of, in the words of a report; nothing for those that stayed."""
    before, after = standpoints(client, old), standpoints(client, new)
    return {
        task_id: found.because
        for task_id, one in after.items()
        if task_id in before and (found := compare(before[task_id], one)).differences
    }


def standpoints(client: Client, advice: Recommendation) -> dict[str, Standpoint]:
    """Prices are those of the client's present folder on the advice's day, at the volume that the advice saw."""
    thresholds = dict(client.engagement.thresholds)
    facts = Facts(advice.as_of, thresholds)
    inputs = inputs_of(client, facts)
    found = {}
    for task in advice.tasks:
        prices = _prices(client, task.situation, inputs)
        if prices is not None:
            found[task.task_id] = Standpoint(advice.as_of, task.situation, prices, thresholds, task.live_p80)
    return found


def _prices(client: Client, situation: Situation, inputs: Inputs) -> PricesAt | None:
    """The prices of a task as the situation has it; None where the client no longer has the task."""
    task = next((t for t in client.tasks if t.task_id == situation.task_id), None)
    if task is None:
        return None
    task = task.model_copy(update={"requests_per_day": situation.requests_per_day, "model": situation.model})
    return TaskPrices(client, task, inputs, feasibility.as_it_runs(situation)).at_volume
