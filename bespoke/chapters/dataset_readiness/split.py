"""How examples are divided: groups kept whole, every label in about the same share on each side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import floor
from typing import Literal

import numpy as np

Side = Literal["training", "validation", "test"]
Quotas = dict[Side, dict[str, float]]  # side -> label -> examples
ALL = "\0all"  # beside the labels: the size of a side, which counts like one more label


def divide(
    groups: Sequence[int], labels: Sequence[str], *, validation: int, test: int, seed: int
) -> tuple[Side, ...]:
    """The side of each example; `groups` and `labels` name the group and the label of each.

    No group stands on two sides. Groups of several examples are placed first, the largest first, each where it brings
    the labels' counts nearest to the wanted ones (least rise of the squared distances over the wanted counts). Of the
    single examples each smaller side then takes what it still wants of every label, rounded down, and one more of the
    labels with the largest remainders until it has its size. The same seed gives the same division. Source: iterative
    stratification (Sechidis, Tsoumakas and Vlahavas 2011), changed for groups that stay whole.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    order = sorted(members)
    np.random.default_rng(seed).shuffle(order)
    sizes: dict[Side, int] = {
        "training": len(groups) - validation - test, "validation": validation, "test": test,
    }  # fmt: skip
    wanted = _quotas(labels, {side: count for side, count in sizes.items() if count > 0})
    left = {side: dict(quota) for side, quota in wanted.items()}
    sides: list[Side] = ["training"] * len(groups)
    for group in sorted((g for g in order if len(members[g]) > 1), key=lambda g: -len(members[g])):
        _place(members[group], labels, wanted, left, sides)
    _fill([members[g][0] for g in order if len(members[g]) == 1], labels, left, sides)
    return tuple(sides)


def nested(labels: Sequence[str], *, seed: int) -> tuple[int, ...]:
    """An order of the examples of which every beginning holds each label in about its share."""
    shuffled = np.random.default_rng(seed).permutation(len(labels)).tolist()
    whole, seen = Counter(labels), Counter[str]()
    place = {}
    for row in shuffled:
        seen[labels[row]] += 1
        place[row] = (seen[labels[row]] - 0.5) / whole[labels[row]]
    return tuple(sorted(shuffled, key=lambda row: (place[row], labels[row])))


def _quotas(labels: Sequence[str], wanted: Mapping[Side, int]) -> Quotas:
    """The wanted counts: of the side as a whole, and of each label its share of that."""
    whole = len(labels)
    counts = Counter(labels)
    return {
        side: {ALL: float(count), **{label: n * count / whole for label, n in counts.items()}}
        for side, count in wanted.items()
    }


def _place(
    rows: Sequence[int], labels: Sequence[str], wanted: Quotas, left: Quotas, sides: list[Side]
) -> None:
    """Put a group where it brings the counts nearest to the wanted ones; ties go to the larger side."""
    brought = Counter(labels[row] for row in rows)
    brought[ALL] = len(rows)

    def rise(side: Side) -> float:
        """Of the squared distances over the wanted counts: ((left - n)^2 - left^2) / wanted, summed."""
        return sum(n * (n - 2 * left[side][k]) / wanted[side][k] for k, n in brought.items())

    best = min(wanted, key=lambda side: (rise(side), -wanted[side][ALL]))
    for label, count in brought.items():
        left[best][label] -= count
    for row in rows:
        sides[row] = best


def _fill(rows: Sequence[int], labels: Sequence[str], left: Quotas, sides: list[Side]) -> None:
    """Divide examples that are alone in their group: each smaller side takes its due of every label."""
    alike: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        alike[labels[row]].append(row)
    for side in left:
        if side == "training":
            continue
        for label, count in _dues(left[side], {label: len(found) for label, found in alike.items()}).items():
            for row in alike[label][:count]:
                sides[row] = side
            alike[label] = alike[label][count:]


def _dues(wanted: Mapping[str, float], there: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers per label that add up to the size: rounded down, then the largest remainders up (Hamilton)."""
    exact = {label: min(float(count), max(0.0, wanted[label])) for label, count in there.items()}
    taken = {label: floor(due) for label, due in exact.items()}
    short = round(max(0.0, wanted[ALL])) - sum(taken.values())
    by_rest = sorted(there, key=lambda label: (taken[label] - exact[label], -there[label], label))
    for label in [label for label in by_rest if taken[label] < there[label]][: max(0, short)]:
        taken[label] += 1
    return taken
