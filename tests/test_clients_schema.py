"""The ends of every range that a client folder may hold: the end itself is allowed, what lies beyond is a slip."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from bespoke.clients import schema
from bespoke.clients.schema import Annotation, EvaluationRun, Rates, Task

SHARE, COUNT, POSITIVE, MONEY = (0, 1), (0, 10**9), (0.001, 10**12), (0, 10**9)
CLOSED = [
    (schema.Share, *SHARE), (schema.Count, *COUNT), (schema.Positive, *POSITIVE), (schema.Money, *MONEY),
    (schema.Days, 0, 2000), (schema.Day, date(2020, 1, 1), date(2100, 12, 31)),
]  # fmt: skip
FIELDS = [
    (Annotation, "examples_per_hour", 0.01, 100_000), (Annotation, "annotators", 1, 10_000),
    (Annotation, "review_rounds", 1, 20), (EvaluationRun, "budget_usd", 0, 10_000_000),
    (Task, "peak_to_mean", 1, 10_000), (Task, "requests_per_day", *POSITIVE), (Task, "system_tokens", *COUNT),
    (Task, "current_quality", *SHARE), (Task, "value_of_right", *MONEY),
]  # fmt: skip


def beyond(value: Any, way: int) -> Any:
    return value + timedelta(days=way) if isinstance(value, date) else value + way * max(abs(value), 1)


def allowed(model: Any, name: str, value: Any) -> bool:
    """Whether a field may have the value, whatever the others are."""
    try:
        model.model_validate({name: value})
    except ValidationError as error:
        return all(one["loc"] != (name,) for one in error.errors())
    return True


@pytest.mark.parametrize(("kind", "least", "most"), CLOSED)
def test_a_kind_of_number_or_day_is_allowed_from_one_end_to_the_other(
    kind: Any, least: Any, most: Any
) -> None:
    known = TypeAdapter(kind)
    assert [known.validate_python(end) for end in (least, most)] == [least, most]
    for value in (beyond(least, -1), beyond(most, 1)):
        with pytest.raises(ValidationError):
            known.validate_python(value)


@pytest.mark.parametrize(("model", "name", "least", "most"), FIELDS)
def test_a_field_is_allowed_from_one_end_to_the_other(model: Any, name: str, least: Any, most: Any) -> None:
    values = (least, most, beyond(least, -1), beyond(most, 1))
    assert [allowed(model, name, value) for value in values] == [True, True, False, False]


def test_nothing_may_be_spent_and_nothing_is_deidentified_unless_somebody_says_so() -> None:
    given = EvaluationRun()
    assert (given.budget_usd, given.deidentified, given.code_set) == (0, False, None)
    assert (schema.DatasetNote().sample, schema.SavedAs().separator, schema.Access().aws_bedrock) == (
        False,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("model", "name", "most"),
    [
        (Rates, "consultant_day", 1_000_000), (Rates, "annotator_hour", 1_000_000),
        (Task, "p95_latency_ms", 10**8), (Task, "minutes_per_output", 10_000),
    ],
)  # fmt: skip
def test_what_is_paid_or_waited_for_is_more_than_nothing(model: Any, name: str, most: int) -> None:
    assert [allowed(model, name, value) for value in (0, 0.5, most, most + 1)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("model", "name", "good", "bad"),
    [
        (schema.Engagement, "currency", ["USD"], ["usd", "US", "USDT", "U5D"]),
        (schema.Engagement, "country", ["US"], ["us", "USA", "U"]),
        (schema.Branding, "accent", ["#1F4E79", "#abcdef"], ["1F4E79", "#1F4E7", "#1F4E7G", "#1F4E791"]),
        (schema.Branding, "confidentiality", ["", "x" * 200], ["x" * 201]),
        (Task, "name", ["x", "x" * 200], ["", "x" * 201]),
        (schema.Engagement, "paper", ["a4", "us-letter"], ["a5"]),
    ],
)
def test_words_and_codes_have_their_form(model: Any, name: str, good: list[str], bad: list[str]) -> None:
    assert [allowed(model, name, value) for value in good] == [True] * len(good)
    assert [allowed(model, name, value) for value in bad] == [False] * len(bad)


@pytest.mark.parametrize(
    ("deidentified", "personal", "patients", "nobody"),
    [
        (True, None, None, True), (True, True, True, True), (None, False, None, True), (False, False, False, True),
        (None, False, True, False), (None, None, False, False), (False, None, None, False), (None, True, None, False),
    ],
)  # fmt: skip
def test_texts_identify_nobody_only_where_somebody_said_so(
    deidentified: bool | None, personal: bool | None, patients: bool | None, nobody: bool
) -> None:
    task = Task.model_construct(deidentified=deidentified, personal_data=personal, contains_phi=patients)
    assert task.identifies_nobody is nobody


def test_work_begins_on_the_latest_of_the_planned_day_the_files_and_the_report() -> None:
    days = [date(2026, 11, day) for day in (1, 2, 3)]
    for start, as_of, report in (days, days[::-1], [days[1], days[2], days[0]]):
        engagement = schema.Engagement.model_construct(start=start, as_of=as_of)
        assert engagement.begins(report) == days[2]


def test_a_role_is_told_with_the_person_who_has_it() -> None:
    engagement = schema.Engagement.model_construct(owners={"client IT": "Ada Lovelace"})
    assert (engagement.who("client IT"), engagement.who("client")) == ("Ada Lovelace (client IT)", "client")
