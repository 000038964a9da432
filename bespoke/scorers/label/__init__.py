"""One label of several, or several of many."""

from bespoke.scorers.label.scorer import LabelScorer

SCORER = LabelScorer()
