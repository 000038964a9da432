"""What speaks for each candidate, as numbers: the columns that a reranker weighs.

Reciprocal rank in every stage | score in every stage | share of the mention's words in the description | share of
the description's words in the mention | whether the mention is denied or doubted | whether it stands under each of
SECTIONS | log of one more than the pieces that nominated the code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log1p

import numpy as np
from numpy.typing import NDArray

from bespoke.chapters.icd10_evaluation.comparable_words import CUES, comparable_words, words_of
from bespoke.chapters.icd10_evaluation.descriptions import Descriptions
from bespoke.chapters.icd10_evaluation.lexical import places
from bespoke.retrieval.chunks import Chunk
from bespoke.retrieval.fusion import CONSTANT

SECTIONS = ("assessment", "plan", "findings", "history")

Numbers = NDArray[np.intp]


@dataclass(frozen=True)
class StageCandidates:
    """What one stage found in many notes: note by note its codes, the best first; all arrays are as long."""

    owner: Numbers  # the note
    code: Numbers
    score: NDArray[np.float64]
    piece: Numbers  # the piece of the note that scored the code best; -1 where whole notes are looked up
    often: Numbers  # pieces that nominated the code

    def ranked(self, notes: int, depth: int) -> list[list[int]]:
        """Each note's first `depth` codes."""
        starts = np.searchsorted(self.owner, np.arange(notes + 1)).tolist()
        codes = self.code.tolist()
        return [codes[start : min(end, start + depth)] for start, end in pairwise(starts)]


def evidence(
    index: Descriptions,
    pieces: Sequence[Chunk],
    stages: Sequence[StageCandidates],
    orders: Sequence[Sequence[int]],
    depth: int,
) -> NDArray[np.float64]:
    """One row for every candidate of `orders`, note by note.

    `pieces` are those of all notes, `depth` says how many codes a stage ranks.
    """
    codes = len(index.names)
    numbers = np.array([number for order in orders for number in order], dtype=np.intp)
    candidates = np.repeat(np.arange(len(orders)), [*map(len, orders)]) * codes + numbers
    ranks, scores = np.zeros((2, len(candidates), len(stages)))
    piece, often = np.full(len(candidates), -1), np.zeros(len(candidates), dtype=np.intp)
    for i, found in enumerate(stages):
        these = found.owner * codes + found.code
        _, row, at = np.intersect1d(candidates, these, assume_unique=True, return_indices=True)
        place = places(found.owner)[at]
        ranks[row, i] = np.where(place <= depth, 1 / (CONSTANT + place), 0.0)
        scores[row, i] = found.score[at]
        piece[row] = np.where(found.piece[at] >= 0, found.piece[at], piece[row])
        often[row] += found.often[at]
    section = np.array([*(_section(chunk) for chunk in pieces), -1])[piece]
    logs = np.array([log1p(n) for n in range(1 + often.max(initial=0))])
    return np.column_stack(
        [
            ranks,
            scores,
            _agreement(index, pieces, piece, numbers),
            section[:, None] == np.arange(len(SECTIONS)),
            logs[often],
        ]
    )


def _section(chunk: Chunk) -> int:
    return SECTIONS.index(chunk.section) if chunk.section in SECTIONS else -1


def _agreement(
    index: Descriptions, pieces: Sequence[Chunk], piece: Numbers, code: Numbers
) -> NDArray[np.float64]:
    """Share of the mention's words in the description, of the description's in the mention, and whether the
    mention is denied; zeros for a code without a piece."""
    rows = np.flatnonzero(piece >= 0)
    at, of = piece[rows], code[rows]
    words = [comparable_words(chunk.text) for chunk in pieces]
    both = index.shared(words, at, of)
    said = np.array([len(set(those)) or 1 for those in words], dtype=float)
    described = np.maximum(1, np.diff(index.described.indptr))
    agreement = np.zeros((len(piece), 3))
    agreement[rows, 0], agreement[rows, 1] = both / said[at], both / described[of]
    cued = np.array([not CUES.isdisjoint(those) for those in words], dtype=bool)
    for row in rows[cued[at]].tolist():
        agreement[row, 2] = _is_denied(index, pieces[piece[row]].text, int(code[row]))
    return agreement


def _is_denied(index: Descriptions, text: str, code: int) -> bool:
    """Whether the first word of a mention that the description has, or its first word, is denied or doubted."""
    said, has = words_of(text), index.words_of(code)
    first = next((i for i, word in enumerate(said.words) if word in has), 0)
    return said.context(first, first + 1) != "asserted"
