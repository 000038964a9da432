"""Which share of a route's outputs is accepted, and where that number comes from."""

from __future__ import annotations

from collections.abc import Mapping

from bespoke.advice.candidates import Configuration
from bespoke.chapters.cost_model.route_calls import SAME_MODEL_SAME_PROMPT
from bespoke.clients.schema import Task
from bespoke.evaluation.result import MeasuredTask
from bespoke.facts.price_book import canonical, is_known

Quality = Mapping[str, MeasuredTask]  # by task_id


def accepted_share(task: Task, configuration: Configuration, measured: Quality) -> tuple[float | None, str]:
    """The share of outputs that are right as a whole, on the scale 0 to 1, for cost per accepted output.

    What was measured for the route's own strategy; for routes that change neither model nor prompt, what was
    measured for the system in use, else the client's current quality. Nothing is claimed for what nobody measured, and
    nothing that was measured on one model of another.
    """
    route, found = configuration.route, measured.get(task.task_id)
    system = None
    if found is not None:
        same = route in SAME_MODEL_SAME_PROMPT
        system = found.in_use if same else next((s for s in found.systems if s.strategy == route), None)
    if system is not None and not _same_model(system.model, configuration.model):
        return None, f"not measured on {configuration.model}"
    if system is not None:
        share = system.accepted or system.quality
        return share.estimate, f"evaluation: {system.system}, right as a whole, {system.cases} cases"
    if route in SAME_MODEL_SAME_PROMPT and task.current_quality is not None:
        return task.current_quality, f"the client's current {task.metric}, same model and prompt"
    return None, "not measured for this route"


def _same_model(measured: str | None, priced: str) -> bool:
    """Whether a measurement holds for the model that is priced; one that names no model is of the one in use."""
    if measured is None or not (is_known(measured) and is_known(priced)):
        return True
    return canonical(measured) == canonical(priced)
