"""Coded notes on the page: recall of the search, learning curves, power, quotes, claims and validity."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bespoke.chapters.icd10_evaluation.result import (
    ClaimAudit,
    Forecast,
    Icd10Evaluation,
    LearningCurve,
    LearningPoint,
    Needed,
    NotePower,
    NotesNeeded,
    Precedent,
    RecallAt,
    Retirement,
    Retrieval,
    RungQuote,
    StageRecallShare,
    System,
    Validity,
)
from bespoke.exhibits.icd10_evaluation import learning_exhibits, planning, recall_exhibits, validity_exhibits
from bespoke.statistics.interval import Interval
from tests.icd10_cases import near
from tests.shown_blocks import layout, shown, words


def result(**given: Any) -> Icd10Evaluation:
    found = {
        "notes": 1200, "systems": (), "best": None, "comparisons": (), "foreign_notes": 0, "retrieval": None,
        "learning": (), "forecast": None, "claims": (), "precedents": (), "release": "ICD-10-CM FY2026",
    }  # fmt: skip
    return Icd10Evaluation.model_construct(**{**found, **given})


def system(name: str = "opus", **given: Any) -> System:
    found = {
        "name": name,
        "title": name.title(),
        "kind": "claude",
        "status": "run",
        "validity": None,
        "scores": None,
    }
    return System.model_construct(**{**found, "quote": None, **given})


# --- recall -----------------------------------------------------------------------------------------------------


def stage(name: str, *recalls: float) -> StageRecallShare:
    at = tuple(RecallAt(k=k, recall=near(value)) for k, value in zip((10, 50, 200), recalls, strict=True))
    return StageRecallShare(stage=name, at=at)


def retrieval(**given: Any) -> Retrieval:
    stages = (stage("sentences", 0.2, 0.4, 0.5), stage("fused", 0.3, 0.6, 0.8))
    found = {"dense": "no model at hand", "has_dense": True, "reranker_learnt": True, "notes": 1200,
             "gold_codes": 3400, "stages": stages}  # fmt: skip
    return Retrieval(**{**found, **given})


def test_what_a_choice_among_candidates_can_reach_at_most_is_told() -> None:
    (block,) = shown(recall_exhibits.retrieval_text, result(retrieval=retrieval()))
    assert (
        "The last stage (fused ranking) holds **80%** of the gold codes among its first 200 candidates"
        in words(block)
    )
    assert "a note (75% to 85%; [recall by stage]" in words(block)
    assert "the other 20% no choice among" in words(block)
    blocks = shown(
        recall_exhibits.retrieval_text,
        result(retrieval=retrieval(has_dense=False, reranker_learnt=False), foreign_notes=30),
    )
    assert [block.type for block in blocks] == ["text", "callout", "callout", "text"]
    assert (blocks[1].tone, blocks[2].tone) == ("warning", "missing")
    assert words(blocks[1]).startswith("**30 of the 1,200 notes do not read as English**")
    assert "No dense stage here**: no model at hand." in words(blocks[2])
    (block,) = shown(recall_exhibits.retrieval_text, result())
    assert words(block) == "No note has a gold code, so there is nothing a search could find."


def test_the_lines_of_recall_tell_their_message() -> None:
    (block,) = shown(recall_exhibits.retrieval_figure, result(retrieval=retrieval(notes=500)))
    assert block.caption == (
        "Fused ranking, 60% of the gold codes are among 50 candidates; whole sentences alone find 40%"
    )
    assert block.alt.endswith(
        "Whole sentences 20% at 10, 40% at 50, 50% at 200; Fused ranking 30% at 10, 60% at 50, 80% at 200."
    )
    assert block.source.endswith("; searched for 500 of 1,200 notes, drawn at random in whole groups")
    few = StageRecallShare(stage="fused", at=(RecallAt(k=10, recall=near(0.3)),))
    (block,) = shown(recall_exhibits.retrieval_figure, result(retrieval=retrieval(stages=(few,))))
    assert "30% of the gold codes are among 10 candidates" in block.caption
    assert shown(recall_exhibits.retrieval_figure, result()) == []


def test_a_line_runs_through_each_stages_recalls_with_the_interval_of_the_last() -> None:
    figure = recall_exhibits._draw_retrieval(retrieval().stages)
    (axes,) = figure.axes
    assert [(list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines] == [
        ([10, 50, 200], [0.2, 0.4, 0.5]), ([10, 50, 200], [0.3, 0.6, 0.8]),
    ]  # fmt: skip
    assert [(line.get_marker(), line.get_markersize()) for line in axes.lines] == [("o", 4), ("s", 4)]
    assert [(text.get_text(), text.xy) for text in axes.texts] == [
        ("Whole sentences", (200, 0.5)), ("Fused ranking", (200, 0.8)),
    ]  # fmt: skip
    (band,) = axes.collections
    heights = np.array(band.get_paths()[0].vertices)[:, 1]
    assert (heights.min(), heights.max()) == (pytest.approx(0.25), pytest.approx(0.85))
    assert (band.get_alpha(), axes.get_xscale()) == (0.15, "log")
    assert tuple(band.get_facecolor()[0][:3]) == pytest.approx(axes_colour(axes.lines[1]))
    assert axes.get_xlim() == pytest.approx((9, 520))
    assert axes.get_ylim() == (0, 1)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["10", "50", "200"]
    assert axes.get_xlabel() == "candidates per note (band: 95% interval of fused ranking)"
    assert figure.get_size_inches()[1] == pytest.approx(2.7)
    close = (stage("sentences", 0.2, 0.4, 0.8), stage("fused", 0.3, 0.6, 0.8))
    heights = [text.xy[1] for text in recall_exhibits._draw_retrieval(close).axes[0].texts]
    assert heights == pytest.approx([0.8, 0.87])  # names do not overlap


def axes_colour(line: Any) -> Any:
    from matplotlib.colors import to_rgb

    return to_rgb(line.get_color())


def test_recall_stands_stage_by_stage() -> None:
    (block,) = shown(recall_exhibits.retrieval_table, result(retrieval=retrieval()))
    assert block.rows[1] == (
        "Fused ranking",
        "0.30 (0.25 to 0.35)",
        "0.60 (0.55 to 0.65)",
        "0.80 (0.75 to 0.85)",
    )
    assert block.caption == "Share of the 3,400 gold codes among the first candidates, by stage"
    assert [column[0] for column in layout(block)] == [
        "Stage",
        "Recall at 10",
        "Recall at 50",
        "Recall at 200",
    ]
    assert block.emphasis == (1,)


# --- learning -----------------------------------------------------------------------------------------------------


def curve(title: str, *points: tuple[int, float], scored: int = 1200) -> LearningCurve:
    found = tuple(LearningPoint(notes=n, micro_f1=y, low=y - 0.05, high=y + 0.05) for n, y in points)
    return LearningCurve(system=title, title=title, tuned=False, scored=scored, points=found)


FLAT, STEEP = (
    curve("Nearest note", (100, 0.3), (200, 0.31)),
    curve("Linear", (100, 0.2), (200, 0.3), (400, 0.35)),
)


def test_the_steepest_curve_is_told_by_its_last_step() -> None:
    given = result(learning=(FLAT, STEEP, curve("Short", (100, 0.9), scored=5)))
    (block,) = shown(learning_exhibits.learning, given)
    assert block.caption == "From 200 to 400 training notes linear moves by +0.05 in micro-F1"
    assert block.alt.endswith(
        "Nearest note 0.30 at 100, 0.31 at 200; Linear 0.20 at 100, 0.30 at 200, 0.35 at 400."
    )
    assert block.source.endswith("as chosen on all training notes")
    part = FLAT.model_copy(update={"scored": 500})
    (block,) = shown(learning_exhibits.learning, result(learning=(part, STEEP)))
    assert "; scored on 500 of 1,200 notes" in block.source
    assert shown(learning_exhibits.learning, result(learning=(curve("Short", (100, 0.9)),))) == []


def test_a_learning_curve_has_its_line_and_its_band() -> None:
    figure = learning_exhibits._draw_learning([(one.title, one.points) for one in (FLAT, STEEP)])
    (axes,) = figure.axes
    assert [(list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines] == [
        ([100, 200], [0.3, 0.31]), ([100, 200, 400], [0.2, 0.3, 0.35]),
    ]  # fmt: skip
    assert [line.get_markersize() for line in axes.lines] == [4, 4]
    bands = [np.array(band.get_paths()[0].vertices)[:, 1] for band in axes.collections]
    assert [(band.min(), band.max()) for band in bands] == [
        (pytest.approx(0.25), pytest.approx(0.36)), (pytest.approx(0.15), pytest.approx(0.4)),
    ]  # fmt: skip
    assert [band.get_alpha() for band in axes.collections] == [0.15, 0.15]
    assert [(text.get_text(), text.xy) for text in axes.texts] == [
        ("Nearest note", (200, 0.31)),
        ("Linear", (400, 0.35)),
    ]
    assert axes.get_xlim() == pytest.approx((0, 540))
    assert axes.get_ylim() == pytest.approx((0, 0.46))
    assert (axes.get_ylabel(), figure.get_size_inches()[1]) == ("micro-F1", pytest.approx(2.6))
    nothing = [LearningPoint(notes=n, micro_f1=0, low=0, high=0) for n in (1, 2)]
    assert learning_exhibits._draw_learning([("x", nothing)]).axes[0].get_ylim() == (0, 1)


def forecast(**given: Any) -> Forecast:
    found = {"system": "linear", "title": "Linear", "tuned": False, "sizes": (100, 400), "limit": 1600,
             "at_limit": near(0.5), "task_id": "t", "target": 0.6, "needed": None}  # fmt: skip
    return Forecast(**{**found, **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "The target of 0.60 lies beyond that, so no number of examples is derived from it."),
        ({"target": None}, "No task sets a target in F1 that it could be held against."),
        (
            {"needed": Needed(examples=1200, low=900, high=None)},
            "It reaches the target of 0.60 at 1,200 examples (900 to more than 1,600).",
        ),
        (
            {"needed": Needed(examples=1200, low=900, high=1500)},
            "It reaches the target of 0.60 at 1,200 examples (900 to 1,500).",
        ),
    ],
)
def test_a_prolonged_curve_says_what_the_target_takes(given: dict[str, Any], said: str) -> None:
    (block,) = shown(learning_exhibits.forecast_text, result(forecast=forecast(**given)))
    assert words(block).startswith(
        "Prolonged to 1,600 examples, 4 times the most that were measured and no farther, linear would be at micro-F1"
        f" 0.50 (0.45 to 0.55). {said} A tuned model knows more from the start"
    )
    (block,) = shown(learning_exhibits.forecast_text, result(forecast=forecast(tuned=True)))
    assert words(block).endswith("It is the curve of tuned models themselves.")
    assert shown(learning_exhibits.forecast_text, result()) == []


# --- planning -------------------------------------------------------------------------------------------------------


def power(**given: Any) -> NotePower:
    table = tuple(NotesNeeded(difference=d, discordant=s, notes=n) for d, s, n in (
        (0.05, 0.1, 1200), (0.1, 0.1, 300), (0.05, 0.3, 3700), (0.1, 0.3, 900),
    ))  # fmt: skip
    found = {"notes": 1200, "clusters": 1200, "discordant": 0.18, "detectable_primary": 0.043, "detectable_f1": 0.05,
             "detectable_f1_among_all": 0.07, "table": table}  # fmt: skip
    return NotePower(**{**found, **given})


def compared(first: str = "opus", second: str = "linear", *, best: bool = True) -> Any:
    return SimpleNamespace(first=first, second=second, best=best)


def test_what_the_notes_can_show_is_told_of_the_two_best() -> None:
    scored = [
        system(name, scores=SimpleNamespace(micro_f1=near(f)))
        for name, f in (("opus", 0.7), ("linear", 0.6), ("rules", 0.3))
    ]
    pairs = (compared(second="rules"), compared(), compared("linear", "rules", best=False))
    given = result(power=power(), systems=tuple(scored), best="opus", comparisons=pairs)
    (block,) = shown(planning.power_text, given)
    assert words(block).startswith(
        "On 18% of the notes just one of the two best systems (opus, linear) has the primary"
    )
    assert "a true difference of 4 points in the primary diagnosis is found four times in five" in words(
        block
    )
    assert "In micro-F1 the mark is 0.05 for this pair alone and 0.07 among all pairs" in words(block)
    unable = result(
        power=power(detectable_primary=None), systems=tuple(scored), best="opus", comparisons=pairs
    )
    assert "Too few notes separate the two" in words(shown(planning.power_text, unable)[0])
    (block,) = shown(planning.power_text, result(power=power()))
    assert words(block).startswith("With one system there is no difference to find")


def test_notes_needed_stand_by_difference_and_discordance() -> None:
    (block,) = shown(planning.power_table, result(power=power()))
    assert block.rows == ((0.05, 1200, 3700), (0.1, 300, 900))
    assert block.caption.startswith("The 1,200 notes at hand are enough in 3 of these 4 cases")
    assert [column[:2] for column in layout(block)] == [
        ("True difference", "percent"), ("10% of notes discordant", "integer"), ("30% of notes discordant", "integer"),
    ]  # fmt: skip


def unrun(usd: float | None = 10.0, name: str = "rag") -> System:
    quote = None if usd is None else RungQuote(
        model="claude-opus-4-8", requests=1200, input_tokens=9000, output_tokens=700, usd=usd, usd_high=3 * usd,
        usd_batch=None,
    )  # fmt: skip
    return system(name, status="not_run", quote=quote)


def test_what_was_not_run_is_told_with_its_price() -> None:
    (block,) = shown(
        planning.quote_text, result(systems=(system(kind="offline"), unrun(), unrun(20.0, "few")))
    )
    assert words(block).startswith(
        "2 Claude strategies were **not run**: nothing was sent to a model for them. Running"
    )
    assert (
        "Running all of them once on these 1,200 notes with claude-opus-4-8 would cost about $30.00"
        in words(block)
    )
    assert "at most $90.00 under the widest assumptions" in words(block)
    (block,) = shown(planning.quote_text, result(systems=(system(), unrun(), unrun(20.0, "few"))))
    assert words(block).startswith("2 further Claude strategies were **not run**")
    assert "Running these too once" in words(block)
    (block,) = shown(planning.quote_text, result(systems=(unrun(),)))
    assert words(block).startswith("1 Claude strategy was **not run**")
    assert "Running it once" in words(block)
    (block,) = shown(planning.quote_text, result(systems=(unrun(None),)))
    assert "no quote is possible" in words(block)
    (block,) = shown(planning.quote_text, result(systems=(system(),)))
    assert words(block).startswith("Every declared Claude strategy has been run")


def test_a_quote_has_its_requests_tokens_and_money() -> None:
    (block,) = shown(planning.quote_table, result(systems=(unrun(), unrun(None, "x"))))
    assert block.rows == (("Rag", "not run", 1200, 9000, 700, 10.0, 30.0, None),)
    assert (
        block.caption
        == "1 Claude strategy not yet run on these notes would cost about $10.00 with claude-opus-4-8"
    )
    assert layout(block)[2:] == [
        ("Requests", "integer", 0, ""), ("Input tokens, estimated", "integer", 0, ""),
        ("Output tokens, estimated", "integer", 0, ""), ("Cost", "money", 2, "USD"), ("At most", "money", 2, "USD"),
        ("As a batch", "money", 2, "USD"),
    ]  # fmt: skip
    assert shown(planning.quote_table, result(systems=(system(),))) == []


CLAIM = ClaimAudit(
    name="Tuned", before=0.6, after=0.85, source="a vendor", notes_to_detect=(30, 60), notes_within_3_points=540,
    intervals=((50, near(0.85)), (500, Interval(estimate=0.85, low=0.82, high=0.88))),
)  # fmt: skip


def test_a_claim_is_told_with_the_notes_it_would_take() -> None:
    (block,) = shown(planning.claims_text, result(claims=(CLAIM,)))
    assert words(block) == (
        "“Tuned: 0.60 to 0.85” states no number of notes. A gain that large shows on 30 to 60 paired notes, so a pilot"
        " can find it; but knowing 0.85 to three points takes 540 notes, and on 50 notes it would read 0.80 to 0.90"
        " ([claims](#tbl-icd10-claims))."
    )
    (block,) = shown(planning.claim_table, result(claims=(CLAIM,)))
    assert block.rows == (("Tuned", "0.60 to 0.85", 30, 60, 540, "0.80 to 0.90", "0.82 to 0.88"),)
    assert [column[0] for column in layout(block)][-2:] == ["Interval at n = 50", "Interval at n = 500"]
    assert shown(planning.claim_table, result()) == []


def test_published_results_stand_beside_the_clients_own_best_first() -> None:
    published = [
        Precedent(key=key, what=key, share=share, notes=notes, interval=interval, source="paper")
        for key, share, notes, interval in (("A", 0.3, None, None), ("B", 0.8, 100, near(0.8)))
    ]
    own = system(scores=SimpleNamespace(micro_f1=near(0.55)))
    (block,) = shown(planning.precedent_table, result(precedents=published, systems=(own,), best="opus"))
    assert block.rows == (
        ("B", 0.8, 100, "75% to 85%", "paper"),
        ("These notes: Opus, micro-F1", 0.55, 1200, "50% to 60%", "this chapter"),
        ("A", 0.3, None, "", "paper"),
    )  # fmt: skip
    assert block.emphasis == (1,)
    assert layout(block)[1][:3] == ("Score", "percent", 1)
    (block,) = shown(planning.precedent_table, result(precedents=published))
    assert [row[0] for row in block.rows] == ["B", "A"]


# --- validity ---------------------------------------------------------------------------------------------


def validity(billable: int = 90, **given: Any) -> Validity:
    found = {"malformed": 1, "invented": 2, "retired": 3, "not_billable": 4, "billable": billable, **given}
    return Validity(**found)


def retired(code: str, count: int, *successors: str) -> Retirement:
    return Retirement(
        code=code, description=f"of {code}", last_billable="FY2020", successors=successors, count=count
    )


def test_gold_that_cannot_be_billed_bounds_what_a_system_can_reach() -> None:
    """10 of 100: recall 0.9 at most, and F1 2 x 0.9 / 1.9 = 0.95."""
    gold = validity(examples=("A00", "B00"))
    scores = SimpleNamespace(micro_f1=near(0.7), micro_f1_valid=near(0.66))
    answered = system(
        validity=validity(97, malformed=0, invented=0, retired=0, not_billable=3), scores=scores
    )
    first, older, wrong = shown(
        validity_exhibits.validity_text, result(gold_validity=gold, systems=(answered,))
    )
    assert words(first).startswith(
        "**10.0% of the gold codes are not billable** in ICD-10-CM FY2026 (for example A00, B00)"
    )
    assert "can reach a recall of 0.90 and an F1 of 0.95 at most" in words(first)
    assert words(first).endswith("micro-F1 would be: Opus 0.66 instead of 0.70.")
    assert words(older).startswith("3 of the 10 were billable in an earlier release")
    assert words(wrong).startswith(
        "1 of 1 systems answered codes that cannot be billed, opus most often (3.0% of its"
    )
    later = validity(retired=0, later=2)
    texts = shown(validity_exhibits.validity_text, result(gold_validity=later))
    assert words(texts[1]).startswith("2 of the 9 are codes of a later release")
    assert words(texts[-1]) == "No system answered a code that cannot be billed."
    sound = Validity(malformed=0, invented=0, retired=0, not_billable=0, billable=7)
    texts = shown(
        validity_exhibits.validity_text, result(gold_validity=sound, systems=(system(validity=sound),))
    )
    assert [words(text) for text in texts] == [
        "All 7 gold codes are billable in ICD-10-CM FY2026.", "No system answered a code that cannot be billed.",
    ]  # fmt: skip


def test_the_ladder_of_validity_counts_codes_of_gold_and_systems() -> None:
    silent = system(
        "silent", validity=Validity(malformed=0, invented=0, retired=0, not_billable=0, billable=0)
    )
    some = system(validity=validity(40, examples=("A", "B", "C", "D")))
    (block,) = shown(
        validity_exhibits.validity_table, result(gold_validity=validity(), systems=(some, silent))
    )
    assert block.rows == (
        ("Gold", 100, 1, 2, 3, 4, 90, pytest.approx(0.9), ""),
        ("Opus", 50, 1, 2, 3, 4, 40, pytest.approx(0.8), "A, B, C"),
        ("Silent", 0, 0, 0, 0, 0, 0, None, ""),
    )  # fmt: skip
    assert block.caption == "Of every system's codes at least 80% are billable in the release"
    assert layout(block)[-2][:3] == ("Billable", "percent", 1)
    (block,) = shown(validity_exhibits.validity_table, result(gold_validity=validity(later=2)))
    assert [column[0] for column in layout(block)][4:7] == ["Retired", "Not yet there", "Never billable"]
    assert block.rows[0][1:8] == (102, 1, 2, 3, 2, 4, 90)
    assert block.caption.startswith("Of every system's codes at least 0%")


def test_a_retired_code_stands_once_with_who_answered_it_most_and_what_took_its_place() -> None:
    gold = validity(retirements=(retired("A00", 5, "A1", "A2", "A3", "A4", "A5"),))
    first = system(validity=validity(retirements=(retired("A00", 2, "A1"), retired("B00", 4))))
    second = system(
        "linear", validity=validity(retirements=(retired("A00", 3, "A1", "A2", "A3", "A4", "A5"),))
    )
    (block,) = shown(validity_exhibits.retired_table, result(gold_validity=gold, systems=(first, second)))
    rows = {row[0]: row for row in block.rows}
    assert rows["A00"][1:] == ("of A00", 5, "3, linear", "FY2020", "A1, A2, A3, A4 and 1 more")
    assert rows["B00"][1:] == ("of B00", None, "4, opus", "FY2020", "not shown by the tables")
    assert block.caption == "1 of these 2 retired codes have a known place in the release used"
    assert shown(validity_exhibits.retired_table, result(gold_validity=validity())) == []
    assert [validity_exhibits._retired_caption(*given) for given in ((0, 1), (1, 1), (2, 2))] == [
        "The one retired code has no known place in the release used",
        "The one retired code has a known place in the release used",
        "All 2 of these retired codes have a known place in the release used",
    ]
