"""Advice: from the situation of a task to a plan with decision points.

evidence and situation (what is known, and how well) -> candidates (what could be done) -> feasibility and serving
(where, under which conditions) -> quality and worth (what it would do, what that is worth) -> decide (the plan).
Rules are tables: bespoke/facts/tables/{routes,gates,remedies,effects,places,thresholds}.yaml.
docs/advice.md works one task by hand.
"""

from bespoke.advice.candidates import Configuration
from bespoke.advice.decide import decide
from bespoke.advice.gates import GateOutcome, evaluate_gates
from bespoke.advice.plan import AdvicePlan, MoneyRange, Step
from bespoke.advice.routes import routes

__all__ = [
    "AdvicePlan",
    "Configuration",
    "GateOutcome",
    "MoneyRange",
    "Step",
    "decide",
    "evaluate_gates",
    "routes",
]
