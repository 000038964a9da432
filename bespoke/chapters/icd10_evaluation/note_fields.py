"""The fields beside the diagnoses: symptoms, medications and the follow-up date."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bespoke.chapters.icd10_evaluation.directions import frequency, route
from bespoke.chapters.icd10_evaluation.note_answers import NoteAnswer
from bespoke.chapters.icd10_evaluation.result import FieldScores
from bespoke.chapters.icd10_evaluation.scores import CodeScorer, count
from bespoke.clients.schema import Fields, Medication, Note
from bespoke.statistics.interval import Interval

_GAPS = re.compile(r"[\s,]+")
_NEAR_DAYS = 3
_ONE_WAY: dict[str, Callable[[str], str]] = {"route": route, "frequency": frequency}


def field_scores(
    notes: Sequence[Note], answers: Sequence[NoteAnswer], scorer: CodeScorer
) -> FieldScores | None:
    """Scores of the other fields; None for a system that answers codes only.

    Text counts as equal when it is the same but for case, spaces and commas; BID and twice a day are one frequency,
    PO and oral one route. Sets are scored by micro-F1.
    """
    if not any(answer.prediction for answer in answers):
        return None
    given = [answer.prediction or Fields() for answer in answers]

    def f1(items: Callable[[Fields], frozenset[str]]) -> Interval | None:
        gold = [items(note.gold) for note in notes]
        counts = count(gold, [items(fields) for fields in given])
        return scorer.clusters.interval(counts.f1) if any(gold) else None

    return FieldScores(
        symptoms_f1=f1(lambda fields: frozenset(map(_plain, fields.symptoms))),
        drug_f1=f1(_medications()),
        dose_f1=f1(_medications("dose")),
        route_f1=f1(_medications("route")),
        frequency_f1=f1(_medications("frequency")),
        medication_f1=f1(_medications("dose", "route", "frequency")),
        follow_up_exact=_dates(notes, answers, scorer, within=0),
        follow_up_within_3_days=_dates(notes, answers, scorer, within=_NEAR_DAYS),
        follow_up_correct_null=_nulls(notes, answers, scorer),
    )


def _medications(*parts: str) -> Callable[[Fields], frozenset[str]]:
    """The medications as drug plus the named parts, so that a part counts only with its own drug."""

    def written(medication: Medication) -> str:
        return "|".join(
            _plain(_ONE_WAY.get(part, str)(getattr(medication, part) or "")) for part in ("drug", *parts)
        )

    return lambda fields: frozenset(map(written, fields.prescribed_medications))


def _dates(
    notes: Sequence[Note], answers: Sequence[NoteAnswer], scorer: CodeScorer, *, within: int
) -> Interval | None:
    right: list[bool | None] = []
    for note, answer in zip(notes, answers, strict=True):
        truth = note.gold.follow_up_date
        said = answer.prediction.follow_up_date if answer.prediction else None
        right.append(None if truth is None else said is not None and abs((said - truth).days) <= within)
    return scorer.share(right) if any(r is not None for r in right) else None


def _nulls(notes: Sequence[Note], answers: Sequence[NoteAnswer], scorer: CodeScorer) -> Interval | None:
    """Of the notes without a follow-up date, those for which an answer came and invented none."""
    right = [
        None if note.gold.follow_up_date else bool(a.prediction and a.prediction.follow_up_date is None)
        for note, a in zip(notes, answers, strict=True)
    ]
    return scorer.share(right) if any(r is not None for r in right) else None


def _plain(text: str) -> str:
    return _GAPS.sub("", text).casefold()
