"""What a split keeps in the same share on every side: the main label of an answer, else its length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bespoke.chapters.dataset_readiness.label_balance import LabelCounter
from bespoke.chapters.dataset_readiness.result import LabelField
from bespoke.facts.icd10 import Release, code_set

NONE = "no label"
LENGTHS = ("shortest quarter", "second quarter", "third quarter", "longest quarter")


@dataclass(frozen=True)
class Strata:
    """The stratum of each answer, in the order in which they were counted, and what strata are made of."""

    by: str
    of: tuple[str, ...]


def strata(counter: LabelCounter, fields: Sequence[LabelField], release: Release | None) -> Strata:
    """Strata by the most labelled field; codes by their chapter; without any label by quarters of length."""
    if not fields:
        return Strata("length of the answer", _quarters(counter.lengths))
    main = fields[0]
    firsts = counter.firsts(main.field)
    if not main.categories:
        return Strata(main.field, tuple(NONE if label is None else label for label in firsts))
    codes = code_set(release)
    chapters = {label: _chapter(codes.chapter(label)) for label in set(firsts) if label is not None}
    return Strata(f"chapter of {main.field}", tuple(chapters.get(label or "", NONE) for label in firsts))


def _chapter(number: str) -> str:
    return f"chapter {number}" if number else "no chapter"


def _quarters(lengths: Sequence[int]) -> tuple[str, ...]:
    if not len(lengths):
        return ()
    ends = np.quantile(np.asarray(lengths), (0.25, 0.5, 0.75), method="lower")
    return tuple(LENGTHS[place] for place in np.searchsorted(ends, np.asarray(lengths), side="left").tolist())
