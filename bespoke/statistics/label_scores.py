"""Scores of labels as sums over cases: macro-F1, and one label's own F1."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import Any

import numpy as np

from bespoke.statistics.clusters import Array, Measure

Labels = Sequence[Hashable | Collection[Hashable] | None]


def macro_f1(gold: Labels, said: Labels) -> Measure:
    """Mean F1 over the labels of the gold, each the same; one label or a set of them per case.

    None among the gold: the case is not judged; among what was said: nothing came, which misses and claims nothing.
    An answered label that the gold never has costs nothing by itself, the case's own label is missed.
    """
    pairs = [(_set(g), _set(s)) for g, s in zip(gold, said, strict=True)]
    names = sorted({label for g, _ in pairs if g is not None for label in g}, key=str)
    place = {name: i for i, name in enumerate(names)}
    columns = np.zeros((len(pairs), 2 * len(names)))
    for row, (truth, answer) in enumerate(pairs):
        if truth is None:
            continue
        for label in truth:
            columns[row, 2 * place[label] + 1] += 1
        for label in answer or ():
            if label in place:
                columns[row, 2 * place[label] + 1] += 1
                columns[row, 2 * place[label]] += 2 * (label in truth)
    return Measure(columns, mean_of_ratios)


def mean_of_ratios(sums: Array) -> Array:
    """The mean of top over bottom over pairs of columns; a pair without bottom (no such label left) is left out."""
    top, bottom = sums[..., 0::2], sums[..., 1::2]
    each = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
    there = (bottom > 0).sum(-1)
    return np.asarray(np.divide(each.sum(-1), there, out=np.full(there.shape, np.nan), where=there > 0))


def _set(labels: Hashable | Collection[Hashable] | None) -> frozenset[Hashable] | None:
    if labels is None:
        return None
    if isinstance(labels, (set, frozenset, tuple, list)):
        return frozenset(labels)
    one: Any = labels
    return frozenset((one,))
