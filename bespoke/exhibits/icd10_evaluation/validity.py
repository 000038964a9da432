"""Whether codes could be billed at all: gold and systems on the validity ladder."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Icd10Evaluation, Validity
from bespoke.exhibits.icd10_evaluation.words import sentence_case
from bespoke.facts.icd10_retired import RELEASES, SOURCE
from bespoke.show import Column
from bespoke.show.numbers import percent

_SUCCESSORS = 4  # codes named in a cell
_UNKNOWN = "not shown by the tables"


def validity_text(result: Icd10Evaluation) -> None:
    """Whether the gold itself can be billed, and who answers codes that cannot."""
    gold = result.gold_validity
    if gold.billable == gold.total:
        show.text("All {n} gold codes are billable in {release}.", n=gold.total, release=result.release)
    else:
        show.text(
            "**{share} of the gold codes are not billable** in {release} (for example {examples}). They "
            "stay in the "
            "gold as given, so no system that answers only billable codes can reach a recall of 1; have "
            "them reviewed "
            "before the scores are compared with others.",
            share=percent(gold.invalid_share, 1), release=result.release, examples=", ".join(gold.examples),
        )  # fmt: skip
        if gold.retired:
            show.text(
                "{retired} of the {invalid} were billable in an earlier release and have been retired since: the "
                "gold is older than the code set, which no system can help ([retired codes](#tbl-icd10-retired)).",
                retired=gold.retired, invalid=gold.total - gold.billable,
            )  # fmt: skip
    invalid = [s for s in result.ran if s.validity and s.validity.billable < s.validity.total]
    if invalid:
        worst = max(invalid, key=lambda s: s.validity.invalid_share if s.validity else 0.0)
        assert worst.validity is not None
        show.text(
            "{n} of {all} systems answered codes that cannot be billed, {worst} most often ({share} of its "
            "codes). "
            "They count as wrong unless the gold has the same code.",
            n=len(invalid), all=len(result.ran), worst=sentence_case(worst.title),
            share=percent(worst.validity.invalid_share, 1),
        )  # fmt: skip
    else:
        show.text("No system answered a code that cannot be billed.")


def validity_table(result: Icd10Evaluation) -> None:
    """The ladder of validity for gold and systems."""
    answers = [(s.title, s.validity) for s in result.ran if s.validity]
    rows = [("Gold", result.gold_validity), *answers]
    valid = [validity for _, validity in answers if validity.total]
    least = min((1 - validity.invalid_share for validity in valid), default=0.0)
    show.table(
        [_validity_row(name, validity) for name, validity in rows],
        label="tbl-icd10-validity",
        caption=f"Of every system's codes at least {percent(least)} are billable in the release",
        columns=(
            Column(key="who", title="Codes of"),
            Column(key="total", title="Codes", format="integer"),
            Column(key="malformed", title="Malformed", format="integer"),
            Column(key="invented", title="Invented", format="integer"),
            Column(key="retired", title="Retired", format="integer"),
            Column(key="not_billable", title="Never billable", format="integer"),
            Column(key="billable", title="Billable", format="integer"),
            Column(key="share", title="Billable", format="percent", digits=1),
            Column(key="examples", title="Examples"),
        ),
        source=f"{result.release}. Invented: in no release at hand. Retired: billable in one of {', '.join(RELEASES)}, "
        "no longer in this one. Never billable: a category, detail is missing",
    )


def retired_table(result: Icd10Evaluation) -> None:
    """Retired codes of gold and systems, and what stands in their place."""
    whose = [("Gold", result.gold_validity), *((s.title, s.validity) for s in result.ran if s.validity)]
    rows = [
        (who, r.code, r.description, r.count, r.last_billable, _successors(r.successors))
        for who, validity in whose
        for r in validity.retirements
    ]
    if not rows:
        return
    show.table(
        rows,
        label="tbl-icd10-retired",
        caption=f"{sum(row[5] != _UNKNOWN for row in rows)} of these {len(rows)} retired codes have a known "
        "place in the release in force",
        columns=(
            Column(key="who", title="Codes of"),
            Column(key="code", title="Code"),
            Column(key="description", title="It meant"),
            Column(key="count", title="Notes", format="integer"),
            Column(key="last", title="Last seen billable"),
            Column(key="successors", title="Billable today"),
        ),
        source=f"{SOURCE}. Billable today: codes it was split into, merged into, or of the same description",
    )


def _validity_row(name: str, validity: Validity) -> tuple[str | int | float | None, ...]:
    share = 1 - validity.invalid_share if validity.total else None
    return (
        name, validity.total, validity.malformed, validity.invented, validity.retired, validity.not_billable,
        validity.billable, share, ", ".join(validity.examples[:3]),
    )  # fmt: skip


def _successors(codes: tuple[str, ...]) -> str:
    shown = ", ".join(codes[:_SUCCESSORS])
    more = len(codes) - _SUCCESSORS
    return f"{shown} and {more} more" if more > 0 else shown or _UNKNOWN
