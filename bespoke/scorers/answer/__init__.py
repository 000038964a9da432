"""Questions over documents."""

from bespoke.scorers.answer.scorer import AnswerScorer

__all__ = ["SCORER"]

SCORER = AnswerScorer()
