"""A record against the expected one, leaf by leaf; lists are aligned so that most of their leaves agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bespoke.scorers.fields.comparators import FieldComparison, equal

How = Callable[[str], FieldComparison]  # of a leaf's path


@dataclass
class LeafTally:
    """By leaf (`lines[].amount`): values right, expected and answered. A null is no value."""

    hits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    expected: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    answered: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def whole(self) -> bool:
        """Whether the records are the same: nothing missed, nothing added."""
        right = sum(self.hits.values())
        return right == sum(self.expected.values()) == sum(self.answered.values())

    def add(self, other: LeafTally) -> None:
        for mine, others in (
            (self.hits, other.hits), (self.expected, other.expected), (self.answered, other.answered)
        ):  # fmt: skip
            for path, count in others.items():
                mine[path] += count


def tally(expected: object, answered: object, how: How, path: str = "") -> LeafTally:
    """Counts the leaves of both; what is missing on one side counts on the other alone."""
    found = LeafTally()
    if isinstance(expected, Mapping) or isinstance(answered, Mapping):
        _mappings(found, _mapping(expected), _mapping(answered), how, path)
        if answered is not None and not isinstance(answered, Mapping):
            found.answered[path or "record"] += 1
    elif isinstance(expected, list) or isinstance(answered, list):
        _lists(found, _list(expected), _list(answered), how, f"{path}[]")
    else:
        found.expected[path] += expected is not None
        found.answered[path] += answered is not None
        both = expected is not None and answered is not None
        found.hits[path] += both and equal(expected, answered, how(path))
    return found


def _mappings(
    found: LeafTally, expected: Mapping[str, Any], answered: Mapping[str, Any], how: How, path: str
) -> None:
    for name in dict.fromkeys([*expected, *answered]):
        inner = f"{path}.{name}" if path else name
        found.add(tally(expected.get(name), answered.get(name), how, inner))


def _lists(found: LeafTally, expected: Sequence[Any], answered: Sequence[Any], how: How, path: str) -> None:
    """Pairs the items so that as many leaves as possible are right (assignment; Kuhn 1955)."""
    from scipy.optimize import linear_sum_assignment

    tallies = [[tally(e, a, how, path) for a in answered] for e in expected]
    right = np.array([[sum(t.hits.values()) for t in row] for row in tallies]).reshape(
        len(expected), len(answered)
    )
    rows, columns = linear_sum_assignment(right, maximize=True)
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        found.add(tallies[i][j])
    for i in set(range(len(expected))) - set(rows.tolist()):
        found.add(tally(expected[i], None, how, path))
    for j in set(range(len(answered))) - set(columns.tolist()):
        found.add(tally(None, answered[j], how, path))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
