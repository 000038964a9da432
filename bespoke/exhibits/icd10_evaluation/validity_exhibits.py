"""Whether codes could be billed at all: gold and systems on the validity ladder."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Icd10Evaluation, Validity
from bespoke.exhibits.icd10_evaluation.icd10_wording import sentence_case
from bespoke.facts.icd10 import PINNED
from bespoke.facts.icd10_retired import RELEASES, SOURCE
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal, percent

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
            "stay in the gold as given, and a system that answers one of them as the gold has it scores. A system that "
            "answers only billable codes can reach a recall of {recall} and an F1 of {f1} at most; have them reviewed "
            "before the scores are compared with others. {valid}",
            recall=decimal(1 - gold.invalid_share, 2), valid=_valid_only(result),
            f1=decimal(2 * (1 - gold.invalid_share) / (2 - gold.invalid_share), 2),
            share=percent(gold.invalid_share, 1), release=result.release, examples=", ".join(gold.examples),
        )  # fmt: skip
        if gold.retired:
            show.text(
                "{retired} of the {invalid} were billable in an earlier release and have been retired since: the "
                "gold is older than the code set, which no system can help ([retired codes](#tbl-icd10-retired)).",
                retired=gold.retired, invalid=gold.total - gold.billable,
            )  # fmt: skip
        if gold.later:
            show.text(
                "{later} of the {invalid} are codes of a later release: the gold is newer than the code set used here.",
                later=gold.later, invalid=gold.total - gold.billable,
            )  # fmt: skip
    invalid = [s for s in result.ran if s.validity and s.validity.billable < s.validity.total]
    if invalid:
        worst = max(invalid, key=lambda s: s.validity.invalid_share if s.validity else 0.0)
        assert worst.validity is not None
        show.text(
            "{n} of {all} systems answered codes that cannot be billed, {worst} most often ({share} of its codes). "
            "They count as wrong unless the gold has the same code.",
            n=len(invalid), all=len(result.ran), worst=sentence_case(worst.title),
            share=percent(worst.validity.invalid_share, 1),
        )  # fmt: skip
    else:
        show.text("No system answered a code that cannot be billed.")


def _valid_only(result: Icd10Evaluation) -> str:
    """What is left of the scores where only billable codes can score."""
    lower = [(s.title, s.scores) for s in result.ran if s.scores and s.scores.micro_f1_valid]
    said = [
        f"{title} {decimal(scores.micro_f1_valid.estimate, 2)} instead of {decimal(scores.micro_f1.estimate, 2)}"
        for title, scores in lower
        if scores.micro_f1_valid
    ]
    return f"Were only billable codes to score, micro-F1 would be: {'; '.join(said)}." if said else ""


def validity_table(result: Icd10Evaluation) -> None:
    """The ladder of validity for gold and systems."""
    answers = [(s.title, s.validity) for s in result.ran if s.validity]
    rows = [("Gold", result.gold_validity), *answers]
    valid = [validity for _, validity in answers if validity.total]
    later = any(validity.later for _, validity in rows)
    least = min((1 - validity.invalid_share for validity in valid), default=0.0)
    show.table(
        [_validity_row(name, validity, later=later) for name, validity in rows],
        label="tbl-icd10-validity",
        caption=f"Of every system's codes at least {percent(least)} are billable in the release",
        columns=(
            Column(key="who", title="Codes of"),
            *columns("integer", total="Codes", malformed="Malformed", invented="Invented", retired="Retired"),
            *([Column(key="later", title="Not yet there", format="integer")] if later else []),
            *columns("integer", not_billable="Never billable", billable="Billable"),
            Column(key="share", title="Billable", format="percent", digits=1),
            Column(key="examples", title="Examples"),
        ),
        source=f"{result.release}. Invented: in no release at hand. Retired: billable in an earlier one of "
        f"{_compared_with(result)}, no longer in this one. "
        f"{'Not yet there: billable in a later one of them. ' if later else ''}"
        "Never billable: a category, detail is missing",
    )


def retired_table(result: Icd10Evaluation) -> None:
    """Retired codes of gold and systems, and what stands in their place."""
    in_gold = {r.code: r.count for r in result.gold_validity.retirements}
    answered = [(r, s.title) for s in result.ran if s.validity for r in s.validity.retirements]
    every = {r.code: r for r in (*result.gold_validity.retirements, *(r for r, _ in answered))}
    if not every:
        return
    most = {}
    for code in every:
        count, who = max(((r.count, who) for r, who in answered if r.code == code), default=(0, ""))
        most[code] = f"{count}, {sentence_case(who)}" if who else ""
    rows = [
        (code, r.description, in_gold.get(code), most[code], r.last_billable, _successors(r.successors))
        for code, r in every.items()
    ]
    show.table(
        rows,
        label="tbl-icd10-retired",
        caption=_retired_caption(sum(row[5] != _UNKNOWN for row in rows), len(rows)),
        columns=(
            *columns(code="Code", description="It meant"),
            Column(key="count", title="Notes in gold", format="integer"),
            *columns(most="Most notes answered", last="Last seen billable", successors="Billable today"),
        ),
        source=f"{SOURCE}. The five most frequent of gold and of each "
        "system. Billable today: codes it was split into, merged into, or of the same description",
    )


def _retired_caption(placed: int, every: int) -> str:
    if every == 1:
        return f"The one retired code has {'a' if placed else 'no'} known place in the release used"
    if placed == every:
        return f"All {every} of these retired codes have a known place in the release used"
    return f"{placed} of these {every} retired codes have a known place in the release used"


def _validity_row(name: str, validity: Validity, *, later: bool) -> tuple[str | int | float | None, ...]:
    share = 1 - validity.invalid_share if validity.total else None
    return (
        name, validity.total, validity.malformed, validity.invented, validity.retired,
        *([validity.later] if later else []), validity.not_billable, validity.billable, share,
        ", ".join(validity.examples[:3]),
    )  # fmt: skip


def _successors(codes: tuple[str, ...]) -> str:
    shown = ", ".join(codes[:_SUCCESSORS])
    more = len(codes) - _SUCCESSORS
    return f"{shown} and {more} more" if more > 0 else shown or _UNKNOWN


def _compared_with(result: Icd10Evaluation) -> str:
    """The other releases that a code was looked up in, oldest first."""
    given = result.release != PINNED.name
    return ", ".join([*RELEASES, *([f"FY{PINNED.fiscal_year}"] if given else [])])
