"""Codes that could be billed in another release and not in this one, and what stands in their place.

A code that is not in a release was retired from an earlier one, came with a later one, or never existed, and
the three say different things: old knowledge, new knowledge, or invention. The table holds every code that was
billable in an official order file at hand and is not in the pinned release; a release that a client gives is
compared with the pinned one as well. Successors are read off the tables themselves, so none is a matter of
opinion; a retired code that has no such successor is reported without one.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bespoke.facts.icd10 import PINNED, CodeSet, code_set

TABLE = Path(__file__).with_name("tables") / "retired_codes.csv"
RELEASES = ("FY2016", "FY2017", "FY2018", "FY2019", "FY2021", "FY2025")  # oldest first
SOURCE = (
    "CMS/NCHS ICD-10-CM order files of FY2016 to FY2019 (as kept in R package icd.data 1.0, March 2019), "
    "January 2021 and April 2025 (as kept in simple-icd-10-cm 1.2.0 and 1.4.0, MIT)"
)
COLUMNS = ("code", "last_billable", "description")


class Retired(NamedTuple):
    code: str
    last_billable: str  # the last of RELEASES, or the pinned release, in which it was billable
    description: str  # in that release

    @property
    def fiscal_year(self) -> int:
        return int(self.last_billable.removeprefix("FY"))


@lru_cache(maxsize=1)
def retired_codes() -> dict[str, Retired]:
    """Every code retired before the pinned release, by its normalised form."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Retired(**row) for row in csv.DictReader(file)}


def known_elsewhere(code: str, codes: CodeSet) -> Retired | None:
    """The latest release at hand in which a code could be billed that cannot be in `codes`; None for neither.

    Takes a normalised code. That release may be earlier than `codes` (the code is retired) or later (it was
    not there yet): `came_later` tells.
    """
    here = codes.find(code)
    if here and here.billable:
        return None
    pinned = None if codes.release == PINNED else code_set().find(code)
    if pinned and pinned.billable:
        return Retired(code, f"FY{PINNED.fiscal_year}", pinned.description)
    return retired_codes().get(code)


def came_later(known: Retired, codes: CodeSet) -> bool:
    """Whether a code known elsewhere came after this release. In the same fiscal year it came with an update."""
    return known.fiscal_year >= codes.release.fiscal_year


def successors(code: str, codes: CodeSet) -> tuple[str, ...]:
    """What a retired code has become in the release, sorted; () where the tables do not show it.

    In this order: the billable codes it was split into; the billable code one or more characters shorter
    that it was merged into; the one billable code that carries its description today. Takes a normalised code.
    """
    retired = known_elsewhere(code, codes)
    if retired is None or came_later(retired, codes):
        return ()
    if codes.find(code):
        return tuple(sorted(child for child in codes.billable_texts if child.startswith(code)))
    for end in range(len(code) - 1, 2, -1):
        shorter = codes.find(code[:end].rstrip("."))
        if shorter and shorter.billable:
            return (shorter.code,)
    start = f"{retired.description}\t"
    same = [found for found, text in codes.billable_texts.items() if text.startswith(start)]
    return tuple(same) if len(same) == 1 else ()
