"""What this chapter calls a task."""

from __future__ import annotations

from bespoke.chapters.failure_modes import FailureModes


def task_name(result: FailureModes, task: str) -> str:
    return result.task_names.get(task, task)
