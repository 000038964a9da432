"""Behind the totals: validity of codes, kinds of codes, confusions, other fields, consumption."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Icd10Evaluation, Slice, Validity
from bespoke.exhibits.icd10_evaluation.words import (
    chapter_name,
    count,
    limits,
    p_value,
    sentence_case,
    share_limits,
    signed_limits,
    title,
)
from bespoke.facts.icd10_retired import RELEASES, SOURCE
from bespoke.show import Column
from bespoke.show.numbers import percent
from bespoke.show.style import INK, MUTED

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
            Column(key="last", title="Last billable"),
            Column(key="successors", title="Billable today"),
        ),
        source=f"{SOURCE}. Billable today: codes it was split into, merged into, or of the same description",
    )


def slices_text(result: Icd10Evaluation) -> None:
    """What the best system cannot do, and where it leads the runner-up."""
    best = result.system(result.best) if result.best else None
    if best is None:
        return
    unseen = next((s for s in best.slices if s.name == "Not seen in training"), None)
    if unseen is not None:
        share = unseen.gold / result.gold_codes
        show.text(
            "{share} of the gold codes never occur in training. {best} finds {found} of these {n} "
            "([kinds of codes](#tbl-icd10-slices)).",
            share=percent(share), best=best.title, n=unseen.gold, found=percent(unseen.recall.estimate),
        )  # fmt: skip
    decoys = next((s for s in best.slices if s.dimension == "decoy"), None)
    if decoys is not None:
        show.text(
            "In {n} places a note only denies a finding whose words stood for a code in training. {best} "
            "coded it "
            "all the same in {share} of them (95% interval {limits}).",
            n=decoys.gold, best=best.title, share=percent(decoys.recall.estimate),
            limits=share_limits(decoys.recall),
        )  # fmt: skip
    settled = [d for d in result.slice_differences if d.p_holm <= 0.05 and d.difference.excludes_zero]
    for d in settled:
        show.text(
            "{kind}: the best system and the runner-up differ by {difference} in F1 ({limits}; p {p} after "
            "Holm).",
            kind=d.name, difference=f"{d.difference.estimate:+.2f}", limits=signed_limits(d.difference),
            p=p_value(d.p_holm),
        )  # fmt: skip
    if result.slice_differences and not settled:
        show.text(
            "On no single kind of code can the best system be told from the runner-up after Holm's "
            "adjustment."
        )


def slice_table(result: Icd10Evaluation) -> None:
    """Kinds of codes for the best system."""
    if result.best is None:
        return
    slices = [s for s in result.system(result.best).slices if s.dimension != "decoy"]
    show.table(
        [_slice_row(s) for s in slices],
        label="tbl-icd10-slices",
        caption=f"{title(result, result.best)} by kind of code: {_extremes(slices)}",
        columns=(
            Column(key="kind", title="Kind of code"),
            Column(key="gold", title="In gold", format="integer"),
            Column(key="answered", title="Answered", format="integer"),
            Column(key="recall", title="Recall", format="decimal", digits=2),
            Column(key="recall_limits", title="95% interval"),
            Column(key="precision", title="Precision", format="decimal", digits=2),
            Column(key="f1", title="F1", format="decimal", digits=2),
            Column(key="f1_limits", title="95% interval"),
        ),
        source="cluster bootstrap. For kinds of mention only recall is defined",
    )


def confusion(result: Icd10Evaluation) -> None:
    """Primary diagnoses of the best system: chapter in the gold against chapter answered."""
    if result.best is None:
        return
    cells = {(c.gold, c.answered): c.notes for c in result.system(result.best).confusion}
    golds = sorted({gold for gold, _ in cells}, key=_chapter_order)
    answers = sorted({answered for _, answered in cells}, key=_chapter_order)
    if not golds:
        return
    figure, axes = show.new_figure(1.0 + 0.2 * len(golds))
    peak = max(cells.values())
    axes.imshow(
        [[cells.get((g, a), 0) for a in answers] for g in golds],
        cmap="Blues",
        vmax=peak * 1.15,
        aspect="auto",
    )
    for (gold, answered), notes in cells.items():
        colour = "white" if notes > 0.6 * peak else INK
        axes.text(
            answers.index(answered),
            golds.index(gold),
            str(notes),
            ha="center",
            va="center",
            color=colour,
            fontsize=7.5,
        )
    axes.set_xticks(range(len(answers)), [a or "none" for a in answers])
    axes.set_yticks(range(len(golds)), [chapter_name(g) for g in golds])
    axes.set_xlabel("chapter of the first code answered")
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_color(MUTED)
    total, right = sum(cells.values()), sum(n for (g, a), n in cells.items() if g == a != "")
    wrong = sorted(((n, g, a) for (g, a), n in cells.items() if g != a), key=lambda x: (-x[0], x[1], x[2]))[
        :5
    ]
    mistakes = "; ".join(f"{chapter_name(g)} answered as {chapter_name(a)} {n} times" for n, g, a in wrong)
    show.figure(
        figure,
        label="fig-icd10-confusion",
        caption=f"The primary diagnosis falls in the right chapter in {right} of {total} notes "
        f"({title(result, result.best)})",
        alt=f"Heat map of primary diagnoses by chapter in the gold and chapter answered. {right} of {total} "
        "notes lie "
        f"on the diagonal. Most frequent mistakes: {mistakes or 'none'}.",
        source="first code of gold and answer",
    )


def field_table(result: Icd10Evaluation) -> None:
    """The other fields, for systems that answer them."""
    systems = [(s.title, s.fields) for s in result.ran if s.fields]
    if not systems:
        show.text(
            "No recorded system answers the other fields (symptoms, medications, follow-up date), so only "
            "codes are "
            "scored here."
        )
        return
    names = {
        "symptoms_f1": "Symptoms, F1", "drug_f1": "Drugs, F1", "dose_f1": "Drug and dose, F1",
        "route_f1": "Drug and route, F1", "frequency_f1": "Drug and frequency, F1",
        "medication_f1": "Whole medication, F1", "follow_up_exact": "Follow-up date exact",
        "follow_up_within_3_days": "Follow-up within 3 days", "follow_up_correct_null": "No date where none "
        "is due",
    }  # fmt: skip
    rows = [
        (system, name, interval.estimate, limits(interval))
        for system, fields in systems
        for key, name in names.items()
        if (interval := getattr(fields, key)) is not None
    ]
    show.table(
        rows,
        label="tbl-icd10-fields",
        caption="The fields beside the codes, for systems that answer them",
        columns=(
            Column(key="system", title="System"),
            Column(key="field", title="Field"),
            Column(key="score", title="Score", format="decimal", digits=2),
            Column(key="limits", title="95% interval"),
        ),
        source="text equal but for case, spaces and commas",
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


def _slice_row(s: Slice) -> tuple[str | int | float | None, ...]:
    name = chapter_name(s.name.removeprefix("Chapter ")) if s.dimension == "chapter" else s.name
    return (
        name, s.gold, s.predicted, s.recall.estimate, limits(s.recall),
        s.precision.estimate if s.precision else None, s.f1.estimate if s.f1 else None, limits(s.f1),
    )  # fmt: skip


def _extremes(slices: list[Slice]) -> str:
    """The best and worst chapter among those with at least ten codes."""
    scored = [(s.f1.estimate, s.name) for s in slices if s.f1 and s.dimension == "chapter" and s.gold >= 10]
    if len(scored) < 2:
        return count(len(slices), "kind", "kinds")
    low, high = min(scored), max(scored)
    names = [chapter_name(name.removeprefix("Chapter ")).split(" ", 1)[1].lower() for _, name in (high, low)]
    return f"F1 {high[0]:.2f} in {names[0]}, {low[0]:.2f} in {names[1]}"


def _chapter_order(chapter: str) -> int:
    return int(chapter or 99)
