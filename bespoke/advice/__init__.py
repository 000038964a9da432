"""Advice: from the situation of a task to a plan with decision points.

evidence and situation (what is known, and how well) -> candidates (what could be done) -> feasibility and serving
(where, under which conditions) -> quality and worth (what it would do, what that is worth) -> decide (the plan).
Rules are tables: bespoke/facts/tables/{routes,gates,remedies,effects,places,thresholds}.yaml.
docs/advice.md works one task by hand.
"""

from bespoke.advice.candidates import Configuration, Intervention
from bespoke.advice.decide import decide
from bespoke.advice.gates import GateOutcome, evaluate_gates
from bespoke.advice.plan import AdvicePlan, MoneyRange, Prices, Step
from bespoke.advice.routes import Remedy, Route, remedies, remedy, routes
from bespoke.advice.situation import GapState, Situation

__all__ = [
    "AdvicePlan",
    "Configuration",
    "GapState",
    "GateOutcome",
    "Intervention",
    "MoneyRange",
    "Prices",
    "Remedy",
    "Route",
    "Situation",
    "Step",
    "decide",
    "evaluate_gates",
    "remedies",
    "remedy",
    "routes",
]
