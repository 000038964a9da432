"""The stages that nominate codes for a note: whole sentences, mentions, dense vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bespoke.chapters.icd10_evaluation.lexical import LexicalRetrieval
from bespoke.chapters.icd10_evaluation.surface import words_of
from bespoke.clients.schema import Note
from bespoke.retrieval.chunks import Chunk, chunks
from bespoke.retrieval.dense import DenseIndex

DEPTH = 200  # codes a stage ranks per note
_PER_CHUNK = 8  # codes a chunk nominates: more drown the note's other mentions


@dataclass
class Nomination:
    """Why a code is a candidate: its best score in each stage, and the chunk that scored it best."""

    scores: dict[str, float] = field(default_factory=dict)
    chunk: Chunk | None = None
    chunks: int = 0  # how many pieces of the note nominated it


@dataclass(frozen=True)
class Nominated:
    """All candidates of one note and each stage's ranking of them, best first."""

    codes: dict[str, Nomination]
    rankings: dict[str, list[str]]


class Stages:
    """Looks notes up in the code set by every means at hand."""

    def __init__(self, lexical: LexicalRetrieval, dense: DenseIndex | None) -> None:
        self.lexical, self.dense = lexical, dense
        self.names = ("sentences", "mentions", *(("dense",) if dense else ()))

    def nominate(self, notes: Sequence[Note]) -> list[Nominated]:
        """One entry per note, in their order."""
        whole = self.lexical.rank(notes)
        pieces = [chunks(note.text) for note in notes]
        found: list[dict[str, Nomination]] = [{} for _ in notes]
        for known, ranked in zip(found, whole, strict=True):
            for code, score in ranked:
                known.setdefault(code, Nomination()).scores["sentences"] = score
        self._by_mention(pieces, found)
        if self.dense:
            self._by_vector(pieces, found)
        return [Nominated(known, {name: _ranking(known, name) for name in self.names}) for known in found]

    def _by_mention(self, pieces: Sequence[Sequence[Chunk]], found: list[dict[str, Nomination]]) -> None:
        for known, note_chunks in zip(found, pieces, strict=True):
            words = [words_of(chunk.text).words for chunk in note_chunks]
            query, code, score = self.lexical.index.nominate(words)
            # Long sentences reach high sums with scattered words; a short mention that fits should win.
            damped = score / np.sqrt([1 + len(words[q]) for q in query.tolist()])
            _keep(known, "mentions", note_chunks, self.lexical.index.names, query, code, damped)

    def _by_vector(self, pieces: Sequence[Sequence[Chunk]], found: list[dict[str, Nomination]]) -> None:
        """All chunks of all notes at once: a model is quickest with many texts of like length."""
        assert self.dense is not None
        texts = [chunk.text for note_chunks in pieces for chunk in note_chunks]
        query, code, score = self.dense.nominate(texts, _PER_CHUNK)
        start = 0
        for known, note_chunks in zip(found, pieces, strict=True):
            here = (query >= start) & (query < start + len(note_chunks))
            _keep(known, "dense", note_chunks, self.dense.names, query[here] - start, code[here], score[here])
            start += len(note_chunks)


def _keep(
    known: dict[str, Nomination],
    stage: str,
    note_chunks: Sequence[Chunk],
    names: Sequence[str],
    query: Any,
    code: Any,
    score: Any,
) -> None:
    """Takes in each chunk's best codes; a code keeps its best score and the chunk it came from."""
    order = np.lexsort((code, -score, query))
    place, last = 0, -1
    for i in order.tolist():
        place = place + 1 if query[i] == last else 1
        last = int(query[i])
        if place > _PER_CHUNK:
            continue
        nomination = known.setdefault(names[int(code[i])], Nomination())
        nomination.chunks += 1
        value = float(score[i])
        if value > nomination.scores.get(stage, 0.0):
            nomination.scores[stage] = value
            nomination.chunk = note_chunks[last]


def _ranking(known: dict[str, Nomination], stage: str) -> list[str]:
    held = [(-n.scores[stage], code) for code, n in known.items() if stage in n.scores]
    return [code for _, code in sorted(held)[:DEPTH]]
