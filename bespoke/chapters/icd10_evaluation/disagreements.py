"""The notes that teach most: where the systems part, and what each of them missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bespoke.chapters.dataset_readiness.identifiers.quoting import Quoting
from bespoke.chapters.icd10_evaluation.decision import comparable_code
from bespoke.chapters.icd10_evaluation.note_answers import RungRun
from bespoke.chapters.icd10_evaluation.result import Disagreement, GivenAnswer
from bespoke.clients.schema import Note
from bespoke.facts.icd10 import CodeSet

EXCERPT = 300  # characters
_SHOWN = 6
_LEAD = 90  # characters shown before the evidence


@dataclass(frozen=True)
class Files:
    """Where notes and answers come from, as the client calls it."""

    folder: str

    @property
    def notes(self) -> str:
        return f"{self.folder}/{'notes' if self.folder == 'evaluation' else 'cases'}.jsonl"

    def of(self, system: str) -> str:
        return f"{self.folder}/predictions/{system}.jsonl"


def disagreements(
    notes: Sequence[Note], ladder: Sequence[RungRun], best: str, release: CodeSet, quoting: Quoting, files: Files, *,
    may_quote: bool,
) -> tuple[Disagreement, ...]:  # fmt: skip
    """Up to six notes, one of each kind before a second, those first whose systems lie furthest apart.

    Without `may_quote` (notes not declared de-identified) the excerpts stay empty; with it, what the rules still see of
    identifiers is masked, in the codes that somebody wrote too.
    """
    kinds: dict[str, list[tuple[float, str, int]]] = {}
    for i, note in enumerate(notes):
        gold = frozenset(map(comparable_code, note.gold.diagnosis_icd10))
        f1 = {ran.name: _f1(gold, ran.answers[i].code_set) for ran in ladder}
        why = _why(f1, best, gold, ladder, i)
        if gold and why:
            kinds.setdefault(why, []).append((min(f1.values()) - max(f1.values()), note.id, i))
    chosen = [
        (place, why, i) for why in sorted(kinds) for place, (_, _, i) in enumerate(sorted(kinds[why])[:2])
    ]
    return tuple(
        _shown(notes[i], why, ladder, i, release, quoting, files, may_quote)
        for _, why, i in sorted(chosen)[:_SHOWN]
    )


def _why(f1: dict[str, float], best: str, gold: frozenset[str], ladder: Sequence[RungRun], i: int) -> str:
    if any(ran.name == best and ran.answers[i].status != "answered" for ran in ladder):
        return ""  # an answer that never came teaches nothing
    others = max((score for name, score in f1.items() if name != best), default=0.0)
    answered = frozenset().union(*(ran.answers[i].code_set for ran in ladder))
    if others == 1.0 and f1[best] < 1.0:
        return "Another system had it exactly right, the best one did not"
    if gold and not gold & answered:
        return "No system found any of the codes"
    if {code[:3] for code in gold} <= {code[:3] for code in answered} and not gold <= answered:
        return "Right category, wrong detail"
    if f1[best] == 1.0 and others < 0.5:
        return "Only the best system had it"
    return ""


def _shown(
    note: Note,
    why: str,
    ladder: Sequence[RungRun],
    i: int,
    release: CodeSet,
    quoting: Quoting,
    files: Files,
    may_quote: bool,
) -> Disagreement:
    gold = tuple(dict.fromkeys(map(comparable_code, note.gold.diagnosis_icd10)))
    found = [release.find(code) for code in gold]
    return Disagreement(
        note=note.id,
        why=why,
        excerpt=excerpt(note, frozenset(gold) - _best_found(gold, ladder, i), quoting, files.notes)
        if may_quote
        else "",
        gold=quoting.texts(gold, files.notes),
        descriptions=tuple(code.description if code else "not in the release" for code in found),
        answers=tuple(
            GivenAnswer(
                system=ran.title,
                codes=quoting.texts(ran.answers[i].codes, files.of(ran.name)),
                status=ran.answers[i].status,
                accepted=ran.answers[i].status == "answered" and ran.answers[i].code_set == frozenset(gold),
            )
            for ran in ladder
        ),
    )


def excerpt(note: Note, missed: frozenset[str], quoting: Quoting, file: str) -> str:
    """At most 300 characters around the evidence of the first missed code, on one line; else the note's
    beginning. Without identifiers, and without half of one at either end."""
    starts = [e.start for e in note.evidence if comparable_code(e.code) in missed] or [0]
    begin = max(0, min(starts) - _LEAD)
    if begin:
        begin = note.text.find(" ", begin) + 1 or begin  # start with a whole word
    part, end = quoting.part(note.text, begin, begin + EXCERPT, file)
    text, more_after = " ".join(part.split()), end < len(note.text)
    more_after = more_after or len(text) > EXCERPT - 4
    text = text[: EXCERPT - 4].rsplit(" ", 1)[0] if more_after and " " in text else text[: EXCERPT - 4]
    return f"{'… ' if begin else ''}{text}{' …' if more_after else ''}"


def _best_found(gold: Sequence[str], ladder: Sequence[RungRun], i: int) -> frozenset[str]:
    """The gold codes found by the system that found most."""
    found = [frozenset(gold) & ran.answers[i].code_set for ran in ladder]
    return max(found, key=len, default=frozenset())


def _f1(gold: frozenset[str], answer: frozenset[str]) -> float:
    size = len(gold) + len(answer)
    return 2 * len(gold & answer) / size if size else 1.0
