"""Whether codes could be billed at all, before anyone asks whether they are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bespoke.chapters.icd10_evaluation.result import Retirement, Validity
from bespoke.facts.icd10 import CodeSet, normalised
from bespoke.facts.icd10_retired import came_later, known_elsewhere, successors

_EXAMPLES = 5
RUNGS = ("malformed", "invented", "retired", "later", "not_billable", "billable")


def validity(answers: Iterable[Iterable[str]], codes: CodeSet) -> Validity:
    """The validity ladder over all codes of all notes; a code counts once per note that carries it."""
    counts = Counter(code for answer in answers for code in set(answer))
    rungs = {code: _rung(code, codes) for code in counts}
    totals: Counter[str] = Counter()
    for code, count in counts.items():
        totals[rungs[code]] += count
    invalid = sorted((c for c in counts if rungs[c] != "billable"), key=lambda c: (-counts[c], c))
    retired = [code for code in invalid if rungs[code] == "retired"]
    return Validity(
        **{rung: totals[rung] for rung in RUNGS},
        examples=tuple(invalid[:_EXAMPLES]),
        retirements=tuple(_retirement(code, counts[code], codes) for code in retired[:_EXAMPLES]),
    )


def _rung(code: str, codes: CodeSet) -> str:
    rung = codes.validity(code)
    known = known_elsewhere(normalised(code), codes) if rung in ("invented", "not_billable") else None
    if known is None:
        return rung
    return "later" if came_later(known, codes) else "retired"


def _retirement(code: str, count: int, codes: CodeSet) -> Retirement:
    known = known_elsewhere(normalised(code), codes)
    assert known is not None
    return Retirement(
        code=known.code,
        description=known.description,
        last_billable=known.last_billable,
        successors=successors(known.code, codes),
        count=count,
    )
