"""One label of several, or several of many."""

from bespoke.scorers.label.scorer import LabelScorer

__all__ = ["SCORER"]

SCORER = LabelScorer()
