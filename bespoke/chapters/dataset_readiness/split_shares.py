"""The split as the chapter reports it: sizes, reasons, and how close each label came to its share."""

from __future__ import annotations

from collections import Counter

from bespoke.chapters.dataset_readiness.dataset_division import DatasetDivision
from bespoke.chapters.dataset_readiness.result import Split, Stratum
from bespoke.chapters.dataset_readiness.split import Side
from bespoke.show.numbers import decimal

MOST = 200  # strata kept in a result; rarer ones add little to a table that nobody reads to its end


def split_of(found: DatasetDivision) -> Split:
    """The division of the usable examples, counted."""
    sides = Counter(found.sides)
    return Split(
        groups=len(set(found.groups)),
        training=sides["training"],
        validation=sides["validation"],
        validation_why=_validation_why(found, sides),
        test=sides["test"],
        test_why=_test_why(found, sides),
        by=found.strata.by,
        strata=_strata(found),
    )


def _strata(found: DatasetDivision) -> tuple[Stratum, ...]:
    counts = Counter(zip(found.labels, found.sides, strict=True))
    whole = Counter(found.labels)
    return tuple(
        Stratum(
            label=label, rows=rows, training=counts[label, "training"],
            validation=counts[label, "validation"], test=counts[label, "test"],
        )
        for label, rows in sorted(whole.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    )  # fmt: skip


def _validation_why(found: DatasetDivision, sides: Counter[Side]) -> str:
    if found.validation_rows:
        return f"the {decimal(found.validation_rows)} rows of the client's own file are the validation"
    return "" if sides["validation"] else _too_few(found)


def _test_why(found: DatasetDivision, sides: Counter[Side]) -> str:
    if found.evaluation_notes:
        return f"the {decimal(found.evaluation_notes)} evaluation notes are the test"
    if found.test_rows:
        return f"the {decimal(found.test_rows)} rows of the client's own file are the test"
    return "there are no evaluation notes" if sides["test"] else _too_few(found)


def _too_few(found: DatasetDivision) -> str:
    if found.share * len(found.groups) < found.least:
        return f"a part of fewer than {decimal(found.least)} examples is not split off"
    return "the groups are too large to be divided"
