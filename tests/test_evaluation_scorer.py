"""What every kind of task has without saying so: one JSON value of a text, trust in agreement, a second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bespoke.evaluation.answers import Answer
from bespoke.evaluation.scorer import Scorer, json_in, main_metric
from bespoke.statistics.clusters import Clusters, Measure


class Exact(Scorer):
    """Right is what is equal; answers are held to a schema where there is one."""

    name, title = "exact", "exact"
    metrics = {"accuracy": "right ones", "other": "others"}  # noqa: RUF012

    def read(self, task: Any, prediction: object) -> Any | None:
        return None if prediction == "odd" else prediction

    def measures(self, task: Any, system: str, answers: Sequence[Answer]) -> Mapping[str, Measure | None]:
        right = [
            a.value == case.expected if a.measured else None
            for a, case in zip(answers, task.cases, strict=True)
        ]
        return {"accuracy": Measure.share(right), "other": None}

    def accepted(self, task: Any, system: str, answers: Sequence[Answer]) -> list[bool | None]:
        return []

    def schema(self, task: Any) -> dict[str, Any] | None:
        return {} if task.held else None

    def instructions(self, task: Any) -> str:
        return ""


EXACT = Exact()


def task(*cases: tuple[Any, Any], held: bool = False, metric: str = "") -> Any:
    listed = [SimpleNamespace(expected=expected, second=second) for expected, second in cases]
    return SimpleNamespace(cases=listed, held=held, setup=SimpleNamespace(metric=metric))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}), ('```json\n{"a": 1}\n```', {"a": 1}), ("```\n[1]\n```", [1]), (" 7 ", 7),
        ("null", None),
        ('Here: {"a": 1}', None), ("```json\n1\n```\nand more", None), ("NaN", None), ("[1e999]", None),
        ('"\\ud800"', None), ('"ü"', "ü"), ("[" * 100_000, None), ("", None),
    ],
)  # fmt: skip
def test_a_text_holds_one_json_value_bare_or_in_one_fence(text: str, value: Any) -> None:
    assert json_in(text) == value


def test_a_text_is_an_answer_as_it_is_or_as_the_value_that_a_schema_asks_for() -> None:
    assert EXACT.parse(task(), " plain \n") == "plain"
    assert EXACT.parse(task(), "  ") is None
    assert EXACT.parse(task(held=True), '"a"') == "a"
    assert EXACT.parse(task(held=True), '"odd"') is None
    assert EXACT.parse(task(held=True), "plain") is None
    assert EXACT.written(task(), SimpleNamespace(expected={"ü": 1})) == '{"ü": 1}'  # type: ignore[arg-type]


def test_a_smaller_model_is_trusted_where_its_answers_say_the_same() -> None:
    assert EXACT.drafts(task()) == 2
    assert [EXACT.trusted(task(), values) for values in (["a", "a"], ["a", "b"], ["a"], ["a", "a", "b"])] == [
        True, False, True, False,
    ]  # fmt: skip
    assert (EXACT.same("a", "a"), EXACT.same("a", "b")) == (True, False)
    assert (EXACT.baselines(task(), 1), EXACT.details(task(), [], None), EXACT.files(None)) == ([], [], ())  # type: ignore[arg-type]


def test_the_main_metric_is_the_one_named_else_the_usual_one() -> None:
    assert [main_metric(EXACT, task(metric=name)) for name in ("", "other")] == ["accuracy", "other"]


def test_people_agree_on_the_cases_that_a_second_one_answered() -> None:
    """Of four cases three have a second answer, and two of these say the same."""
    given = task(("a", "a"), ("b", "x"), ("c", None), ("d", "d"))
    person = EXACT.second_person(given)
    assert person is not None
    assert [(one.status, one.value) for one in person] == [
        ("answered", "a"), ("answered", "x"), ("not_measured", None), ("answered", "d"),
    ]  # fmt: skip
    clusters = Clusters([str(n) for n in range(4)], flips=1)
    found = EXACT.ceiling(given, clusters)
    assert found is not None
    assert found.estimate == pytest.approx(2 / 3)
    assert found.low < 2 / 3 < found.high
    assert EXACT.second_person(task(("a", None))) is None
    assert EXACT.ceiling(task(("a", None)), clusters) is None
    assert EXACT.ceiling(task(*[("a", "a")] * 4, metric="other"), clusters) is None
    assert np.isfinite(found.high)
