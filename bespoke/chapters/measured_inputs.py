"""What the evaluation measured, task by task, for the chapters that take quality, tokens and latency from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bespoke.evaluation.result import MeasuredTask

if TYPE_CHECKING:
    from bespoke.chapters.evaluation import Evaluation


def measured_tasks(evaluation: Evaluation | None) -> Mapping[str, MeasuredTask]:
    """The measured systems of every task that has cases, by task_id; none without the chapter."""
    return evaluation.measured() if evaluation is not None else {}
