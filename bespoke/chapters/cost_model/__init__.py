"""What each route costs a task: tokens, capacity, people and the whole life, as intervals."""

from bespoke.chapters.cost_model.compute import compute
from bespoke.chapters.cost_model.result import (
    Band,
    BreakEven,
    Component,
    CostModel,
    Curve,
    Driver,
    RouteCost,
    TaskCost,
    UnpricedRoute,
)

__all__ = [
    "Band",
    "BreakEven",
    "Component",
    "CostModel",
    "Curve",
    "Driver",
    "RouteCost",
    "TaskCost",
    "UnpricedRoute",
    "compute",
]
