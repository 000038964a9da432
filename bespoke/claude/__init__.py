"""Calls to models: strategies, request journal, budget, batches. Hands back plain predictions.

Names are imported when they are first asked for: the command line must not pay for what it does not use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bespoke.claude.entry import evaluate
    from bespoke.claude.patience import Patience
    from bespoke.claude.strategies import STRATEGIES, Strategy
    from bespoke.claude.summary import EvaluationSummary, StrategySummary

__all__ = ["STRATEGIES", "EvaluationSummary", "Patience", "Strategy", "StrategySummary", "evaluate"]

_HOME = {
    "evaluate": "entry",
    "Patience": "patience",
    "STRATEGIES": "strategies",
    "Strategy": "strategies",
    "EvaluationSummary": "summary",
    "StrategySummary": "summary",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"bespoke.claude.{_HOME[name]}"), name)
