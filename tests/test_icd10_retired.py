"""Codes that could once be billed: told from inventions, and where they went."""

from __future__ import annotations

from collections import Counter

import pytest

from bespoke.chapters.icd10_evaluation.validity import validity
from bespoke.facts.icd10 import code_set
from bespoke.facts.icd10_retired import RELEASES, retired_codes, successors


def test_the_table_agrees_with_the_deletions_the_publishers_announced() -> None:
    # Deleted for FY2017, FY2018 and FY2019: 311, 142 and 51 codes (CMS announcements of new and deleted codes).
    last = Counter(code.last_billable for code in retired_codes().values())
    assert (last["FY2016"], last["FY2017"], last["FY2018"]) == (311, 142, 51)
    assert set(last) == set(RELEASES)


def test_no_retired_code_is_billable_and_every_one_was_described() -> None:
    assert all(code_set().validity(code) in ("invented", "not_billable") for code in retired_codes())
    assert all(code.description and code.code == name for name, code in retired_codes().items())
    assert list(retired_codes()) == sorted(retired_codes())


@pytest.mark.parametrize(
    ("code", "today"),
    [
        ("R51", ("R51.0", "R51.9")),  # split in October 2020
        ("M54.5", ("M54.50", "M54.51", "M54.59")),  # split in October 2021
        ("I60.22", ("I60.2",)),  # the side was taken away in October 2016
        ("T67.0XXA", ("T67.01XA",)),  # heatstroke and sunstroke keep their description under a longer code
        ("I10", ()),  # never retired
        ("Z99.999", ()),  # never existed
    ],
)
def test_successors(code: str, today: tuple[str, ...]) -> None:
    assert successors(code, code_set()) == today


@pytest.mark.slow
def test_every_successor_is_billable() -> None:
    found = {code for retired in retired_codes() for code in successors(retired, code_set())}
    assert found
    assert all(code_set().validity(code) == "billable" for code in found)


def test_retired_invented_and_never_billable_codes_are_counted_apart() -> None:
    # R51 was billable until 2020, E11 is a category that never was, Z99.999 was never in a release
    found = validity([["R51", "I10"], ["R51", "E11", "Z99.999", "sepsis"]], code_set())
    assert (found.malformed, found.invented, found.retired, found.not_billable, found.billable) == (
        1,
        1,
        2,
        1,
        1,
    )
    assert found.invalid_share == pytest.approx(5 / 6)
    assert [(r.code, r.count, r.successors) for r in found.retirements] == [("R51", 2, ("R51.0", "R51.9"))]
    assert found.later == 0
