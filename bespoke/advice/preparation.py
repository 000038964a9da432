"""What has to be there before anything is tried: cases to judge by, failures read, data without identifiers."""

from __future__ import annotations

from bespoke.advice.situation import Situation
from bespoke.facts.reader import Facts
from bespoke.results import Part
from bespoke.show.numbers import decimal

UNKNOWN_GAP = 0.2  # of the outputs, where neither quality nor target says how many could be better


class Preparation(Part):
    """A preparing step and its size: cases to write, failures to read, rows to clean."""

    route: str
    cases: int = 0
    failures: int = 0
    rows: int = 0
    why: str


def needed(situation: Situation, gap: str, facts: Facts) -> tuple[Preparation, ...]:
    """De-identification first, then what is missing of the measurement. Where the target is met on enough cases
    there is nothing to find out."""
    found = []
    if situation.must_deidentify:
        rows = situation.identifiers or 0
        why = f"{decimal(rows)} rows hold identifiers" if rows else "the data are said to hold identifiers"
        found.append(Preparation(route="deidentify", rows=rows or situation.examples, why=why))
    measured = situation.cases if situation.quality else 0
    cases = max(0, int(facts.threshold("min_test_cases")) - measured)
    unread = max(0, int(facts.threshold("failures_to_plan")) - situation.failures_read)
    mapped = situation.shares is not None
    if gap == "met":
        return tuple(found)
    if cases or not mapped:
        found.append(Preparation(route="measure", cases=cases, failures=unread, why=_why(cases, mapped)))
    return tuple(found)


def _why(cases: int, mapped: bool) -> str:
    if cases and not mapped:
        return "quality is not measured on enough cases, and nobody has read what goes wrong"
    if cases:
        return "quality is not measured on enough cases"
    return "nobody has read what goes wrong, and that decides what to try"


def largest_gap(situation: Situation) -> float:
    """The most that quality could rise, as a share of the outputs."""
    if situation.quality is None:
        return UNKNOWN_GAP
    return max(0.0, (situation.aim if situation.aim is not None else 1.0) - situation.quality.estimate)
