"""The notes that teach most."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Disagreement, GivenAnswer, Icd10Evaluation
from bespoke.exhibits.masking_note import masked_text
from bespoke.show import columns

_SHOWN = 8  # codes of one answer


def disagreements(result: Icd10Evaluation) -> None:
    """One paragraph and one small table per note: excerpt, gold, every system's answer."""
    if not result.disagreements:
        show.text("No note separates the systems in an instructive way.")
    for number, case in enumerate(result.disagreements, start=1):
        show.text("**Note {note}.** {excerpt}", note=case.note, excerpt=_quoted(case))
        show.table(
            [
                ("Gold", _gold(case), ""),
                *((a.system, _answer(a), "yes" if a.accepted else "no") for a in case.answers),
            ],
            label=f"tbl-icd10-case-{number}",
            caption=f"Note {case.note}: {case.why}",
            columns=columns(who="Answer of", codes="Codes, primary first", right="Exactly right"),
            emphasis=(0,),
        )
    masked_text(result.masked)


def _quoted(case: Disagreement) -> str:
    return (
        f"“{case.excerpt}”"
        if case.excerpt
        else "The text is not shown: the notes are not declared de-identified."
    )


def _gold(case: Disagreement) -> str:
    return "; ".join(f"{code} {text}" for code, text in zip(case.gold, case.descriptions, strict=True))


def _answer(answer: GivenAnswer) -> str:
    if answer.status != "answered":
        return {
            "missing": "no answer recorded",
            "schema_broken": "answer broke the schema",
            "not_measured": "not measured",
        }[answer.status]
    more = len(answer.codes) - _SHOWN
    shown = ", ".join(answer.codes[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown or "no code"
