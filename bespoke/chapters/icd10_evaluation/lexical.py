"""Lexical retrieval: the words of each sentence of a note against the descriptions of all billable codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bespoke.chapters.icd10_evaluation.comparable_words import comparable_words
from bespoke.chapters.icd10_evaluation.decision import DEPTH, Ranked
from bespoke.chapters.icd10_evaluation.descriptions import descriptions
from bespoke.clients.schema import Note
from bespoke.facts.icd10 import CodeSet, code_set

_SENTENCE = re.compile(r"[.;:\n\r]+(?=\s|$)|[\n\r]+")


class LexicalRetrieval:
    """BM25 over descriptions and inclusion terms. Learns nothing; a code scores its best sentence of the note."""

    def __init__(self, codes: CodeSet | None = None) -> None:
        self.index = descriptions(codes or code_set())

    def rank(self, notes: Sequence[Note]) -> list[Ranked]:
        known = self.index.ranked
        new = [text for text in dict.fromkeys(note.text for note in notes) if text not in known]
        known.update(zip(new, self._rank(new), strict=True))
        return [known[note.text] for note in notes]

    def _rank(self, texts: Sequence[str]) -> list[Ranked]:
        sentences = [_sentences(text) for text in texts]
        codes, scores = self.index.nominate([words for parts in sentences for words in parts])
        owner = np.repeat(np.arange(len(texts)), [len(parts) for parts in sentences])
        row, column = np.nonzero(codes >= 0)
        owner, code, score = owner[row], codes[row, column], scores[row, column].astype(float)
        best, _ = best_of_each(owner, code, score)
        best = best[places(owner[best]) <= DEPTH]
        names = [self.index.names[number] for number in code[best].tolist()]
        values = [round(value, 6) for value in score[best].tolist()]
        ends = np.searchsorted(owner[best], np.arange(len(texts) + 1)).tolist()
        ranked = [*zip(names, values, strict=True)]
        return [tuple(ranked[start:end]) for start, end in pairwise(ends)]


def places(owner: NDArray[np.intp]) -> NDArray[np.intp]:
    """The place of each entry among those of its owner, from 1; owners stand together, in ascending order."""
    return np.arange(len(owner)) - np.searchsorted(owner, owner) + 1


def best_of_each(
    owner: NDArray[np.intp], code: NDArray[Any], score: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where every owner scores each of its codes best, and how often it scores it at all.

    Owner by owner, the best score first, the lower code first where scores tie. Of equal scores for the same code
    the first counts.
    """
    group = owner * (1 + code.max(initial=0)) + code
    order = np.argsort(group, kind="stable")
    group, ordered = group[order], score[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    often = np.diff(starts, append=len(order))
    if not len(starts):
        return order, often
    highest = np.flatnonzero(ordered == np.repeat(np.maximum.reduceat(ordered, starts), often))
    best = order[highest[np.searchsorted(highest, starts)]]
    owners = np.flatnonzero(np.diff(owner[best], prepend=-1)).tolist()
    again = [a + np.argsort(-score[best[a:b]], kind="stable") for a, b in pairwise([*owners, len(best)])]
    return best[np.concatenate(again)], often[np.concatenate(again)]


def _sentences(text: str) -> list[tuple[str, ...]]:
    return [words for part in _SENTENCE.split(text) if (words := comparable_words(part))]
