"""Free text by a rubric: what can be checked by rule, then what people and a judge say."""

from bespoke.scorers.rubric.scorer import RubricScorer

SCORER = RubricScorer()
