"""Behind the totals: kinds of codes, confusions, other fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import ChapterConfusion, Icd10Evaluation, Slice
from bespoke.exhibits.display_names import chapter_name, count, p_value, share_limits, with_ends
from bespoke.exhibits.figure_parts import count_map
from bespoke.exhibits.icd10_evaluation.icd10_wording import signed_limits, title, with_limits
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal, percent, signed

_FIELD_TABLES = (
    (
        "tbl-icd10-fields",
        "Symptoms and follow-up dates, for systems that answer them",
        {
            "symptoms_f1": "Symptoms, F1", "follow_up_exact": "Date exact",
            "follow_up_within_3_days": "Within 3 days", "follow_up_correct_null": "No date where none is due",
        },
    ),
    (
        "tbl-icd10-medications",
        "Medications, F1: a part counts only with its own drug",
        {
            "drug_f1": "Drug", "dose_f1": "Drug and dose", "route_f1": "Drug and route",
            "frequency_f1": "Drug and frequency", "medication_f1": "All four",
        },
    ),
)  # fmt: skip


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
            "In {n} places a note only denies a finding whose words stood for a code in training. {best} coded it "
            "all the same in {share} of them (95% interval {limits}).",
            n=decoys.gold, best=best.title, share=percent(decoys.recall.estimate),
            limits=share_limits(decoys.recall),
        )  # fmt: skip
    settled = [d for d in result.slice_differences if d.p_holm <= 0.05 and d.difference.excludes_zero]
    for d in settled:
        show.text(
            "{kind}: the best system and the runner-up differ by {difference} in F1 ({limits}; p {p} after Holm).",
            kind=d.name, difference=signed(d.difference.estimate), limits=signed_limits(d.difference),
            p=p_value(d.p_holm),
        )  # fmt: skip
    if result.slice_differences and not settled:
        show.text(
            "On no single kind of code can the best system be told from the runner-up after Holm's adjustment."
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
            *columns("integer", gold="In gold", answered="Answered"),
            Column(key="recall", title="Recall", format="decimal", digits=2),
            *columns("decimal", unit="95% interval", digits=2, recall_low="Low", recall_high="High"),
            *columns("decimal", digits=2, precision="Precision", f1="F1"),
            *columns("decimal", unit="95% interval", digits=2, f1_low="Low", f1_high="High"),
        ),
        source="intervals by groups of notes. For kinds of mention only recall is defined",
    )


def confusion(result: Icd10Evaluation) -> None:
    """Primary diagnoses of the best system: chapter in the gold against chapter answered."""
    if result.best is None:
        return
    cells = result.system(result.best).confusion
    if not cells:
        return
    total, right = sum(c.notes for c in cells), sum(c.notes for c in cells if c.gold == c.answered != "")
    wrong = sorted((c for c in cells if c.gold != c.answered), key=lambda c: (-c.notes, c.gold, c.answered))
    mistakes = "; ".join(
        f"{chapter_name(c.gold)} answered as {chapter_name(c.answered)} {c.notes} times" for c in wrong[:5]
    )
    show.figure(
        _draw_confusion,
        cells,
        label="fig-icd10-confusion",
        caption=f"The primary diagnosis falls in the right chapter in {right} of {total} notes "
        f"({title(result, result.best)})",
        alt=f"Heat map of primary diagnoses by chapter in the gold and chapter answered. {right} of {total} notes "
        f"lie on the diagonal. Most frequent mistakes: {mistakes or 'none'}.",
        source="first code of gold and answer",
    )


def _draw_confusion(cells: Sequence[ChapterConfusion]) -> Any:
    golds = sorted({c.gold for c in cells}, key=_chapter_order)
    answers = sorted({c.answered for c in cells}, key=_chapter_order)
    notes = {(c.gold, c.answered): c.notes for c in cells}
    counts = [[notes.get((g, a), 0) for a in answers] for g in golds]
    figure, axes = count_map(
        1.0 + 0.18 * len(golds), counts, [chapter_name(g) for g in golds], [a or "none" for a in answers]
    )
    axes.set_xlabel("chapter of the first code answered")
    return figure


def field_table(result: Icd10Evaluation) -> None:
    """The other fields, for systems that answer them."""
    systems = [(s.title, s.fields) for s in result.ran if s.fields]
    if not systems:
        show.text(
            "No recorded system answers the other fields (symptoms, medications, follow-up date), so only codes are "
            "scored here."
        )
        return
    for label, caption, names in _FIELD_TABLES:
        shown = {
            key: name for key, name in names.items() if any(getattr(fields, key) for _, fields in systems)
        }
        rows = [
            (system, *(with_limits(getattr(fields, key)) for key in shown))
            for system, fields in systems
            if any(getattr(fields, key) for key in shown)
        ]
        if rows:
            show.table(
                rows,
                label=label,
                caption=caption,
                columns=(
                    Column(key="system", title="System"),
                    *(Column(key=key, title=name) for key, name in shown.items()),
                ),
                source="with 95% intervals; text equal but for case, spaces and commas",
            )


def _slice_row(s: Slice) -> tuple[str | int | float | None, ...]:
    name = chapter_name(s.name.removeprefix("Chapter ")) if s.dimension == "chapter" else s.name
    return (
        name, s.gold, s.predicted, *with_ends(s.recall), s.precision.estimate if s.precision else None,
        *with_ends(s.f1),
    )  # fmt: skip


def _extremes(slices: list[Slice]) -> str:
    """The best and worst chapter among those with at least ten codes."""
    scored = [(s.f1.estimate, s.name) for s in slices if s.f1 and s.dimension == "chapter" and s.gold >= 10]
    if len(scored) < 2:
        return count(len(slices), "kind")
    low, high = min(scored), max(scored)
    names = [chapter_name(name.removeprefix("Chapter ")).split(" ", 1)[1].lower() for _, name in (high, low)]
    return f"F1 {decimal(high[0], 2)} in {names[0]}, {decimal(low[0], 2)} in {names[1]}"


def _chapter_order(chapter: str) -> int:
    return int(chapter or 99)
