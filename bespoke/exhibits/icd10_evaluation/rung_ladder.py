"""The ladder of systems: who answers how well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import CodeScores, Icd10Evaluation, System
from bespoke.exhibits.display_names import count, share_with_limits, with_ends
from bespoke.exhibits.figure_parts import name_rows
from bespoke.exhibits.icd10_evaluation.icd10_wording import nearest_rival, sentence_case, title, with_limits
from bespoke.show import Column, columns
from bespoke.show.numbers import day, decimal, percent
from bespoke.show.style import BLUE, GREY, INK, QUIET
from bespoke.statistics.interval import Interval

SOURCE = "the client's cases and the recorded answers; intervals by groups of notes"


def finding(result: Icd10Evaluation) -> None:
    """The best system, its score and whether the runner-up is really behind."""
    if result.best is None:
        show.finding("No system has been run on the {n} evaluation notes", n=result.notes)
        return
    best = result.system(result.best)
    score = best.micro_f1
    assert score is not None
    nearest = nearest_rival(result)
    against = ""
    if nearest is not None:
        other = title(result, nearest.second)
        ahead = nearest.verdict == "improved"
        against = (
            f", ahead of {sentence_case(other)}" if ahead else f", not separable from {sentence_case(other)}"
        )
    show.finding(
        "{title} codes best of {systems}: micro-F1 {score:.2f} ({low:.2f} to {high:.2f}) on {n} notes{against}",
        title=best.title, systems=count(len(result.ran), "system run", "systems run"), score=score.estimate,
        low=score.low, high=score.high, n=result.notes, against=against,
    )  # fmt: skip


def setting(result: Icd10Evaluation) -> None:
    """What was evaluated, and what stands between these numbers and a claim."""
    show.text(
        "The evaluation holds **{notes} notes** with {codes} gold codes ({distinct} distinct), scored against "
        "{release}. {cluster} Systems that learn were trained on {train} separate notes, and every threshold was "
        "chosen on those by cross-validation; those thresholds never saw the evaluation notes.",
        notes=result.notes, codes=result.gold_codes, distinct=result.distinct_codes, release=result.release,
        train=result.train, cluster=_clusters(result),
    )  # fmt: skip
    _release_text(result)
    if not result.train:
        show.callout(
            "There is no `evaluation/train.jsonl`: the systems that learn (most frequent codes, linear, mention "
            "dictionary) could not be run, and retrieval answers its first five codes untuned.",
            tone="missing",
        )
    if result.left_out_of_training:
        show.callout(
            "{n} were left out because they share a patient, an article or the whole text with an evaluation note: "
            "training on them would have inflated every score.",
            tone="warning", n=count(result.left_out_of_training, "training note"),
        )  # fmt: skip
    for system in result.ran:
        outcome = system.outcomes
        if outcome and (outcome.missing or outcome.schema_broken):
            show.callout(
                "{title}: {missing} missing, {broken} broke the schema. Both count as wrong in every score.",
                tone="warning", title=system.title, missing=count(outcome.missing, "answer"),
                broken=count(outcome.schema_broken, "answer"),
            )  # fmt: skip
        if outcome and outcome.not_measured:
            show.callout(
                "{title}: {n} not measured (lost on the way, held back or not asked). They do not count; running the "
                "command again would complete it.",
                tone="warning", title=system.title, n=count(outcome.not_measured, "answer was", "answers were"),
            )  # fmt: skip


def _release_text(result: Icd10Evaluation) -> None:
    """What it means that another release is in force; silent where it is the one used."""
    if result.release_since < result.in_force_since:
        show.callout(
            "The codes are scored against **{release}** (in force from {since}), and **{current}** has followed on "
            "{current_since}. A note is coded by the release of the day of its encounter: for encounters from "
            "{current_since} on, codes that are new in {current} count as invented here, and codes it has deleted as "
            "billable. Its official order file, put into `evaluation/` and named in `engagement.yaml` as "
            "`evaluation.code_set`, would be used throughout.",
            tone="warning", release=result.release, since=day(result.release_since), current=result.in_force,
            current_since=day(result.in_force_since),
        )  # fmt: skip
    elif result.release_since > result.in_force_since:
        show.callout(
            "The codes are scored against **{release}**, which is in force from {since} only; until then "
            "**{current}** is. A note is coded by the release of the day of its encounter: for encounters before "
            "{since}, codes that are new in this release count as billable here, and codes it has deleted as retired.",
            tone="warning", release=result.release, since=day(result.release_since), current=result.in_force,
        )  # fmt: skip


def ladder_table(result: Icd10Evaluation) -> None:
    """Every system that ran, lowest rung first."""
    show.table(
        [_row(system, system.scores) for system in result.ran if system.scores],
        label="tbl-icd10-ladder",
        caption=_table_caption(result),
        columns=(
            Column(key="system", title="System"),
            Column(key="f1", title="Micro-F1", format="decimal", digits=2),
            *columns("decimal", unit="95% interval", digits=2, f1_low="Low", f1_high="High"),
            *columns("decimal", digits=2, precision="Precision", recall="Recall"),
            *columns("decimal", digits=2, category="F1, 3 characters", hierarchical="F1, hierarchy"),
            Column(key="macro", title="Macro-F1", format="decimal", digits=2),
            *columns("decimal", unit="95% interval", digits=2, macro_low="Low", macro_high="High"),
            *columns("percent", primary="Primary exact", accepted="Exact set"),
        ),
        source=f"{SOURCE}. Macro-F1: over the {decimal(result.distinct_codes)} codes of the gold, most of them in few "
        f"notes; jackknife over clusters, for the score to be expected on as many notes again{_runs(result)}",
        emphasis=[i for i, system in enumerate(result.ran) if system.name == result.best],
    )


def _runs(result: Icd10Evaluation) -> str:
    """Which systems were asked more than once, and how much their runs differ."""
    several = [s for s in result.ran if s.spread is not None]
    if not several:
        return ""
    said = "; ".join(
        f"{s.title}: {decimal(s.runs)} runs, standard deviation {decimal(s.spread or 0.0, 3)}"
        for s in several
    )
    return (
        f". {said}. Scores are means over runs, and the intervals hold what differs between them; what is shown by "
        "kind of code, field and chapter is of the first run"
    )


def forest(result: Icd10Evaluation) -> None:
    """Micro-F1 and primary diagnosis of every system with intervals."""
    systems = [(system, system.scores) for system in result.ran if system.scores]
    words = "; ".join(
        f"{system.title}: micro-F1 {with_limits(s.micro_f1)}, primary diagnosis "
        f"{share_with_limits(s.primary_exact)}"
        for system, s in systems
    )
    show.figure(
        _draw_forest,
        [
            _Rung(system.title, scores.micro_f1, scores.primary_exact, system.name == result.best)
            for system, scores in systems
        ],
        label="fig-icd10-forest",
        caption=_ladder_caption(result),
        alt=f"Forest plot with 95% intervals on {decimal(result.notes)} notes. {words}.",
        source=SOURCE,
    )


class _Rung(NamedTuple):
    """A system as the forest plot shows it."""

    title: str
    micro_f1: Interval
    primary_exact: Interval
    best: bool


def _draw_forest(rungs: Sequence[_Rung]) -> Any:
    figure, axes = show.new_figure(0.9 + 0.42 * len(rungs))
    for y, rung in enumerate(reversed(rungs)):
        for shift, interval, colour, marker in (
            (0.13, rung.micro_f1, BLUE, "o"), (-0.17, rung.primary_exact, QUIET, "s"),
        ):  # fmt: skip
            axes.plot([interval.low, interval.high], [y + shift] * 2, color=colour, lw=1.6)
            axes.plot(interval.estimate, y + shift, marker=marker, color=colour, ms=5)
        axes.text(
            rung.micro_f1.high + 0.015, y + 0.13, decimal(rung.micro_f1.estimate, 2), va="center",
            color=INK, fontweight="bold" if rung.best else "normal",
        )  # fmt: skip
    name_rows(axes, (rung.title for rung in rungs))
    top = max(max(rung.micro_f1.high, rung.primary_exact.high) for rung in rungs)
    axes.set_xlim(0, min(1.0, top * 1.15) or 1.0)
    axes.set_xlabel(
        "circles: micro-F1 over all codes; squares: share of notes with the primary diagnosis exact"
    )
    axes.axvline(0, color=GREY, lw=0.6)
    return figure


def _row(system: System, scores: CodeScores) -> tuple[str | float | None, ...]:
    return (
        system.title, *with_ends(scores.micro_f1), scores.precision.estimate, scores.recall.estimate,
        scores.category_f1.estimate, scores.hierarchical_f1.estimate, *with_ends(scores.macro_f1),
        scores.primary_exact.estimate, scores.accepted.estimate,
    )  # fmt: skip


def _ladder_caption(result: Icd10Evaluation) -> str:
    ordered = [(s.micro_f1.estimate, s.title) for s in result.ran if s.micro_f1]
    low, high = min(ordered), max(ordered)
    if len(ordered) == 1:
        return f"{high[1]} reaches micro-F1 {decimal(high[0], 2)} on {decimal(result.notes)} notes"
    ends = [f"{sentence_case(name)} at {decimal(score, 2)}" for score, name in (low, high)]
    return f"From {ends[0]} to {ends[1]}: micro-F1 by system"


def _table_caption(result: Icd10Evaluation) -> str:
    primary = [(s.primary_exact.estimate, s.title) for s in result.ran if s.primary_exact]
    most, who = max(primary)
    if not most:
        return "No system has the primary diagnosis of any note exactly right"
    return f"{who} has most primary diagnoses exactly right: {percent(most)} of {decimal(result.notes)} notes"


def _clusters(result: Icd10Evaluation) -> str:
    if result.clusters == result.notes:
        return "Every note counts as independent."
    return (
        f"Notes of one patient or source are not independent, so intervals resample the {decimal(result.clusters)} "
        "groups, not the notes."
    )
