"""What a decision rests on: the better grade wins, and nothing known is said to be unknown."""

from __future__ import annotations

import pytest

from bespoke.advice.evidence import Grade, Input, TaskEvidence, best, graded, overruling


def given(value: float | None, grade: Grade, source: str = "s") -> Input:
    return Input(name="quality", value=value, grade=grade, source=source)


def test_an_input_has_its_value_and_grade_and_one_that_nobody_named_is_unknown() -> None:
    evidence = TaskEvidence(inputs={"quality": given(0.4, "measured")})
    assert (evidence.value("quality"), evidence.grade("quality")) == (0.4, "measured")
    assert (evidence.value("examples"), evidence.grade("examples")) == (None, "unknown")


@pytest.mark.parametrize(
    ("grade", "stands_before"),
    [("measured", True), ("counted", True), ("declared", False), ("unknown", False)],
)
def test_what_was_measured_or_counted_stands_before_the_column_that_declares_it(
    grade: Grade, stands_before: bool
) -> None:
    one = given(0.4, grade)
    evidence = TaskEvidence(inputs={"quality": one})
    assert overruling(evidence, "current_quality") == (one if stands_before else None)
    assert overruling(evidence, "target_quality") is None  # a wish, which nothing measures
    assert overruling(evidence, "test_cases") is None  # nobody counted


def test_the_best_grade_that_holds_a_value_is_taken_and_of_equals_the_first() -> None:
    declared, counted = given(0.5, "declared"), given(0.0, "counted")
    assert best("quality", declared, None, given(None, "measured"), counted) == counted  # 0 is a value
    assert best("quality", counted, given(0.7, "counted", "later")) == counted
    assert best("quality", None, given(None, "counted")).grade == "unknown"
    assert graded("quality", 0.5, "declared", "s") == declared
    assert graded("quality", None, "declared", "s") is None
