"""How many gold codes the search over the code set finds, before any model chooses among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Icd10Evaluation, Retrieval, StageRecallShare
from bespoke.exhibits.display_names import share_limits
from bespoke.exhibits.figure_parts import apart, beside
from bespoke.exhibits.icd10_evaluation.icd10_wording import part_of_notes, with_limits
from bespoke.show import Column
from bespoke.show.numbers import decimal, percent
from bespoke.show.style import CYCLE

STAGES = {
    "sentences": "Whole sentences", "mentions": "Mentions", "dense": "Dense vectors",
    "fused": "Fused ranking", "reranked": "Reranked",
}  # fmt: skip


def retrieval_text(result: Icd10Evaluation) -> None:
    """What retrieval can hand over at most, and which stages stood in for it."""
    found = result.retrieval
    if found is None:
        show.text("No note has a gold code, so there is nothing a search could find.")
        return
    last = found.stages[-1]
    widest = last.at[-1]
    show.text(
        "A model that chooses from retrieved codes can only be as complete as the retrieval. The last stage "
        "({stage}) holds **{share}** of the gold codes among its first {k} candidates a note ({limits}; "
        "[recall by stage](#fig-icd10-retrieval)); the other {missed} no choice among these candidates can "
        "bring back. A model may still name a code that was not among them.",
        stage=STAGES[last.stage].lower(), share=percent(widest.recall.estimate), k=widest.k,
        limits=share_limits(widest.recall), missed=percent(1 - widest.recall.estimate),
    )  # fmt: skip
    if result.foreign_notes:
        show.callout(
            "**{n} of the {all} notes do not read as English**, and the code set describes its codes in English: what "
            "retrieval misses here says more about the language than about retrieval.",
            tone="warning", n=result.foreign_notes, all=result.notes,
        )  # fmt: skip
    if not found.has_dense:
        show.callout(
            "**No dense stage here**: {why}. Findings that share no word with a code's description are out of "
            "its reach.",
            tone="missing", why=found.dense,
        )  # fmt: skip
    if not found.reranker_learnt:
        show.text("There are too few training notes to learn an order of candidates: the fused order stays.")


def retrieval_figure(result: Icd10Evaluation) -> None:
    """Recall by number of candidates, one line per stage."""
    found = result.retrieval
    if found is None:
        return
    words = "; ".join(
        f"{STAGES[stage.stage]} " + ", ".join(f"{percent(at.recall.estimate)} at {at.k}" for at in stage.at)
        for stage in found.stages
    )
    show.figure(
        _draw_retrieval,
        found.stages,
        label="fig-icd10-retrieval",
        caption=_caption(found),
        alt=f"Lines of recall by number of candidates per note, one per retrieval stage. {words}.",
        source="the cases against all billable codes; intervals by groups of notes; the reranker learns on "
        "training notes alone" + part_of_notes("; searched for", found.notes, result.notes),
    )


def _draw_retrieval(stages: Sequence[StageRecallShare]) -> Any:
    figure, axes = show.new_figure(2.7)
    ends = apart([stage.at[-1].recall.estimate for stage in stages], 0.07)
    for stage, colour, marker, end in zip(stages, CYCLE, "os^Dv", ends, strict=False):
        x, y = [at.k for at in stage.at], [at.recall.estimate for at in stage.at]
        axes.plot(x, y, color=colour, marker=marker, ms=4)
        beside(axes, STAGES[stage.stage], (x[-1], end), color=colour)
    last = stages[-1]
    axes.fill_between(
        [at.k for at in last.at], [at.recall.low for at in last.at], [at.recall.high for at in last.at],
        color=CYCLE[(len(stages) - 1) % len(CYCLE)], alpha=0.15, lw=0,
    )  # fmt: skip
    axes.set_xscale("log")
    axes.set_xticks([at.k for at in last.at], [str(at.k) for at in last.at])
    axes.minorticks_off()
    axes.set_xlim(last.at[0].k * 0.9, last.at[-1].k * 2.6)
    axes.set_ylim(0, 1)
    axes.grid(axis="y", visible=True)
    axes.set_xlabel(f"candidates per note (band: 95% interval of {STAGES[last.stage].lower()})")
    axes.set_ylabel("share of gold codes found")
    return figure


def retrieval_table(result: Icd10Evaluation) -> None:
    """The numbers behind the lines, with intervals."""
    found = result.retrieval
    if found is None:
        return
    ks = [at.k for at in found.stages[0].at]
    show.table(
        [(STAGES[stage.stage], *(with_limits(at.recall) for at in stage.at)) for stage in found.stages],
        label="tbl-icd10-retrieval",
        caption=f"Share of the {decimal(found.gold_codes)} gold codes among the first candidates, by stage",
        columns=(
            Column(key="stage", title="Stage"),
            *(Column(key=f"at_{k}", title=f"Recall at {k}") for k in ks),
        ),
        source="95% intervals by groups of notes. Sentences: 50 codes a note at most. Fused: reciprocal rank "
        "fusion (Cormack et al. 2009)",
        emphasis=(len(found.stages) - 1,),
    )


def _caption(found: Retrieval) -> str:
    first, last = found.stages[0], found.stages[-1]
    k = next((at.k for at in last.at if at.k >= 50), last.at[-1].k)
    return (
        f"{STAGES[last.stage]}, {percent(_at(last, k))} of the gold codes are among {k} candidates; "
        f"{STAGES[first.stage].lower()} alone find {percent(_at(first, k))}"
    )


def _at(stage: StageRecallShare, k: int) -> float:
    return next(at.recall.estimate for at in stage.at if at.k == k)
