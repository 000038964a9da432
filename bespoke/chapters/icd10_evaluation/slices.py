"""The same answers seen by kind of code: where a system is good and where it is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bespoke.chapters.icd10_evaluation.comparable_words import Context, words_of
from bespoke.chapters.icd10_evaluation.decision import comparable_code, gold_codes
from bespoke.chapters.icd10_evaluation.mentions import MentionDictionary
from bespoke.chapters.icd10_evaluation.result import Slice
from bespoke.chapters.icd10_evaluation.scores import CodeCounts, Sets, count
from bespoke.clients.schema import Note
from bespoke.facts.icd10 import CodeSet
from bespoke.statistics.clusters import Clusters

Dimension = Literal["chapter", "training", "symptom", "laterality", "seventh"]

_SIDE = re.compile(r"\b(right|left|bilateral)\b", re.IGNORECASE)
_SEVERITY: tuple[Context, ...] = ("asserted", "suspected", "negated")  # asserted anywhere is asserted

MENTIONS: dict[Context, str] = {
    "asserted": "Mention asserted", "suspected": "Mention in doubt", "negated": "Mention under a negation",
}  # fmt: skip


@dataclass(frozen=True)
class CodeKind:
    """A kind of code; precision is defined, since an answered code has the kind or not."""

    name: str
    dimension: Dimension
    holds: Callable[[str], bool]


def code_kinds(gold: Sets, train: Sequence[Note], release: CodeSet) -> list[CodeKind]:
    """The kinds that at least one gold code has."""
    seen = frozenset(code for note in train for code in gold_codes(note))
    chapters = sorted({release.chapter(code) for codes in gold for code in codes} - {""}, key=int)
    kinds = [_of_chapter(chapter, release) for chapter in chapters]
    if train:
        kinds += [
            CodeKind("Seen in training", "training", lambda code: code in seen),
            CodeKind("Not seen in training", "training", lambda code: code not in seen),
        ]
    kinds += [
        CodeKind("Symptom codes (R)", "symptom", lambda code: code.startswith("R")),
        CodeKind("Codes with a side", "laterality", lambda code: _sided(code, release)),
        CodeKind("Codes with a 7th character", "seventh", lambda code: len(code.replace(".", "")) == 7),
    ]
    return [kind for kind in kinds if any(kind.holds(code) for codes in gold for code in codes)]


def _of_chapter(chapter: str, release: CodeSet) -> CodeKind:
    return CodeKind(f"Chapter {chapter}", "chapter", lambda code: release.chapter(code) == chapter)


def count_kind(kind: CodeKind, gold: Sets, predicted: Sets) -> CodeCounts:
    """The usual counts with all other codes taken away from gold and answers."""
    held = {code for code in frozenset().union(*gold, *predicted) if kind.holds(code)}
    return count([codes & held for codes in gold], [codes & held for codes in predicted])


def by_code(kinds: Sequence[CodeKind], gold: Sets, predicted: Sets, clusters: Clusters) -> tuple[Slice, ...]:
    counts = [count_kind(kind, gold, predicted) for kind in kinds]
    return tuple(
        Slice(
            name=kind.name,
            dimension=kind.dimension,
            gold=int(c.gold.sum()),
            predicted=int(c.predicted.sum()),
            recall=clusters.interval(c.recall),
            precision=clusters.interval(c.precision) if c.predicted.any() else None,
            f1=clusters.interval(c.f1),
        )
        for kind, c in zip(kinds, counts, strict=True)
    )


@dataclass(frozen=True)
class MentionKind:
    """Per note the codes of one kind of mention: recall is defined, precision is not."""

    name: str
    dimension: Literal["mention", "decoy"]
    codes: Sets


def mention_kinds(notes: Sequence[Note], train: Sequence[Note]) -> list[MentionKind]:
    """Gold codes by how their evidence is worded, and decoys: codes that the note only denies.

    A decoy is a code that is not gold, whose form from the training evidence stands in the note, and only
    where it is denied; "recall" of decoys is the share wrongly answered.
    """
    contexts = [_contexts(note) for note in notes]
    kinds = [
        MentionKind(name, "mention", [frozenset(c for c, how in n.items() if how == key) for n in contexts])
        for key, name in MENTIONS.items()
    ]
    if any(note.evidence for note in train):
        kinds.append(MentionKind("Decoys: only denied in the note", "decoy", _decoys(notes, train)))
    return [kind for kind in kinds if any(kind.codes)]


def by_mention(kinds: Sequence[MentionKind], predicted: Sets, clusters: Clusters) -> tuple[Slice, ...]:
    found = [count(kind.codes, predicted) for kind in kinds]
    return tuple(
        Slice(
            name=kind.name,
            dimension=kind.dimension,
            gold=int(np.sum(c.gold)),
            predicted=None,
            recall=clusters.interval(c.recall),
            precision=None,
            f1=None,
        )
        for kind, c in zip(kinds, found, strict=True)
    )


def _sided(code: str, release: CodeSet) -> bool:
    entry = release.find(code)
    return entry is not None and bool(_SIDE.search(entry.description))


def _contexts(note: Note) -> dict[str, Context]:
    """Each gold code with evidence -> its most certain wording."""
    words = words_of(note.text)
    found: dict[str, Context] = {}
    gold = gold_codes(note)
    for evidence in note.evidence:
        code = comparable_code(evidence.code)
        inside = [i for i, start in enumerate(words.start) if evidence.start <= start < evidence.end]
        if code in gold and inside:
            how = words.context(inside[0], inside[-1] + 1)
            found[code] = min(how, found.get(code, how), key=_SEVERITY.index)
    return found


def _decoys(notes: Sequence[Note], train: Sequence[Note]) -> list[frozenset[str]]:
    dictionary = MentionDictionary(train)
    decoys = []
    for note in notes:
        seen: dict[str, set[Context]] = {}
        for form, context in dictionary.mentions(words_of(note.text)):
            seen.setdefault(dictionary.code[form], set()).add(context)
        denied = {code for code, contexts in seen.items() if contexts == {"negated"}}
        decoys.append(frozenset(denied) - gold_codes(note))
    return decoys
