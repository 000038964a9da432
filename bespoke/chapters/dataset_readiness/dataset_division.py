"""The dataset read once, and what follows for each row: which side of the split, and for which target."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bespoke.chapters.dataset_readiness.copy_count import CopyCount
from bespoke.chapters.dataset_readiness.dataset_rules import rules_as_of
from bespoke.chapters.dataset_readiness.finding_counts import FindingCounts
from bespoke.chapters.dataset_readiness.minhash import Containment
from bespoke.chapters.dataset_readiness.result import LabelField
from bespoke.chapters.dataset_readiness.row_checks import Checked
from bespoke.chapters.dataset_readiness.scan import VALIDATION, Scan
from bespoke.chapters.dataset_readiness.split import Side, divide, nested
from bespoke.chapters.dataset_readiness.strata import Strata, strata
from bespoke.clients.schema import Client, Note
from bespoke.facts.icd10 import Release
from bespoke.facts.reader import Facts
from bespoke.statistics.seed import SEED

TESTS = {"test", "heldout", "holdout"}  # a file of that name is kept to judge by, and never sent


@dataclass(frozen=True)
class DivisionRequest:
    """What a job wants of the division."""

    validation: bool = True  # the target takes validation data
    split: bool = True  # False: nothing is split off, every usable row is trained on
    examples: int | None = None  # training rows at most, for a learning curve


WHOLE = DivisionRequest()


@dataclass(frozen=True)
class DatasetDivision:
    """All files as read, and the division of their rows. A file that the client set aside stays on its side."""

    scan: Scan
    census: CopyCount
    tests: tuple[bool, ...]  # of each file, by number
    evaluation_notes: int
    share: float  # of the usable examples, wanted for validation and for a test
    least: int  # a part with fewer is not split off
    seed: int

    @cached_property
    def label_fields(self) -> tuple[LabelField, ...]:
        return self.scan.labels.report(self.scan.rules.number("label_rare"))

    @cached_property
    def strata(self) -> Strata:
        return strata(self.scan.labels, self.label_fields, self.scan.release)

    @cached_property
    def validation_rows(self) -> int:
        """Rows that the client has set aside for validation."""
        files = zip(self.scan.files, self.tests, strict=True)
        return sum(file.rows for file, test in files if file.role == "validation" and not test)

    @cached_property
    def test_rows(self) -> int:
        """Rows that the client has set aside to judge by."""
        return sum(file.rows for file, test in zip(self.scan.files, self.tests, strict=True) if test)

    @cached_property
    def groups(self) -> tuple[int, ...]:
        """The number of each usable example's group, in reading order."""
        return tuple(self.census.source(row) for row in self.census.kept)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The stratum of each usable example."""
        of = dict(zip(self.census.rows, self.strata.of, strict=True))
        return tuple(of[row] for row in self.census.kept)

    @cached_property
    def sides(self) -> tuple[Side, ...]:
        """The side of each usable example. What the client has set aside is not set aside a second time."""
        whole = len(self.groups)
        most = min(self.scan.rules.limits("validation_max").values(), default=whole)
        part = min(round(self.share * whole), int(most))
        part = part if part >= self.least else 0
        test = 0 if self.evaluation_notes or self.test_rows else part
        validation = 0 if self.validation_rows else part
        return divide(self.groups, self.labels, validation=validation, test=test, seed=self.seed)

    def rows_for(self, route: str, wish: DivisionRequest = WHOLE) -> Iterator[tuple[int, int, Side]]:
        """File, line and side of every row that goes to a target, one of each group of copies.

        A part split off for validation that the target does not take (at all, or not so small) is trained on.
        Rows of the client's own validation file stay in validation; those of its test file go nowhere.
        """
        target = list(self.scan.rules.targets).index(route)
        files, lines = self.scan.copies.files, self.scan.copies.lines
        aside = [row for row in self.census.set_aside_for(target) if not self.tests[files[row]]]
        found = self._divided(self.census.kept_for(target), wish)
        split_off = sum(side == "validation" for side in found.values())
        if not wish.validation or split_off < self.scan.rules.limits("validation_min").get(route, 0):
            found = {row: "training" if side == "validation" else side for row, side in found.items()}
        for row, side in self._fewer(found, wish).items():
            yield files[row], lines[row], side
        for row in aside if wish.validation else ():
            yield files[row], lines[row], "validation"

    def repeats_for(self, route: str) -> int:
        """Rows that a target could take but for being copies of others."""
        target = list(self.scan.rules.targets).index(route)
        takes = sum(bits >> target & 1 for bits in self.scan.copies.targets)
        leaked = sum(self.scan.copies.targets[row] >> target & 1 for row, _ in self.census.leaks())
        return takes - leaked - len(self.census.kept_for(target)) - len(self.census.set_aside_for(target))

    def _divided(self, rows: Sequence[int], wish: DivisionRequest) -> dict[int, Side]:
        if not wish.split:
            return dict.fromkeys(rows, "training")
        side_of = dict(zip(self.groups, self.sides, strict=True))
        return {row: side_of[self.census.source(row)] for row in rows}

    def _fewer(self, found: dict[int, Side], wish: DivisionRequest) -> dict[int, Side]:
        """The wished number of training rows, every label in its share; a larger number holds a smaller one."""
        training = [row for row, side in found.items() if side == "training"]
        if wish.examples is None or wish.examples >= len(training):
            return found
        of = dict(zip(self.census.rows, self.strata.of, strict=True))
        order = nested([of[row] for row in training], seed=self.seed)
        chosen = {training[place] for place in order[: wish.examples]}
        return {row: side for row, side in found.items() if side != "training" or row in chosen}


def divided_dataset(client: Client, facts: Facts, *, seed: int = SEED) -> DatasetDivision:
    """The one pass over a client's files. Raises BespokeError where a file cannot be opened."""
    return read(
        client.dataset, client.folder, client.notes or (), client.code_set, facts, seed=seed,
        country=client.engagement.country, inside=client.folder,
    )  # fmt: skip


def read(
    paths: Sequence[Path], folder: Path, notes: Sequence[Note], release: Release | None, facts: Facts, *,
    seed: int = SEED, names: Mapping[str, str] | None = None, country: str = "", inside: Path | None = None,
    each: Callable[[int, list[Checked]], None] | None = None,
) -> DatasetDivision:  # fmt: skip
    """The one pass over any files; findings name them relative to `folder`. `notes` must not be among the rows.

    `inside` is the folder that the files must lie in, where they are a client's. `each` is told the line of every
    row that breaks a rule, and what it breaks.
    """
    rules = rules_as_of(facts.as_of)
    known = Containment(note.text for note in notes)
    ids = tuple(note.id for note in notes)
    scan = Scan(rules, FindingCounts(rules), known, ids, release, country, names, inside, each)
    for path in paths:
        scan.file(path, shown(path, folder))
    near = tuple(scan.copies.near(rules.number("duplicate_near"), rules.number("duplicate_near_script")))
    return DatasetDivision(
        scan=scan,
        census=CopyCount(scan.copies, near, [file.role == "training" for file in scan.files]),
        tests=tuple(is_test(path) for path in paths),
        evaluation_notes=len(notes),
        share=facts.number("tuning.split.share"),
        least=int(facts.number("tuning.split.least")),
        seed=seed,
    )


def is_test(path: Path) -> bool:
    """Whether a file's name says that it is there to judge by: never trained on, never sent."""
    found = VALIDATION.search(path.stem)
    return found is not None and re.sub("[_-]", "", found.group(1)).lower() in TESTS


def shown(path: Path, folder: Path) -> str:
    """A file as findings name it: relative to the client folder."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
