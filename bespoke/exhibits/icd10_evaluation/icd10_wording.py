"""How this chapter writes intervals, verdicts and ICD-10-CM chapters."""

from __future__ import annotations

from bespoke.chapters.icd10_evaluation.result import Icd10Evaluation, RungComparison
from bespoke.show.numbers import decimal, signed
from bespoke.statistics.interval import Interval


def limits(interval: Interval | None, digits: int = 2) -> str:
    """`0.51 to 0.64`; empty for nothing."""
    return f"{decimal(interval.low, digits)} to {decimal(interval.high, digits)}" if interval else ""


def with_limits(interval: Interval | None) -> str:
    """`0.57 (0.51 to 0.64)`; empty for nothing."""
    return f"{decimal(interval.estimate, 2)} ({limits(interval)})" if interval else ""


def signed_limits(interval: Interval) -> str:
    """`+0.02 to +0.12`, both with their signs."""
    tight = any(0 < abs(end) < 0.005 for end in (interval.low, interval.high))  # would read as zero
    return f"{signed(interval.low, 2 + tight)} to {signed(interval.high, 2 + tight)}"


def verdict(comparison: RungComparison, notes: int) -> str:
    """The only place that may say "improved"."""
    return {
        "improved": "improved",
        "worse": "worse",
        "not_among_so_many": "alone yes, not among so many systems",
        "not_separable": f"not separable at n = {decimal(notes)}",
    }[comparison.verdict]


def title(result: Icd10Evaluation, name: str) -> str:
    return result.system(name).title


def nearest_rival(result: Icd10Evaluation) -> RungComparison | None:
    """The comparison of the best system with the second best."""
    scores = {s.name: s.micro_f1.estimate for s in result.ran if s.micro_f1}
    others = [c for c in result.comparisons if c.best and c.first == result.best]
    return max(others, key=lambda c: scores[c.second]) if others else None


def part_of_notes(before: str, asked: int, notes: int) -> str:
    """`; scored on 1,998 of 5,600 notes, drawn at random in whole groups`, after the words before it; empty for all."""
    if asked == notes:
        return ""
    return f"{before} {decimal(asked)} of {decimal(notes)} notes, drawn at random in whole groups"


def sentence_case(text: str) -> str:
    """A title of ours inside a sentence; names that are not plainly capitalised words stay as they are."""
    return text[0].lower() + text[1:] if text[:2].istitle() and not text.startswith("Claude") else text
