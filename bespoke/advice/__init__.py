"""Gates and routes: which routes are open to a task as of a date, and which comes first.

The rules are tables (bespoke/facts/tables/{stages.csv,routes,gates,remedies}.yaml); this room evaluates them
and records every rule it looked at.
"""

from bespoke.advice.case import Case, GapState, build_case
from bespoke.advice.decide import Advice, ClosedRoute, decide
from bespoke.advice.flips import Flip, flip_points
from bespoke.advice.gates import GateOutcome, evaluate_gates
from bespoke.advice.routes import Remedy, Route, remedies, routes
from bespoke.advice.stages import Rule, RuleOutcome, rules, stage_of

__all__ = [
    "Advice",
    "Case",
    "ClosedRoute",
    "Flip",
    "GapState",
    "GateOutcome",
    "Remedy",
    "Route",
    "Rule",
    "RuleOutcome",
    "build_case",
    "decide",
    "evaluate_gates",
    "flip_points",
    "remedies",
    "routes",
    "rules",
    "stage_of",
]
