"""Claims of improvement, and what published work of the same kind found."""

from __future__ import annotations

from bespoke.chapters.icd10_evaluation.result import ClaimAudit, Precedent
from bespoke.facts.reader import Facts
from bespoke.statistics.power import notes_for_half_width, paired_notes_needed
from bespoke.statistics.proportion import wilson

_PLAUSIBLE = (50, 120, 1200)  # a pilot, the closest published test set, a whole engagement's pairs
_PRECISE = 0.03


def audit_claims(facts: Facts) -> tuple[ClaimAudit, ...]:
    """Every claim of the evidence table: notes to tell `after` from `before`, and to know `after` itself.

    Treats the score as a share of notes; an F1 over several codes a note knows a little more per note.
    """
    names = [key.split(".")[2] for key in facts.keys("evidence.claim.") if key.endswith(".before")]
    return tuple(_audit(name, facts) for name in sorted(names))


def _audit(name: str, facts: Facts) -> ClaimAudit:
    before, after = (facts.number(f"evidence.claim.{name}.{moment}") for moment in ("before", "after"))
    fact = facts.fact(f"evidence.claim.{name}.after")
    gain = abs(after - before)
    independent = before * (1 - after) + after * (1 - before)
    return ClaimAudit(
        name=fact.note or name,
        before=before,
        after=after,
        source=fact.source,
        notes_to_detect=(paired_notes_needed(gain, gain), paired_notes_needed(gain, max(gain, independent))),
        notes_within_3_points=notes_for_half_width(after, _PRECISE),
        intervals=tuple((n, wilson(round(after * n), n)) for n in _PLAUSIBLE),
    )


def precedents(facts: Facts) -> tuple[Precedent, ...]:
    """Published results, best first."""
    found = [_precedent(key, facts) for key in facts.keys("evidence.precedent.")]
    return tuple(sorted(found, key=lambda p: (-p.share, p.key)))


def _precedent(key: str, facts: Facts) -> Precedent:
    fact = facts.fact(key)
    counted = key.replace("evidence.precedent.", "evidence.notes.")
    notes = int(facts.number(counted)) if counted in facts.keys("evidence.notes.") else None
    share = float(fact.number)
    return Precedent(
        key=key,
        what=fact.note,
        share=share,
        notes=notes,
        source=fact.source,
        interval=wilson(round(share * notes), notes) if notes else None,
    )
