"""Retrieval over the code set: chunks of a note, lexical and dense candidates, fusion, reranking."""

from bespoke.retrieval.search import CandidateSearch

__all__ = ["CandidateSearch"]
