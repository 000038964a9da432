"""Which release of the code set the scores rest on, and whether it is the one in force."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Icd10Evaluation
from bespoke.facts.icd10 import PINNED
from bespoke.facts.icd10_retired import RELEASES
from bespoke.show.numbers import day


def release_text(result: Icd10Evaluation) -> None:
    """What it means that another release is in force; silent where it is the one used."""
    if result.release_since < result.in_force_since:
        show.callout(
            "The codes are scored against **{release}** (in force from {since}), and **{current}** has followed on "
            "{current_since}. A note is coded by the release of the day of its encounter: for encounters from "
            "{current_since} on, codes that are new in {current} count as invented here, and codes it has deleted as "
            "billable. Its official order file, put into `evaluation/` and named in `engagement.yaml` as "
            "`evaluation.code_set`, would be used throughout.",
            tone="warning", release=result.release, since=day(result.release_since), current=result.in_force,
            current_since=day(result.in_force_since),
        )  # fmt: skip
    elif result.release_since > result.in_force_since:
        show.callout(
            "The codes are scored against **{release}**, which is in force from {since} only; until then "
            "**{current}** is. A note is coded by the release of the day of its encounter: for encounters before "
            "{since}, codes that are new in this release count as billable here, and codes it has deleted as retired.",
            tone="warning", release=result.release, since=day(result.release_since), current=result.in_force,
        )  # fmt: skip


def compared_with(result: Icd10Evaluation) -> str:
    """The other releases that a code was looked up in, oldest first."""
    given = result.release != PINNED.name
    return ", ".join([*RELEASES, *([f"FY{PINNED.fiscal_year}"] if given else [])])
