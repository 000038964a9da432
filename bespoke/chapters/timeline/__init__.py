"""How long the work takes: a network of phases, simulated, on the client's working calendar."""

from bespoke.chapters.timeline.compute import DEFAULT_PHASES, compute
from bespoke.chapters.timeline.result import (
    ABTest,
    Action,
    CurvePoint,
    FinishDates,
    PhaseTimeline,
    PlanTimeline,
    Timeline,
    WithinWeeks,
)

__all__ = [
    "DEFAULT_PHASES",
    "ABTest",
    "Action",
    "CurvePoint",
    "FinishDates",
    "PhaseTimeline",
    "PlanTimeline",
    "Timeline",
    "WithinWeeks",
    "compute",
]
