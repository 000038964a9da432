"""Which place is taken for a model: least in the way, then where it runs today, then the lowest price."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.advice import serving
from tests.advice_cases import FACTS, situation

MODEL = "claude-sonnet-5-5"


def place(
    name: str, access: str, *processes_in: str, factor: float = 1.0, models: tuple[str, ...] = (MODEL,)
) -> Any:
    return SimpleNamespace(
        place=name,
        name=name.title(),
        access=access,
        processes_in=processes_in,
        price_factor=factor,
        models=models,
    )


DIRECT = place("direct", "anthropic_api", "anywhere")
EU = place("eu", "aws_bedrock", "eu", factor=1.1)
BOTH = place("both", "aws_bedrock", "eu", "us")
CLOSED = place("closed", "google_vertex", "eu")
OTHER = place("other", "anthropic_api", "eu", models=("another",))


@pytest.fixture(autouse=True)
def _table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_on", lambda as_of: (CLOSED, BOTH, EU, DIRECT, OTHER))


def taken(**changes: Any) -> str:
    found = serving.choose(MODEL, situation({}).at(**changes), FACTS)
    assert found is not None
    return found.place


def test_only_places_that_sell_the_model_are_offered() -> None:
    assert [one.place for one in serving.offered(MODEL, FACTS)] == ["closed", "both", "eu", "direct"]
    assert serving.choose("a model of nobody", situation({}), FACTS) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "direct"),  # where it runs today, though another costs as much
        ({"place": "elsewhere"}, "both"),  # the first of the cheapest that are open to the client
        ({"residency": ("eu",)}, "eu"),  # dearer, but it processes data there alone
        ({"residency": ("eu", "us")}, "both"),
        ({"access": {"anthropic_api": True, "aws_bedrock": False}}, "direct"),
        ({"access": {"google_vertex": True}, "place_known": False}, "closed"),
        ({"contains_phi": True, "agreements": ("aws_bedrock",)}, "both"),
    ],
)
def test_the_place_to_take(changes: dict[str, Any], expected: str) -> None:
    assert taken(**{"place": "direct", **changes}) == expected


@pytest.mark.parametrize(
    ("access", "residency", "expected"),
    [
        ({"anthropic_api": True}, (), "direct"), ({"aws_bedrock": True}, (), "both"), ({}, (), "closed"),
        ({"aws_bedrock": True, "anthropic_api": True}, ("eu", "us"), "both"),
        ({"aws_bedrock": True}, ("eu",), "eu"),  # not the first there is access to: it lies outside in part
        ({"anthropic_api": True}, ("eu",), "direct"),  # outside, but the only one there is access to
        ({"google_vertex": False}, (), "closed"),
    ],
)  # fmt: skip
def test_where_it_probably_runs_today(access: Any, residency: tuple[str, ...], expected: str) -> None:
    assert serving.today(access, residency, MODEL, FACTS) == expected


def test_a_place_says_what_it_needs_and_what_was_found() -> None:
    outside = situation({}).at(residency=("eu",), place="direct")
    access, residency = serving.conditions(DIRECT, outside)
    assert (access.verdict, access.found, access.input) == ("met", "yes", "access_anthropic_api")
    assert (residency.verdict, residency.found) == (
        "unmet",
        "Direct processes data anywhere; allowed: EU",
    )
    unknown, inside = serving.conditions(CLOSED, outside)
    assert (unknown.verdict, unknown.found) == ("unknown", "not known")
    assert (inside.verdict, inside.found) == ("met", "Closed processes data in EU; allowed: EU")
    assert serving.conditions(BOTH, outside)[1].verdict == "unmet"  # a part of it would leave
    assert serving.conditions(DIRECT, situation({}))[1].found == "no restriction given"
