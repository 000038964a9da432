"""What a prompt takes from the training notes: worked examples and a glossary, the same on every run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bespoke.chapters.icd10_evaluation.decision import comparable_code
from bespoke.clients.schema import Note

LONGEST = 4_000  # characters of an example note; longer ones would crowd the prompt
PHRASES = 100
_SEEN = 2  # times a phrase must have carried its code to be worth a line


def worked_examples(train: Sequence[Note], count: int) -> tuple[Note, ...]:
    """Notes that together show most: each next one adds the most codes and fields not yet shown.

    Greedy cover over code chapters (first letter), number of diagnoses and which fields are filled; ties go
    to the shorter note, then to the file's order. Deterministic, so the cached prefix is the same every run.
    """
    left = [note for note in train if note.gold.diagnosis_icd10 and len(note.text) <= LONGEST]
    shown: set[str] = set()
    picked: list[Note] = []
    while left and len(picked) < count:
        best = max(left, key=lambda note: (len(_aspects(note) - shown), -len(note.text)))
        left.remove(best)
        shown |= _aspects(best)
        picked.append(best)
    return tuple(picked)


def glossary(train: Sequence[Note]) -> tuple[tuple[str, str], ...]:
    """Phrases of the evidence spans with the code they carried most often, the most frequent first."""
    carried: dict[str, Counter[str]] = {}
    for note in train:
        for span in note.evidence:
            phrase = " ".join(span.text.split()).casefold()
            if 2 <= len(phrase) <= 80:
                carried.setdefault(phrase, Counter())[comparable_code(span.code)] += 1
    lines = [
        (count, phrase, code)
        for phrase, codes in carried.items()
        for code, count in [min(codes.items(), key=lambda item: (-item[1], item[0]))]
        if count >= _SEEN and 2 * count > codes.total()
    ]
    return tuple((phrase, code) for _, phrase, code in sorted(lines, key=lambda x: (-x[0], x[1]))[:PHRASES])


def _aspects(note: Note) -> set[str]:
    gold = note.gold
    return {
        *(f"chapter {code[:1].upper()}" for code in gold.diagnosis_icd10),
        f"diagnoses {min(len(gold.diagnosis_icd10), 4)}",
        f"symptoms {bool(gold.symptoms)}",
        f"medications {bool(gold.prescribed_medications)}",
        f"follow-up {gold.follow_up_date is not None}",
    }
