"""Whether codes could be billed at all, before anyone asks whether they are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bespoke.chapters.icd10_evaluation.result import Validity
from bespoke.facts.icd10 import CodeSet

_EXAMPLES = 5


def validity(answers: Iterable[Iterable[str]], codes: CodeSet) -> Validity:
    """The validity ladder over all codes of all notes; a code counts once per note that carries it."""
    counts = Counter(code for answer in answers for code in set(answer))
    rungs = {code: codes.validity(code) for code in counts}
    totals: Counter[str] = Counter()
    for code, count in counts.items():
        totals[rungs[code]] += count
    invalid = sorted((c for c in counts if rungs[c] != "billable"), key=lambda c: (-counts[c], c))
    return Validity(
        malformed=totals["malformed"],
        invented=totals["invented"],
        not_billable=totals["not_billable"],
        billable=totals["billable"],
        examples=tuple(invalid[:_EXAMPLES]),
    )
