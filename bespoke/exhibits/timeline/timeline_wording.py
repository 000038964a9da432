"""What this chapter calls its plans and phases."""

from __future__ import annotations

from collections.abc import Mapping

from bespoke.chapters.timeline import PhaseTimeline, PlanTimeline, Timeline


def phase_name(phase: PhaseTimeline) -> str:
    return phase.title + (" (if needed)" if phase.if_needed else "")


def task_names(timeline: Timeline) -> Mapping[str, str]:
    """Task id -> name; "" is what is done once for all tasks."""
    return {"": "All tasks"} | {test.task_id: test.name or test.task_id for test in timeline.ab_tests}


def full_name(phase: PhaseTimeline, timeline: Timeline) -> str:
    """With its task, where there is more than one."""
    several = phase.task_id and len(timeline.plans) > 1
    return f"{phase_name(phase)}, {task_names(timeline)[phase.task_id]}" if several else phase_name(phase)


def plan_name(plan: PlanTimeline) -> str:
    if plan.name == "engagement":
        return "Whole engagement"
    return plan.name if plan.phases else f"{plan.name} (nothing changes)"
