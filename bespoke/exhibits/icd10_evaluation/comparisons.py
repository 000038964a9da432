"""Which differences between systems these notes can tell from chance."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Icd10Evaluation
from bespoke.exhibits.icd10_evaluation.words import p_value, sentence_case, signed_limits, title, verdict
from bespoke.show import Column
from bespoke.show.style import BLUE, GREY, INK


def differences(result: Icd10Evaluation) -> None:
    """Paired differences of micro-F1 with intervals, one line per pair."""
    pairs = result.comparisons
    if not pairs:
        show.text("Only one system ran, so there is nothing to compare it with.")
        return
    figure, axes = show.new_figure(0.9 + 0.3 * len(pairs))
    for y, pair in enumerate(reversed(pairs)):
        settled = pair.verdict in ("improved", "worse")
        colour = BLUE if settled else GREY
        axes.plot(
            [pair.difference.low, pair.difference.high],
            [y, y],
            color=colour,
            lw=2,
            ls="-" if settled else "--",
        )
        axes.plot(pair.difference.estimate, y, "o", color=colour, mfc=colour if settled else "white", ms=5)
    axes.axvline(0, color=INK, lw=0.9)
    names = [f"{title(result, p.first)} − {sentence_case(title(result, p.second))}" for p in reversed(pairs)]
    axes.set_yticks(range(len(pairs)), names)
    axes.set_ylim(-0.6, len(pairs) - 0.4)
    axes.set_xlabel("difference of micro-F1, paired 95% interval; dashed and hollow: not separable")
    settled_count = sum(pair.verdict in ("improved", "worse") for pair in pairs)
    words = "; ".join(
        f"{title(result, p.first)} minus {title(result, p.second)} {p.difference.estimate:+.2f} "
        f"({signed_limits(p.difference)}), {verdict(p, result.notes)}"
        for p in pairs
    )
    show.figure(
        figure,
        label="fig-icd10-differences",
        caption=f"{settled_count} of {len(pairs)} differences can be told from chance on {result.notes} "
        "notes",
        alt=f"Paired differences of micro-F1 with 95% intervals. {words}.",
        source="paired cluster bootstrap; Holm's adjustment over all pairs",
    )


def verdicts(result: Icd10Evaluation) -> None:
    """One sentence per step of the ladder."""
    steps = [pair for pair in result.comparisons if pair.below]
    if not steps:
        return
    lines = [
        show.fill(
            "- **{first}** against {second}: {gain}, {verdict}.",
            first=title(result, p.first), second=sentence_case(title(result, p.second)),
            gain=f"{p.difference.estimate:+.2f} ({signed_limits(p.difference)})",
            verdict=verdict(p, result.notes),
        )
        for p in steps
    ]  # fmt: skip
    show.text(
        "Each rung against the one beside it ([differences](#fig-icd10-differences)):\n\n" + _literal(lines)
    )


def comparison_table(result: Icd10Evaluation) -> None:
    """The numbers behind the differences."""
    if not result.comparisons:
        return
    show.table(
        [
            (
                title(result, p.first), title(result, p.second), f"{p.difference.estimate:+.2f}",
                signed_limits(p.difference), p_value(p.p_holm), p.primary.first_only, p.primary.second_only,
                p_value(p.primary_p_holm), verdict(p, result.notes),
            )
            for p in result.comparisons
        ],
        label="tbl-icd10-comparisons",
        caption="Each rung against the one beside it and the best against all: micro-F1 and primary "
        "diagnosis",
        columns=(
            Column(key="first", title="System"),
            Column(key="second", title="Against"),
            Column(key="difference", title="Micro-F1 difference"),
            Column(key="limits", title="95% interval"),
            Column(key="p", title="p, Holm"),
            Column(key="first_only", title="Primary right: first only", format="integer"),
            Column(key="second_only", title="Primary right: second only", format="integer"),
            Column(key="mcnemar", title="McNemar p, Holm"),
            Column(key="verdict", title="Micro-F1 verdict"),
        ),
        source="paired cluster bootstrap; McNemar exact, which takes notes as independent",
    )  # fmt: skip


def _literal(lines: list[str]) -> str:
    """Already escaped Markdown as a template: braces in a system's name are not fields."""
    return "\n".join(lines).replace("{", "{{").replace("}", "}}")
