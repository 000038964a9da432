"""Where an intervention would run, what stands in its way there, and until when its model is served."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.advice import feasibility, serving
from bespoke.advice.candidates import Configuration
from bespoke.advice.feasibility import OWN, Placed, as_it_runs, ends, must_move, place, today
from tests.advice_cases import FACTS, situation

MODEL = "claude-sonnet-5-5"
DIRECT, CLOUD = (
    SimpleNamespace(
        place=name, name=name.title(), access=access, processes_in=processes_in, price_factor=1.0, models=(MODEL,)
    )
    for name, access, processes_in in (
        ("direct", "anthropic_api", ("anywhere",)), ("bedrock_eu", "aws_bedrock", ("eu",))
    )
)  # fmt: skip


@pytest.fixture(autouse=True)
def _table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_on", lambda as_of: (DIRECT, CLOUD))


def on(place: str, **changes: Any) -> Any:
    return situation({}).at(model=MODEL, place=place, **changes)


def found(placed: Placed) -> list[tuple[str, str, str]]:
    return [(one.gate, one.verdict, one.found) for one in placed.outcomes]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ("direct", [("access", "met", "yes"),
                    ("residency", "unmet", "Direct processes data anywhere; allowed: EU")]),
        ("bedrock_eu", [("access", "met", "yes"),
                        ("residency", "met", "Bedrock_Eu processes data in EU; allowed: EU")]),
        ("elsewhere", []),  # a place of which the tables know nothing
    ],
)  # fmt: skip
def test_what_runs_today_is_held_against_the_conditions_of_its_own_place(
    runs: str, expected: list[tuple[str, str, str]]
) -> None:
    here = on(runs, residency=("eu",))
    assert found(today(here, FACTS)) == expected
    assert today(here, FACTS).configuration == as_it_runs(here)
    assert (as_it_runs(here).route, as_it_runs(here).place) == ("as_is", runs)


# -- until when -----------------------------------------------------------------------------------------------------

END, OWN_END = date(2027, 3, 1), date(2027, 6, 1)


def told(as_of: date = date(2026, 11, 20), **days: date) -> Any:
    """Facts of the days of one model: `released`, `end`, `bedrock`."""
    keys = {"released": "released", "end": "end_of_life", "bedrock": "bedrock.end_of_life"}
    by_key = {f"model.{MODEL}.{keys[name]}": day for name, day in days.items()}
    return SimpleNamespace(
        as_of=as_of, day=by_key.get, threshold=lambda name: {"retirement_notice_days": 60}[name]
    )


@pytest.mark.parametrize(
    ("place", "facts", "end"),
    [
        ("direct", told(end=END, bedrock=OWN_END), END),
        ("bedrock_eu", told(end=END, bedrock=OWN_END), OWN_END),  # which keeps its own calendar
        ("bedrock_eu", told(end=END), END),
        ("direct", told(bedrock=OWN_END), None),
        ("direct", told(), None),
    ],
)
def test_a_model_ends_on_the_day_that_its_place_announces(place: str, facts: Any, end: date | None) -> None:
    assert ends(MODEL, place, facts) == end


@pytest.mark.parametrize(("before", "must"), [(61, False), (60, True), (0, True), (-1, True)])
def test_one_must_move_from_the_notice_on_that_moving_takes(before: int, must: bool) -> None:
    assert must_move(on("direct"), told(END - timedelta(days=before), end=END)) is must
    assert not must_move(on("direct"), told(END - timedelta(days=before)))  # no end is announced


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        (date(2026, 9, 30), f"{MODEL} is released on 1 Oct 2026"),
        (date(2026, 10, 1), ""),
        (END - timedelta(days=1), ""),
        (END, f"{MODEL} was retired on 1 Mar 2027"),
    ],
)
def test_a_model_is_served_from_its_release_to_the_day_before_its_end(as_of: date, words: str) -> None:
    outcomes = feasibility._life(MODEL, "direct", told(as_of, released=date(2026, 10, 1), end=END))
    assert [(one.gate, one.verdict, one.found) for one in outcomes] == (
        [("lifecycle", "unmet", words)] if words else []
    )


# -- where ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "regions", "residency", "place"),
    [
        ("bedrock_fine_tuning", ("us", "eu"), (), "bedrock_us"),
        ("bedrock_fine_tuning", ("us", "eu"), ("eu",), "bedrock_eu"),
        ("bedrock_fine_tuning", ("us",), ("eu",), "bedrock_us"),  # not allowed there: a condition says so
        ("custom_model_import", ("us",), (), "bedrock_us"),
        ("openai_fine_tuning", None, (), "openai_global"),
        ("small_encoder", ("us",), (), OWN),  # of no service
    ],
)
def test_a_build_runs_in_the_first_region_of_its_service_that_the_client_allows(
    route: str, regions: tuple[str, ...] | None, residency: tuple[str, ...], place: str
) -> None:
    given: Any = SimpleNamespace(route=route, regions=regions)
    assert feasibility._region(given, on("direct", residency=residency)) == place


def change(route: str = "few_shot", **given: Any) -> Any:
    return SimpleNamespace(**{"is_build": False, "model": None, "route": route, "remedies": (), "measured": None}
                           | given)  # fmt: skip


BASE = Configuration(route="as_is", model=MODEL, place="direct", remedies=("few_shot",))


def test_a_remedy_comes_on_top_of_what_is_kept_at_the_place_with_least_in_its_way() -> None:
    here = on("direct", residency=("eu",))
    made = place(change(remedies=("rag", "few_shot")), BASE, here, FACTS).configuration
    assert (made.place, made.remedies, made.work) == ("bedrock_eu", ("few_shot", "rag"), ("rag", "few_shot"))
    assert not made.tested
    bare = place(change(measured=object()), BASE, here, FACTS).configuration
    assert (bare.remedies, bare.work, bare.tested) == (("few_shot",), ("few_shot",), True)


def test_a_model_that_no_place_sells_stays_where_it_is_and_that_is_said() -> None:
    placed = place(change("model_change", model="claude-haiku-4-5"), BASE, on("direct"), FACTS)
    assert placed.configuration.place == "direct"
    assert ("place", "unmet", "no place in the tables sells claude-haiku-4-5 on this day") in found(placed)
