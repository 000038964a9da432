"""The notes that teach most, and what was hit, missed and added in them: what a score looks like on a page."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Disagreement, GivenAnswer, Icd10Evaluation
from bespoke.exhibits.masking_note import masked_text
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal

_SHOWN = 8  # codes of one answer
MOST = 2  # notes, and systems
ADDED = 6  # codes of one note that are not in its coding


def disagreements(result: Icd10Evaluation) -> None:
    """One paragraph and one small table per note: excerpt, gold, every system's answer."""
    if not result.disagreements:
        show.text("No note separates the systems in an instructive way.")
    for number, case in enumerate(result.disagreements, start=1):
        hidden = "The text is not shown: the notes are not declared de-identified."
        excerpt = f"“{case.excerpt}”" if case.excerpt else hidden
        gold = (f"{code} {text}" for code, text in zip(case.gold, case.descriptions, strict=True))
        show.text("**Note {note}.** {excerpt}", note=case.note, excerpt=excerpt)
        show.table(
            [
                ("Gold", "; ".join(gold), ""),
                *((a.system, _answer(a), "yes" if a.accepted else "no") for a in case.answers),
            ],
            label=f"tbl-icd10-case-{number}",
            caption=f"Note {case.note}: {case.why}",
            columns=columns(who="Answer of", codes="Codes, primary first", right="Exactly right"),
            emphasis=(0,),
        )
    masked_text(result.masked)


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


def annotated(result: Icd10Evaluation) -> None:
    """The most instructive notes, code by code: hit, missed or added by each of the two best systems."""
    shown = [case for case in result.disagreements if case.answers][:MOST]
    for number, case in enumerate(shown, start=1):
        if case.excerpt:
            show.text("> “{excerpt}”", excerpt=case.excerpt)
        _table(case, number)
    if shown:
        masked_text(result.masked)


def _table(case: Disagreement, number: int) -> None:
    answered = [answer for answer in case.answers if answer.status == "answered"]
    systems = answered[-MOST:]  # the ladder's best come last
    words = dict(zip(case.gold, case.descriptions, strict=True))
    added = dict.fromkeys(code for answer in systems for code in answer.codes if code not in words)
    rows = [(code, text, *(_mark(code, a, True) for a in systems)) for code, text in words.items()]
    rows += [
        (code, "not in the coding", *(_mark(code, a, False) for a in systems)) for code in [*added][:ADDED]
    ]
    if len(added) > ADDED:
        rows.append(("", f"and {decimal(len(added) - ADDED)} more", *([""] * len(systems))))
    show.table(
        rows,
        label=f"tbl-icd10-annotated-{number}",
        caption=f"Note {case.note}: {case.why}",
        columns=(
            Column(key="code", title="Code", format="code"),
            Column(key="what", title="What it stands for"),
            *(Column(key=f"s{i}", title=answer.system) for i, answer in enumerate(systems)),
        ),
    )


def _mark(code: str, answer: GivenAnswer, wanted: bool) -> str:
    given = code in answer.codes
    if wanted:
        return "hit" if given else "missed"
    return "added" if given else ""
