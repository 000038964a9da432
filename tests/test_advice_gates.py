"""Latency and agreements as conditions of a configuration: every verdict, at its border."""

from __future__ import annotations

import pytest

from bespoke.advice.gates import Verdict, latency
from bespoke.advice.serving import agreement, worst
from bespoke.advice.situation import Situation
from tests.advice_cases import situation


def changed(**changes: object) -> Situation:
    return situation({}).model_copy(update=changes)


@pytest.mark.parametrize(
    ("expected", "verdict"),
    [
        ((1000.0, 1999.0), "met"), ((1000.0, 2000.0), "met"), ((2000.0, 2000.0), "met"),
        ((1000.0, 2001.0), "unknown"), ((2000.0, 3000.0), "unknown"),
        ((2001.0, 3000.0), "unmet"), ((2001.0, 2001.0), "unmet"),
    ],
)  # fmt: skip
def test_a_latency_just_as_long_as_is_allowed_is_short_enough(
    expected: tuple[float, float], verdict: Verdict
) -> None:
    (found,) = latency(expected, changed(p95_required_ms=2000.0))
    assert (found.gate, found.verdict) == ("latency", verdict)
    assert found.found.startswith("2,000 ms required, ")
    assert found.found.endswith("measured" if expected[0] == expected[1] else "expected")


def test_where_no_latency_is_required_none_is_asked() -> None:
    assert latency((1.0, 1e9), changed(p95_required_ms=None)) == ()


@pytest.mark.parametrize(
    ("signed", "verdict", "found"),
    [
        (("aws_bedrock",), "met", "signed"), (("anthropic_api",), "unmet", "not signed"),
        ((), "unmet", "not signed"), (None, "unknown", "not known"),
    ],
)  # fmt: skip
def test_personal_data_go_where_an_agreement_is_signed(
    signed: tuple[str, ...] | None, verdict: Verdict, found: str
) -> None:
    (asked,) = agreement(
        "aws_bedrock", "Amazon", changed(contains_phi=True, personal_data=True, agreements=signed)
    )
    assert (asked.verdict, asked.found, asked.met_by) == (verdict, found, "agreement")
    assert asked.needs == "a business associate agreement for Amazon"
    assert bool(asked.asks) is (verdict != "met")


def test_personal_data_that_are_not_of_health_need_another_agreement() -> None:
    (asked,) = agreement(
        "aws_bedrock", "Amazon", changed(contains_phi=False, personal_data=True, agreements=())
    )
    assert asked.needs == "a data processing agreement for Amazon"


@pytest.mark.parametrize(
    ("health", "personal", "sensitive"),
    [
        (True, None, True), (True, True, True), (False, True, True), (None, True, True),
        (False, False, False), (None, False, False), (False, None, None), (None, None, None),
    ],
)  # fmt: skip
def test_health_data_are_personal_data_but_their_absence_says_nothing_of_others(
    health: bool | None, personal: bool | None, sensitive: bool | None
) -> None:
    assert changed(contains_phi=health, personal_data=personal).sensitive is sensitive


def test_identifiers_that_were_found_count_more_than_what_is_stated() -> None:
    found = changed(contains_phi=False, personal_data=False, identifiers=3)
    assert found.sensitive is True
    (asked,) = agreement("aws_bedrock", "Amazon", found.at(agreements=None))
    assert asked.asks == "Is a data processing agreement for Amazon signed? Ask the client's lawyers."


def test_data_of_nobody_need_no_agreement() -> None:
    assert agreement("aws_bedrock", "Amazon", changed(agreements=())) == ()


def test_the_verdict_over_several_is_the_worst_of_them() -> None:
    met, unknown, unmet = (
        latency(expected, changed(p95_required_ms=2000.0))[0]
        for expected in ((1.0, 2.0), (1000.0, 3000.0), (3000.0, 4000.0))
    )
    assert (worst(()), worst([met]), worst([met, unknown, met])) == ("met", "met", "unknown")
    assert worst([unknown, unmet, met]) == "unmet"
