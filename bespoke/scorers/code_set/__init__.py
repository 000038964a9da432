"""Codes of a code set, ICD-10-CM or another one by file."""

from bespoke.scorers.code_set.scorer import CodeSetScorer

SCORER = CodeSetScorer()
