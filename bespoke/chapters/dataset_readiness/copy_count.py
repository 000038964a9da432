"""Which rows are left once copies are counted once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bespoke.chapters.dataset_readiness.copies import Copies, CopyLink
from bespoke.chapters.dataset_readiness.minhash import Groups


@dataclass(frozen=True)
class CopyCount:
    """The rows of all files with the links between them. `training` says it of each file, by number."""

    copies: Copies
    near: Sequence[CopyLink]
    training: Sequence[bool]

    @cached_property
    def links(self) -> tuple[CopyLink, ...]:
        """All links in reading order of the later row."""
        return tuple(sorted((*self.copies.links, *self.near), key=lambda link: (link.later, link.first)))

    def is_training(self, row: int) -> bool:
        return self.training[self.copies.files[row]]

    def repeats(self) -> Iterator[CopyLink]:
        """Links within the training data or within validation: copies rather than leaks; one for a row."""
        seen: set[int] = set()
        for link in self.links:
            same_side = self.is_training(link.first) == self.is_training(link.later)
            if same_side and link.later not in seen:
                seen.add(link.later)
                yield link

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """Training rows that may be trained on somewhere as they stand."""
        return tuple(row for row, valid in enumerate(self.copies.valid) if valid and self.is_training(row))

    @cached_property
    def distinct(self) -> int:
        """Of these, how many differ in more than white space."""
        groups = self._grouped(link for link in self.links if link.kind == "exact")
        return len({groups.root(row) for row in self.rows})

    @cached_property
    def groups(self) -> Groups:
        """Rows that repeat each other: exactly, nearly, or the same prompt with another answer."""
        return self._grouped(self.links)

    @cached_property
    def kept(self) -> tuple[int, ...]:
        """The first of each group of rows: what is left to train on."""
        return self._first(self.rows)

    def kept_for(self, target: int) -> tuple[int, ...]:
        """Training rows that a target, by its number, can take: the first of each group."""
        return self._first(row for row in self.rows if self._takes(target, row))

    def set_aside_for(self, target: int) -> tuple[int, ...]:
        """The same of validation rows, less those that also stand in the training data."""
        leaked = {row for row, _ in self.leaks()}
        return self._first(
            row
            for row in range(len(self.copies))
            if not self.is_training(row) and row not in leaked and self._takes(target, row)
        )

    def leaks(self) -> Iterator[tuple[int, int]]:
        """Each validation row that also stands in the training data, with the first such training row."""
        twin: dict[int, int] = {}
        for row in range(len(self.copies)):
            if self.is_training(row):
                twin.setdefault(self.groups.root(row), row)
        for row in range(len(self.copies)):
            if not self.is_training(row) and self.groups.root(row) in twin:
                yield row, twin[self.groups.root(row)]

    def source(self, row: int) -> int:
        """The number of a row's group when rows of one patient or document stay together."""
        return self._sources.root(row)

    @cached_property
    def _sources(self) -> Groups:
        return self._grouped((*self.links, *self.copies.same_source))

    def _takes(self, target: int, row: int) -> bool:
        return bool(self.copies.targets[row] >> target & 1)

    def _grouped(self, links: Iterator[CopyLink] | Sequence[CopyLink]) -> Groups:
        groups = Groups(len(self.copies))
        for link in links:
            groups.join(link.first, link.later)
        return groups

    def _first(self, rows: Iterator[int] | Sequence[int]) -> tuple[int, ...]:
        first: dict[int, int] = {}
        for row in rows:
            first.setdefault(self.groups.root(row), row)
        return tuple(first.values())
