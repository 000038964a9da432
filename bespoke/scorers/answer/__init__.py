"""Questions over documents."""

from bespoke.scorers.answer.scorer import AnswerScorer

SCORER = AnswerScorer()
