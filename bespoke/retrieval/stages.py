"""The stages that nominate codes for a note: whole sentences, mentions, dense vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bespoke.chapters.icd10_evaluation.comparable_words import comparable_words
from bespoke.chapters.icd10_evaluation.lexical import LexicalRetrieval, best_of_each
from bespoke.clients.schema import Note
from bespoke.facts.icd10 import CodeSet
from bespoke.retrieval.abbreviations import written_out
from bespoke.retrieval.candidate_features import StageCandidates, evidence
from bespoke.retrieval.chunks import Chunk, chunks
from bespoke.retrieval.dense import DenseIndex
from bespoke.retrieval.fusion import fused

DEPTH = 200  # codes a stage ranks per note
_PER_CHUNK = 8  # codes a chunk nominates: more drown the note's other mentions


@dataclass(frozen=True)
class Nominated:
    """The candidates of one note: each stage's ranking, best first, their fused order, and what speaks for each.

    `evidence` has a row for every code of `order`, as bespoke.retrieval.candidate_features describes it.
    """

    rankings: dict[str, list[str]]
    order: list[str]
    evidence: NDArray[np.float64]


class Stages:
    """Looks notes up in the code set by every means at hand."""

    def __init__(self, codes: CodeSet, dense: DenseIndex | None) -> None:
        self.lexical, self.dense = LexicalRetrieval(codes), dense
        self.index = self.lexical.index
        self.names = ("sentences", "mentions", *(("dense",) if dense else ()))

    def nominate(self, notes: Sequence[Note]) -> list[Nominated]:
        """One entry per note, in their order."""
        pieces = [chunks(note.text) for note in notes]
        flat = [chunk for note_pieces in pieces for chunk in note_pieces]
        owner = np.repeat(np.arange(len(notes)), [len(note_pieces) for note_pieces in pieces])
        stages = [self._by_sentence(notes), self._by_mention(flat, owner)]
        if self.dense:
            stages.append(self._by_vector(flat, owner, self.dense))
        rankings = [found.ranked(len(notes), DEPTH) for found in stages]
        orders = [fused(of_note) for of_note in zip(*rankings, strict=True)]
        rows = evidence(self.index, flat, stages, orders, DEPTH)
        ends = np.cumsum([0, *map(len, orders)])
        named = [[self._named(ranking) for ranking in of_note] for of_note in zip(*rankings, strict=True)]
        return [
            Nominated(dict(zip(self.names, of_note, strict=True)), self._named(order), rows[start:end])
            for of_note, order, (start, end) in zip(named, orders, pairwise(ends.tolist()), strict=True)
        ]

    def _by_sentence(self, notes: Sequence[Note]) -> StageCandidates:
        whole = self.lexical.rank(notes)
        owner = np.repeat(np.arange(len(notes)), [*map(len, whole)])
        code = np.array([self._number[code] for ranked in whole for code, _ in ranked], dtype=np.intp)
        score = np.array([score for ranked in whole for _, score in ranked], dtype=float)
        order = np.lexsort((code, -score, owner))
        nothing = np.zeros(len(order), dtype=np.intp)
        return StageCandidates(owner[order], code[order], score[order], nothing - 1, nothing)

    def _by_mention(self, pieces: Sequence[Chunk], owner: NDArray[np.intp]) -> StageCandidates:
        """All pieces of all notes at once."""
        words = [comparable_words(written_out(chunk.text)) for chunk in pieces]
        codes, scores = self.index.nominate(words, _PER_CHUNK)
        # Long sentences reach high sums with scattered words; a short mention that fits should win.
        damped = scores / np.sqrt([[1 + len(said)] for said in words]).reshape(-1, 1)
        piece, place = np.nonzero(codes >= 0)
        return _best(owner, piece, codes[piece, place], damped[piece, place])

    def _by_vector(
        self, pieces: Sequence[Chunk], owner: NDArray[np.intp], dense: DenseIndex
    ) -> StageCandidates:
        """All pieces of all notes at once: a model is quickest with many texts of like length."""
        piece, code, score = dense.nominate([chunk.text for chunk in pieces], _PER_CHUNK)
        return _best(owner, piece, code, score)

    def _named(self, numbers: Sequence[int]) -> list[str]:
        return [self.index.names[number] for number in numbers]

    @cached_property
    def _number(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.index.names)}


def _best(
    owner: NDArray[np.intp], piece: NDArray[np.intp], code: NDArray[Any], score: NDArray[np.float64]
) -> StageCandidates:
    """What all pieces nominated; a note's code keeps its best score and the piece it came from."""
    best, often = best_of_each(owner[piece], code, score)
    return StageCandidates(owner[piece[best]], code[best], score[best], piece[best], often)
