"""Retrieval apart from generation: a poor retriever is why RAG is wrongly written off."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.chapters.icd10_evaluation.result import RecallAt, Retrieval, StageRecallShare
from bespoke.clients.schema import Note
from bespoke.facts.icd10 import CodeSet


def retrieval(train: Sequence[Note], notes: Sequence[Note], codes: CodeSet, *, seed: int) -> Retrieval:
    """Recall at k of every stage on the notes' gold codes, by the very search that the RAG rungs are handed.

    The reranker learns on training notes alone. Intervals resample whole groups of notes.
    """
    from bespoke.retrieval import CandidateSearch  # it builds on this chapter's lexical rung

    report = CandidateSearch(train, codes=codes).report(notes, seed=seed)
    return Retrieval(
        dense=report.dense,
        has_dense=report.has_dense,
        reranker_learnt=report.reranker_learnt,
        stages=tuple(
            StageRecallShare(stage=s.stage, at=tuple(RecallAt(k=k, recall=i) for k, i in s.recall))
            for s in report.stages
        ),
    )
