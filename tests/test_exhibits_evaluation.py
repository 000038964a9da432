"""Scores, intervals and verdicts in the words of the evaluation chapter, and its drawing of mistakes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.evaluation.details import Grid, Head, Matrix, Remark
from bespoke.exhibits.evaluation import detail, verdicts
from bespoke.exhibits.evaluation.evaluation_wording import points, score, with_limits
from bespoke.exhibits.evaluation.system_ladder import _score_columns
from bespoke.statistics.interval import Interval


def test_a_share_is_a_percentage_and_an_f1_a_decimal() -> None:
    half = Interval(estimate=0.5, low=0.412, high=0.588)
    assert (score(0.5, "accuracy"), score(0.5, "micro_f1")) == ("50%", "0.50")
    assert with_limits(half, "accuracy") == "50% (41% to 59%)"
    assert with_limits(half, "recall") == "0.50 (0.41 to 0.59)"


def test_a_difference_is_told_in_points_with_its_sign() -> None:
    assert points(Interval(estimate=0.05, low=-0.012, high=0.1125)) == "+5.0 (-1.2 to +11.2)"


def test_a_confusion_is_drawn_with_its_counts_names_and_no_grid_over_them() -> None:
    figure = detail._draw(("a", "b"), ("a", "b", "c"), ((7, 0, 1), (0, 9, 0)))
    (axes,) = figure.axes
    assert [(text.get_position(), text.get_text()) for text in axes.texts] == [
        ((0, 0), "7"), ((2, 0), "1"), ((1, 1), "9"),
    ]  # fmt: skip
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "c"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert not any(line.get_visible() for line in (*axes.get_xgridlines(), *axes.get_ygridlines()))
    (image,) = axes.images
    assert image.norm.vmax == 18  # twice the highest: its number stays readable in ink


def test_every_difference_has_a_row_and_the_caption_counts_those_that_are_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def contrast(first: str, second: str, verdict: str, why: str) -> SimpleNamespace:
        interval = Interval(estimate=0.05, low=0.01, high=0.09)
        return SimpleNamespace(
            first=first,
            second=second,
            verdict=verdict,
            why=why,
            interval=interval,
            p=0.01,
            p_any=0.03,
            to_turn=4,
        )

    given: Any = SimpleNamespace(
        task_id="routing", name="Routing", system=lambda name: SimpleNamespace(title=name.title()),
        contrasts=(
            contrast("rag", "today", "better", "declared"), contrast("rag", "critic", "not separable", "best"),
            contrast("rag", "rules", "worse", "best"),
        ),
    )  # fmt: skip
    shown: list[Any] = []
    monkeypatch.setattr(verdicts.show, "table", lambda rows, **said: shown.append((rows, said)))
    monkeypatch.setattr(verdicts, "verdict", lambda contrast: contrast.verdict)
    verdicts.contrast_table(given)
    ((rows, said),) = shown
    assert [row[:3] + row[5:] for row in rows] == [
        ("Rag against Today", "asked for", "+5.0 (+1.0 to +9.0)", 4, "better"),
        ("Rag against Critic", "the best", "+5.0 (+1.0 to +9.0)", 4, "not separable"),
        ("Rag against Rules", "the best", "+5.0 (+1.0 to +9.0)", 4, "worse"),
    ]
    assert said["caption"] == "Routing: 2 of 3 differences can be told from chance"
    assert len(said["columns"]) == len(rows[0])


def test_where_nothing_is_compared_no_table_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    given: Any = SimpleNamespace(contrasts=())
    monkeypatch.setattr(verdicts.show, "table", lambda *_, **__: pytest.fail("nothing was compared"))
    verdicts.contrast_table(given)


@pytest.mark.parametrize(
    ("metric", "form", "digits"), [("accuracy", "percent", 0), ("micro_f1", "decimal", 2)]
)
def test_a_metric_has_a_column_and_one_for_each_end_of_its_interval(
    metric: str, form: str, digits: int
) -> None:
    own, *ends = found = _score_columns(metric)
    assert [column.key for column in found] == [metric, f"{metric}_low", f"{metric}_high"]
    assert [column.title for column in ends] == ["Low", "High"]
    assert {(column.format, column.digits) for column in found} == {(form, digits)}
    assert (own.unit, {column.unit for column in ends}) == ("", {"95% interval"})


# -- what a scorer shows of its own ----------------------------------------------------------------------------------

MEMO: Any = SimpleNamespace(task_id="risk_memo", name="Risk memo")
LABELS = ("a", "b", "c")


def matrix(*counts: tuple[int, ...]) -> Matrix:
    return Matrix(label="labels", caption="b is missed", rows=LABELS, columns=LABELS, counts=counts)


def shown(
    monkeypatch: pytest.MonkeyPatch, one: Grid | Matrix | Remark
) -> list[tuple[str, tuple[Any, ...], Any]]:
    """Which of `show` was called, and how."""
    found: list[tuple[str, tuple[Any, ...], Any]] = []
    for name in ("table", "figure", "text", "callout"):
        monkeypatch.setattr(
            detail.show, name, lambda *given, name=name, **said: found.append((name, given, said))
        )
    detail.show_detail(MEMO, one)
    return found


@pytest.mark.parametrize(
    ("counts", "mistakes"),
    [
        (((7, 0, 1), (3, 9, 0), (0, 0, 0)), "b answered as a 3 times; a answered as c 1 times"),
        (((7, 0, 0), (0, 9, 0), (0, 0, 1)), "none"),
        (((7, 9, 8), (7, 1, 6), (5, 4, 1)),  # the five most frequent
         "a answered as b 9 times; a answered as c 8 times; b answered as a 7 times; b answered as c 6 times;"
         " c answered as a 5 times"),
    ],
)  # fmt: skip
def test_a_drawing_of_mistakes_names_the_most_frequent_in_words(
    monkeypatch: pytest.MonkeyPatch, counts: tuple[tuple[int, ...], ...], mistakes: str
) -> None:
    ((name, given, said),) = shown(monkeypatch, matrix(*counts))
    assert (name, given[1:]) == ("figure", (LABELS, LABELS, counts))
    assert said["alt"] == (
        f"Heat map of expected (rows) against answered (columns). Most frequent mistakes: {mistakes}"
    )
    assert (said["label"], said["caption"]) == ("fig-evaluation-risk-memo-labels", "Risk memo: b is missed")


@pytest.mark.parametrize("counts", [((7, 0, 1), (3, 9, 1)), ((7, 0), (3, 9), (0, 0))])
def test_counts_that_do_not_fit_their_names_are_no_drawing(
    monkeypatch: pytest.MonkeyPatch, counts: tuple[tuple[int, ...], ...]
) -> None:
    with pytest.raises(ValueError, match="zip"):
        shown(monkeypatch, matrix(*counts))


def test_a_table_of_a_scorer_has_a_column_for_each_of_its_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    heads = (Head(title="Label"), Head(title="Cases", form="integer"), Head(title="F1", form="decimal"),
             Head(title="Share", form="interval"))  # fmt: skip
    row = ("a", 9, 0.5, Interval(estimate=0.5, low=0.412, high=0.588))
    grid = Grid(label="by-label", caption="b is hard", columns=heads, rows=(row,), source="cases.jsonl")
    ((name, (rows,), said),) = shown(monkeypatch, grid)
    assert (name, rows) == ("table", [("a", 9, 0.5, "50% (41% to 59%)")])
    assert [(c.key, c.title, c.format, c.digits) for c in said["columns"]] == [
        ("c0", "Label", "text", 0), ("c1", "Cases", "integer", 0), ("c2", "F1", "decimal", 2),
        ("c3", "Share", "text", 0),
    ]  # fmt: skip
    assert (said["label"], said["caption"], said["source"]) == (
        "tbl-evaluation-risk-memo-by-label", "Risk memo: b is hard", "cases.jsonl"
    )  # fmt: skip


@pytest.mark.parametrize(("tone", "name"), [("text", "text"), ("warning", "callout"), ("missing", "callout")])
def test_a_remark_is_a_sentence_or_stands_out(monkeypatch: pytest.MonkeyPatch, tone: Any, name: str) -> None:
    found = shown(monkeypatch, Remark(template="{n} of them", values={"n": 3}, tone=tone))
    assert found == [(name, ("{n} of them",), {"n": 3} | ({"tone": tone} if name == "callout" else {}))]
