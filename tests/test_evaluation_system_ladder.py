"""Every system of a task: its score, its interval and what a case takes."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.colors import to_rgba

from bespoke.evaluation.result import Consumption, Score, SystemResult, TaskEvaluation
from bespoke.exhibits.evaluation import system_ladder
from bespoke.exhibits.evaluation.system_ladder import _draw, _LadderRow
from bespoke.show.style import EMPHASIS, QUIET
from bespoke.statistics.interval import Interval
from tests.shown_blocks import shown


def interval(middle: float) -> Interval:
    return Interval(estimate=middle, low=middle - 0.125, high=middle + 0.125)


def system(name: str, score: float, **given: Any) -> SystemResult:
    scores = (
        Score(metric="accuracy", words="right answers", interval=interval(score)),
        Score(metric="macro_f1", words="mean over classes", interval=interval(score - 0.25)),
    )
    found = {"in_use": False, "spread": None, "runs": 1, "accepted": None, "consumption": None, "model": None}
    return SystemResult.model_construct(name=name, title=name.title(), scores=scores, **{**found, **given})


def task(*systems: SystemResult, **given: Any) -> TaskEvaluation:
    found = {"task_id": "routing", "name": "Routing", "metric": "accuracy", "cases": 1200, "target": 0.9,
             "ceiling": None, "best": "rag"}  # fmt: skip
    return TaskEvaluation.model_construct(systems=systems, **{**found, **given})


TODAY = system("today", 0.5, in_use=True, accepted=interval(0.25))
RAG = system("rag", 0.75, spread=0.0123, runs=3)


def test_a_figure_says_the_lowest_and_the_highest(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(system_ladder.show, "figure", lambda draw, *data, **said: drawn.append((data, said)))
    system_ladder.forest(task(RAG, TODAY, ceiling=interval(0.8)))
    system_ladder.forest(task(RAG))
    system_ladder.forest(task())
    (rows, target, ceiling, metric), said = drawn[0]
    assert [row.in_use for row in rows] == [False, True]
    assert [row.best for row in rows] == [True, False]
    assert [row.said for row in rows] == ["75%", "50%"]
    assert (target, ceiling, metric) == (0.9, 0.8, "accuracy")
    assert said["caption"] == "Routing: from Today at 50% to Rag at 75%"
    assert "on 1,200 cases. Rag: 75% (62% to 88%); Today: 50% (38% to 62%)" in said["alt"]
    assert drawn[1][0][2] is None
    assert drawn[1][1]["caption"] == "Routing: Rag at 75%"
    assert len(drawn) == 2, "without systems nothing is drawn"


def test_the_drawing_has_a_line_and_a_mark_for_every_system_the_first_on_top() -> None:
    rows = [
        _LadderRow("Rag", Interval(estimate=0.75, low=0.5, high=1.0), False, True, "75%"),
        _LadderRow("Today", Interval(estimate=0.5, low=0.25, high=0.75), True, False, "50%"),
    ]
    figure = _draw(rows, 0.9, 0.8, "accuracy")
    (axes,) = figure.axes
    lines = [(list(line.get_xdata()), list(line.get_ydata()), line.get_color()) for line in axes.lines]
    assert lines[:4] == [
        ([0.25, 0.75], [0, 0], EMPHASIS), ([0.5], [0], EMPHASIS), ([0.5, 1.0], [1, 1], QUIET), ([0.75], [1], QUIET),
    ]  # fmt: skip
    looks = [(line.get_linewidth(), line.get_markersize()) for line in axes.lines]
    assert [width for width, _ in looks[::2]] == [1.6, 1.6, 0.9], (
        "marks stand out from lines, lines from the target"
    )
    assert [size for _, size in looks[1:4:2]] == [5, 5]
    assert [line.get_marker() for line in axes.lines[:4]] == ["None", "s", "None", "o"]
    assert [(line.get_xdata()[0], line.get_linestyle()) for line in axes.lines[4:]] == [
        (0.9, "--"),
        (0.8, ":"),
    ]
    words = [(text.get_text(), text.get_fontweight()) for text in axes.texts]
    assert words[:2] == [("50%", "normal"), ("75%", "bold")]
    assert [text.get_position() for text in axes.texts[:2]] == [
        (0.762, 0.1),
        (0.982, 1.1),
    ]  # never beyond the edge
    assert [(text.get_text(), text.xy, text.xyann, text.get_ha()) for text in axes.texts[2:]] == [
        ("target", (0.9, 1.6), (0, 1), "left"), ("two annotators", (0.8, 1.6), (0, 1), "right"),
    ]  # fmt: skip
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Today (in use)", "Rag"]
    assert axes.get_xlim() == (0, 1.08)
    assert axes.get_xlabel() == "accuracy"
    assert figure.get_size_inches()[1] == pytest.approx(1.54)
    assert to_rgba(EMPHASIS) != to_rgba(QUIET)


def test_without_a_target_and_a_second_annotator_no_line_stands_for_them() -> None:
    row = _LadderRow("Rag", Interval(estimate=0.75, low=0.5, high=1.0), False, True, "75%")
    assert len(_draw([row], None, None, "accuracy").axes[0].lines) == 2


def test_the_table_has_the_main_metric_with_its_ends_and_of_the_others_the_estimate() -> None:
    (block,) = shown(system_ladder.ladder_table, task(RAG, TODAY))
    assert block.rows == (
        ("Rag", 0.75, 0.625, 0.875, 0.5, None), ("Today (in use)", 0.5, 0.375, 0.625, 0.25, 0.25),
    )  # fmt: skip
    assert [column.title for column in block.columns] == [
        "System", "Accuracy", "Low", "High", "Macro F1", "Right as a whole",
    ]  # fmt: skip
    assert block.emphasis == (0,)
    assert block.caption == "Routing: every system on 1,200 cases"
    assert block.source == "Macro F1: mean over classes. Rag: 3 runs, their standard deviation 1.2 points"
    assert shown(system_ladder.ladder_table, task()) == []


def test_a_table_has_the_first_six_metrics() -> None:
    scores = tuple(Score(metric=f"m{n}", words="", interval=interval(0.5)) for n in range(8))
    (block,) = shown(system_ladder.ladder_table, task(RAG.model_copy(update={"scores": scores})))
    assert [column.key for column in block.columns] == [
        "system", "m0", "m0_low", "m0_high", "m1", "m2", "m3", "m4", "m5", "accepted",
    ]  # fmt: skip


def test_what_a_case_takes_is_per_thousand_and_of_those_that_recorded_it() -> None:
    took = Consumption(
        cases=10, input_tokens=900, cache_read_tokens=500, output_tokens=70, usd_per_case=0.0015,
        usd_per_accepted=0.002, p50_ms=800, p95_ms=2500,
    )  # fmt: skip
    free = took.model_copy(update={"usd_per_case": None, "usd_per_accepted": None})
    given = task(
        system("rag", 0.75, consumption=took, model="opus"), system("own", 0.5, consumption=free), TODAY
    )
    (block,) = shown(system_ladder.consumption_table, given)
    assert block.rows == (
        ("Rag", "opus", 900, 500, 70, 1.5, 2.0, 800, 2500), ("Own", None, 900, 500, 70, None, None, 800, 2500),
    )  # fmt: skip
    money = [(column.title, column.format, column.unit, column.digits) for column in block.columns[5:7]]
    assert money == [("Per 1,000 cases", "money", "USD", 2), ("Per 1,000 right", "money", "USD", 2)]
    assert shown(system_ladder.consumption_table, task(TODAY)) == []
