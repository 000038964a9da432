"""From a ranking of codes to a decided set: the rule is chosen on training notes only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Protocol

import numpy as np

from bespoke.clients.schema import Note
from bespoke.facts.icd10 import normalised
from bespoke.results import Part

Ranked = tuple[tuple[str, float], ...]  # codes with their scores, best first

DEPTH = 50  # codes a system ranks per note
FOLDS = 4
ONE_FOLD = 2000  # training notes of which one fold is enough to choose a rule on
_MOST = (*range(1, 16), 20, 25, 30)


class Rung(Protocol):
    """A system that ranks codes for notes, best first, at most DEPTH a note."""

    def rank(self, notes: Sequence[Note]) -> list[Ranked]: ...


class Decision(Part):
    """Which of the ranked codes are the answer: the first `most` of those that score at least `least`."""

    most: int = DEPTH
    least: float = 0.0

    def codes(self, ranked: Ranked) -> tuple[str, ...]:
        return tuple(code for code, score in ranked[: self.most] if score >= self.least)


def choose_decision(fit: Callable[[Sequence[Note]], Rung], train: Sequence[Note], seed: int) -> Decision:
    """The rule with the best micro-F1 on training notes that the rung had not learnt from.

    Cross-validated over FOLDS folds that keep notes of one group together, of more than ONE_FOLD notes on the first
    fold alone; all counts and thresholds compete.
    """
    ranked: dict[str, Ranked] = {}
    for fold in folds(train, seed)[: 1 if len(train) > ONE_FOLD else FOLDS]:
        held_out = {note.id for note in fold}
        rung = fit([note for note in train if note.id not in held_out])
        ranked.update(zip((note.id for note in fold), rung.rank(fold), strict=True))
    asked = [note for note in train if note.id in ranked]
    return best_decision([ranked[note.id] for note in asked], [gold_codes(note) for note in asked])


def deciding(train: Sequence[Note], seed: int) -> Sequence[Note]:
    """The training notes a rule is chosen on where nothing is learnt from the others: all, or of many one fold."""
    return folds(train, seed)[0] if len(train) > ONE_FOLD else train


def folds(notes: Sequence[Note], seed: int) -> list[list[Note]]:
    """The notes in FOLDS parts of about equal size, whole groups together; fewer parts for fewer groups."""
    groups = sorted({group_of(note) for note in notes})
    order = np.random.default_rng(seed).permutation(len(groups))
    part = {groups[g]: i % min(FOLDS, len(groups)) for i, g in enumerate(order)}
    return [[n for n in notes if part[group_of(n)] == k] for k in range(min(FOLDS, len(groups)))]


def best_decision(ranked: Sequence[Ranked], gold: Sequence[frozenset[str]]) -> Decision:
    """The count or threshold with the highest micro-F1; the first of equals, counts before thresholds."""
    total = sum(map(len, gold))
    hits = np.zeros(DEPTH + 1)
    sizes = np.zeros(DEPTH + 1)
    scored: list[tuple[float, bool]] = []
    for answer, truth in zip(ranked, gold, strict=True):
        right = [code in truth for code, _ in answer]
        found = [0, *accumulate(map(int, right))]
        hits += [found[min(k, len(answer))] for k in range(DEPTH + 1)]
        sizes += [min(k, len(answer)) for k in range(DEPTH + 1)]
        scored.extend((score, code in truth) for code, score in answer)
    rules = [(_f1(hits[k], sizes[k], total), Decision(most=k)) for k in _MOST]
    scored.sort(key=lambda pair: -pair[0])
    found_so_far = 0
    for size, (score, ok) in enumerate(scored, start=1):
        found_so_far += ok
        if size == len(scored) or scored[size][0] < score:  # a threshold cannot split equal scores
            rules.append((_f1(found_so_far, size, total), Decision(least=score)))
    return max(rules, key=lambda rule: rule[0])[1]


def gold_codes(note: Note) -> frozenset[str]:
    return frozenset(map(comparable_code, note.gold.diagnosis_icd10))


def group_of(note: Note) -> str:
    """The cluster a note belongs to: its patient or article where named, else itself."""
    return f"group {note.group}" if note.group else f"note {note.id}"


def comparable_code(code: str) -> str:
    """`e11.65` and `E1165 ` are the same code; nothing else is changed."""
    return normalised(code)


def _f1(hits: float, predicted: float, gold: int) -> float:
    return 2 * hits / (predicted + gold) if predicted + gold else 0.0
