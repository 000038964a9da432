"""Scores, intervals and verdicts in the words of the evaluation chapter, and its drawing of mistakes."""

from __future__ import annotations

import pytest

from bespoke.exhibits.evaluation import detail
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
