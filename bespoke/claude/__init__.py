"""Calls to models: strategies, request journal, budget, batches. Hands back plain predictions.

Names are imported when they are first asked for: the command line must not pay for what it does not use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bespoke.claude.budget.run_summary import EvaluationSummary, StrategySummary
    from bespoke.claude.evaluate_client import evaluate
    from bespoke.claude.requests.strategies import STRATEGIES, Strategy
    from bespoke.claude.retry.retry_policy import RetryPolicy

__all__ = ["STRATEGIES", "EvaluationSummary", "RetryPolicy", "Strategy", "StrategySummary", "evaluate"]

_HOME = {
    "evaluate": "evaluate_client",
    "RetryPolicy": "retry.retry_policy",
    "STRATEGIES": "requests.strategies",
    "Strategy": "requests.strategies",
    "EvaluationSummary": "budget.run_summary",
    "StrategySummary": "budget.run_summary",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"bespoke.claude.{_HOME[name]}"), name)
