"""Calls to models: strategies, request journal, budget, batches. Hands back plain predictions."""

from bespoke.claude.evaluate import evaluate
from bespoke.claude.patience import Patience
from bespoke.claude.strategies import STRATEGIES, Strategy
from bespoke.claude.summary import EvaluationSummary, StrategySummary

__all__ = ["STRATEGIES", "EvaluationSummary", "Patience", "Strategy", "StrategySummary", "evaluate"]
