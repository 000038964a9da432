"""Whether more training examples would help, and how far that can be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Forecast, Icd10Evaluation, LearningCurve, LearningPoint
from bespoke.exhibits.figure_parts import beside
from bespoke.exhibits.icd10_evaluation.icd10_wording import part_of_notes, sentence_case
from bespoke.show.numbers import decimal, signed
from bespoke.show.style import CYCLE


def learning(result: Icd10Evaluation) -> None:
    """Learning curves of the rungs that learn."""
    curves = [curve for curve in result.learning if len(curve.points) > 1]
    if not curves:
        return
    steepest = max(curves, key=_last_gain)
    words = "; ".join(
        f"{c.title} " + ", ".join(f"{decimal(p.micro_f1, 2)} at {decimal(p.notes)}" for p in c.points)
        for c in curves
    )
    show.figure(
        _draw_learning,
        [(curve.title, curve.points) for curve in curves],
        label="fig-icd10-learning",
        caption=f"From {decimal(steepest.points[-2].notes)} to {decimal(steepest.points[-1].notes)} training notes "
        f"{sentence_case(steepest.title)} moves by {signed(_last_gain(steepest))} in micro-F1",
        alt=f"Learning curves, micro-F1 by number of training notes. {words}.",
        source="train.jsonl, three nested random draws per size; decision rules as chosen on all training notes"
        + part_of_notes("; scored on", min(curve.scored for curve in curves), result.notes),
    )


def _draw_learning(curves: Sequence[tuple[str, Sequence[LearningPoint]]]) -> Any:
    figure, axes = show.new_figure(2.6)
    for (title, points), colour, marker in zip(curves, CYCLE, "os^Dv", strict=False):
        x = [point.notes for point in points]
        axes.fill_between(
            x, [p.low for p in points], [p.high for p in points], color=colour, alpha=0.15, lw=0
        )
        axes.plot(x, [p.micro_f1 for p in points], color=colour, marker=marker, ms=4)
        last = points[-1]
        beside(axes, title, (last.notes, last.micro_f1), color=colour, parse_math=False)
    axes.set_xlim(0, max(points[-1].notes for _, points in curves) * 1.35)
    axes.set_ylim(0, max(p.high for _, points in curves for p in points) * 1.15 or 1)
    axes.grid(axis="y", visible=True)
    axes.set_xlabel("training notes (band: lowest and highest of three draws)")
    axes.set_ylabel("micro-F1")
    return figure


def forecast_text(result: Icd10Evaluation) -> None:
    """What the prolonged curve says of the target, or why it must not be asked."""
    found = result.forecast
    if found is None:
        return
    of_what = (
        "It is the curve of tuned models themselves."
        if found.tuned
        else "A tuned model knows more from the start, so its curve may lie elsewhere: evaluating models that were "
        "tuned on four sizes of the dataset measures it."
    )
    show.text(
        "Prolonged to {limit} examples, {multiple} times the most that were measured and no farther, {title} would be "
        "at micro-F1 {there:.2f} ({low:.2f} to {high:.2f}). {reaches} " + of_what,
        limit=decimal(found.limit),
        multiple=decimal(found.limit / found.sizes[-1]),
        title=sentence_case(found.title),
        there=found.at_limit.estimate, low=found.at_limit.low, high=found.at_limit.high,
        reaches=_reaches(found),
    )  # fmt: skip


def _reaches(found: Forecast) -> str:
    if found.target is None:
        return "No task sets a target in F1 that it could be held against."
    target = decimal(found.target, 2)
    if found.needed is None:
        return f"The target of {target} lies beyond that, so no number of examples is derived from it."
    high = f"more than {decimal(found.limit)}" if found.needed.high is None else decimal(found.needed.high)
    return (
        f"It reaches the target of {target} at {decimal(found.needed.examples)} examples "
        f"({decimal(found.needed.low)} to {high})."
    )


def _last_gain(curve: LearningCurve) -> float:
    return curve.points[-1].micro_f1 - curve.points[-2].micro_f1
