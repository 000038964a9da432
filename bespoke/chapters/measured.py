"""What the evaluation chapters measured, task by task, for those who take quality, tokens and latency from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bespoke.clients.schema import Client
from bespoke.evaluation.measured import MeasuredSystem, MeasuredTask
from bespoke.facts.price_book import canonical, is_known

if TYPE_CHECKING:
    from bespoke.chapters.icd10_evaluation import Icd10Evaluation
    from bespoke.chapters.icd10_evaluation.result import Consumption, System


def measured_tasks(client: Client, icd10: Icd10Evaluation | None) -> Mapping[str, MeasuredTask]:
    """The measured systems of every task that has cases, by task_id.

    The notes of the ICD-10 evaluation belong to the one extraction task; with several nobody can say whose they were.
    """
    extractions = [task for task in client.tasks if task.kind == "extraction"]
    if icd10 is None or len(extractions) != 1:
        return {}
    task = extractions[0]
    model = canonical(task.model) if is_known(task.model) else task.model
    systems = tuple(
        _system(task.task_id, system, model, icd10.notes)
        for system in icd10.ran
        if system.kind == "recorded" and system.scores
    )
    if not systems:
        return {}
    return {
        task.task_id: MeasuredTask(
            task_id=task.task_id, metric="micro-F1", cases=icd10.notes, systems=systems
        )
    }


def _system(task_id: str, system: System, in_use: str, notes: int) -> MeasuredSystem:
    scores, consumption = system.scores, system.consumption
    assert scores is not None
    own = consumption.model if consumption and consumption.model else None
    n = consumption.requests if consumption and consumption.requests else 0
    return MeasuredSystem(
        task_id=task_id, system=system.name, model=own,
        in_use=own is not None and is_known(own) and canonical(own) == in_use,
        metric="micro-F1", quality=scores.micro_f1, accepted=scores.accepted, cases=notes, groups=notes,
        input_tokens=_mean(_read(consumption), n) if consumption else None,
        cache_read_tokens=_mean(consumption.cache_read_tokens, n) if consumption else None,
        output_tokens=_mean(consumption.output_tokens, n) if consumption else None,
        p50_ms=consumption.median_ms if consumption else None, p95_ms=consumption.p95_ms if consumption else None,
    )  # fmt: skip


def _read(consumption: Consumption) -> int:
    """Every token that went in."""
    return consumption.uncached_tokens + consumption.cache_read_tokens + consumption.cache_write_tokens


def _mean(total: int, n: int) -> float | None:
    return total / n if n else None
