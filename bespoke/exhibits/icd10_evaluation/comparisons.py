"""Which differences between systems these notes can tell from chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Icd10Evaluation
from bespoke.exhibits.display_names import p_value
from bespoke.exhibits.figure_parts import name_rows
from bespoke.exhibits.icd10_evaluation.icd10_wording import sentence_case, signed_limits, title, verdict
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal, percent, signed
from bespoke.show.style import BLUE, GREY, INK
from bespoke.statistics.interval import Interval


def differences(result: Icd10Evaluation) -> None:
    """Paired differences of micro-F1 with intervals, one line per pair."""
    pairs = result.comparisons
    if not pairs:
        show.text("Only one system ran, so there is nothing to compare it with.")
        return
    shown = [
        (
            f"{title(result, p.first)} − {sentence_case(title(result, p.second))}",
            p.difference,
            p.verdict in ("improved", "worse"),
        )
        for p in pairs
    ]
    settled_count = sum(settled for *_, settled in shown)
    words = "; ".join(
        f"{title(result, p.first)} minus {title(result, p.second)} {signed(p.difference.estimate)} "
        f"({signed_limits(p.difference)}), {verdict(p, result.notes)}"
        for p in pairs
    )
    show.figure(
        _draw_differences,
        shown,
        label="fig-icd10-differences",
        caption=f"{settled_count} of {len(pairs)} differences can be told from chance on {decimal(result.notes)} "
        "notes",
        alt=f"Paired differences of micro-F1 with 95% intervals. {words}.",
        source="intervals and p by groups of notes; the verdict allows for every pair of systems",
    )


def _draw_differences(pairs: Sequence[tuple[str, Interval, bool]]) -> Any:
    """Of each pair its name, the difference and whether that can be told from chance; the first pair on top."""
    figure, axes = show.new_figure(0.9 + 0.3 * len(pairs))
    for y, (_, difference, settled) in enumerate(reversed(pairs)):
        colour = BLUE if settled else GREY
        axes.plot([difference.low, difference.high], [y, y], color=colour, lw=2, ls="-" if settled else "--")
        axes.plot(difference.estimate, y, "o", color=colour, mfc=colour if settled else "white", ms=5)
    axes.axvline(0, color=INK, lw=0.9)
    name_rows(axes, (name for name, *_ in pairs))
    axes.set_xlabel("difference of micro-F1, paired 95% interval; dashed and hollow: not separable")
    return figure


def verdicts(result: Icd10Evaluation) -> None:
    """One sentence per step of the ladder, and who leads on the primary diagnosis."""
    _steps(result)
    _primary_text(result)


def _steps(result: Icd10Evaluation) -> None:
    steps = [pair for pair in result.comparisons if pair.below]
    if not steps:
        return
    lines = [
        show.fill(
            "- **{first}** against {second}: {gain}, {verdict}.",
            first=title(result, p.first), second=sentence_case(title(result, p.second)),
            gain=f"{signed(p.difference.estimate)} ({signed_limits(p.difference)})",
            verdict=verdict(p, result.notes),
        )
        for p in steps
    ]  # fmt: skip
    show.text(
        "Each system against the one below it ([differences](#fig-icd10-differences)):\n\n" + _literal(lines)
    )


def _primary_text(result: Icd10Evaluation) -> None:
    """Who leads on the primary diagnosis, where that is not the system that leads over all codes."""
    against = [c for c in result.comparisons if c.best and c.first == result.best]
    better = [c for c in against if c.primary.second_only > c.primary.first_only and c.primary_p_holm <= 0.05]
    if not better:
        return
    pair = max(better, key=lambda c: c.primary.second_only - c.primary.first_only)
    shares = [result.system(name).primary_exact for name in (pair.first, pair.second)]
    assert shares[0] is not None
    assert shares[1] is not None
    show.text(
        "**The primary diagnosis tells another story**: {second} has it exactly right in {theirs} of the notes, "
        "{first} in {ours} (p {p} after Holm).",
        second=sentence_case(title(result, pair.second)), first=sentence_case(title(result, pair.first)),
        theirs=percent(shares[1].estimate), ours=percent(shares[0].estimate), p=p_value(pair.primary_p_holm),
    )  # fmt: skip


def comparison_table(result: Icd10Evaluation) -> None:
    """The numbers behind the differences."""
    if not result.comparisons:
        return
    show.table(
        [
            (
                title(result, p.first), title(result, p.second), signed(p.difference.estimate),
                signed_limits(p.difference), p_value(p.p_any), p.primary.first_only, p.primary.second_only,
                p_value(p.primary_p_holm), verdict(p, result.notes),
            )
            for p in result.comparisons
        ],
        label="tbl-icd10-comparisons",
        caption="Each system against the one below it and the best against all: micro-F1 and primary diagnosis",
        columns=(
            *columns(first="System", second="Against", difference="Micro-F1 difference"),
            *columns(limits="95% interval", p="p, among all pairs"),
            Column(key="first_only", title="Primary right: first only", format="integer"),
            Column(key="second_only", title="Primary right: second only", format="integer"),
            *columns(mcnemar="Its p, Holm", verdict="Micro-F1 verdict"),
        ),
        source="micro-F1: p by exchanging the systems in whole groups, among all pairs, so that choosing the best is "
        f"paid for; {_mcnemar(result)}",
    )  # fmt: skip


def _mcnemar(result: Icd10Evaluation) -> str:
    if result.clusters == result.notes:
        return "primary diagnosis: McNemar's exact test"
    return (
        "primary diagnosis: exact test by sign flips of whole groups, McNemar's where every note stands alone"
    )


def _literal(lines: list[str]) -> str:
    """Already escaped Markdown as a template: braces in a system's name are not fields."""
    return "\n".join(lines).replace("{", "{{").replace("}", "}}")
