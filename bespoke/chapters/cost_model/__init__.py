"""What each route costs a task: tokens, capacity, people and the whole life, as intervals."""

from bespoke.chapters.cost_model.compute import compute
from bespoke.chapters.cost_model.result import Band, BreakEven, CostModel, Curve, RouteCost, TaskCost

__all__ = ["Band", "BreakEven", "CostModel", "Curve", "RouteCost", "TaskCost", "compute"]
