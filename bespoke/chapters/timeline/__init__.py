"""How long the work takes: a network of phases, simulated, on the client's working calendar."""

from bespoke.chapters.timeline.compute import DEFAULT_PHASES, compute
from bespoke.chapters.timeline.result import PhaseTimeline, PlanTimeline, Timeline

__all__ = ["DEFAULT_PHASES", "PhaseTimeline", "PlanTimeline", "Timeline", "compute"]
