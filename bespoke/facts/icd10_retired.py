"""Codes that could once be billed and no longer can, and what the pinned release has in their place.

A code that is not in the release was either retired from an earlier one or never existed, and the two say
different things: old knowledge, or invention. The table holds every code that was billable in an official
order file at hand and is not in the pinned release. Successors are read off the tables themselves, so none
is a matter of opinion; a retired code that has no such successor is reported without one.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bespoke.facts.icd10 import CodeSet

TABLE = Path(__file__).with_name("tables") / "retired_codes.csv"
RELEASES = ("FY2016", "FY2017", "FY2018", "FY2019", "FY2021", "FY2025")  # oldest first
SOURCE = (
    "CMS/NCHS ICD-10-CM order files of FY2016 to FY2019 (as kept in R package icd.data 1.0, March 2019), "
    "January 2021 and April 2025 (as kept in simple-icd-10-cm 1.2.0 and 1.4.0, MIT)"
)
COLUMNS = ("code", "last_billable", "description")


class Retired(NamedTuple):
    code: str
    last_billable: str  # the last of RELEASES in which it was billable
    description: str  # in that release


@lru_cache(maxsize=1)
def retired_codes() -> dict[str, Retired]:
    """Every retired code, by its normalised form."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Retired(**row) for row in csv.DictReader(file)}


def successors(code: str, codes: CodeSet) -> tuple[str, ...]:
    """What a retired code has become in the release, sorted; () where the tables do not show it.

    In this order: the billable codes it was split into; the billable code one or more characters shorter
    that it was merged into; the one billable code that carries its description today. Takes a normalised code.
    """
    retired = retired_codes().get(code)
    if retired is None:
        return ()
    if code in codes.codes:
        return tuple(sorted(child.code for child in codes.billable if child.code.startswith(code)))
    for end in range(len(code) - 1, 2, -1):
        shorter = codes.codes.get(code[:end].rstrip("."))
        if shorter and shorter.billable:
            return (shorter.code,)
    same = [found.code for found in codes.billable if found.description == retired.description]
    return tuple(same) if len(same) == 1 else ()
