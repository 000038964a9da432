"""The tables of places and of effects: what stands in them, and how their rows are chosen by date."""

from __future__ import annotations

from datetime import date

import pytest

from bespoke.facts.places import ANYWHERE, Place, places
from bespoke.facts.price_book import is_known
from bespoke.facts.reader import Facts, value_rows

TODAY = date(2026, 11, 27)
PLACES = {
    "anthropic_global", "anthropic_us", "bedrock_global", "bedrock_us", "bedrock_eu", "bedrock_uk",
    "bedrock_jp", "bedrock_au", "vertex_global", "vertex_us", "vertex_eu",
    "foundry_global", "foundry_us", "foundry_eu",
}  # fmt: skip
CLAUDE = sorted(
    {key.split(".family")[0].removeprefix("model.") for key in value_rows() if key.endswith(".family")}
)


def at(place: str, as_of: date = TODAY) -> dict[str, Place]:
    """Model -> its row at the place."""
    return {model: row for row in places(as_of) if row.place == place for model in row.models}


def test_every_place_is_there_and_no_model_stands_twice_at_one() -> None:
    assert {row.place for row in places(TODAY)} == PLACES
    for place in PLACES:
        models = [model for row in places(TODAY) if row.place == place for model in row.models]
        assert len(models) == len(set(models)), place


def test_every_model_at_a_place_can_be_priced_and_has_a_family() -> None:
    for row in places(TODAY):
        for model in row.models:
            assert is_known(model), (row.place, model)
            assert model in CLAUDE, (row.place, model)


def test_a_promise_of_geography_costs_a_tenth_more_from_the_4_5_models_on() -> None:
    # platform.claude.com, pricing: "Regional and multi-region endpoints include a 10% premium over global endpoints"
    # for Sonnet 4.5, Haiku 4.5, Opus 4.5 and all future models; a global endpoint has none
    before = {"claude-3-haiku", "claude-opus-4-1"}
    for row in places(TODAY):
        bound = ANYWHERE not in row.processes_in and set(row.models) - before
        assert str(row.price_factor) == ("1.1" if bound else "1"), (row.place, row.group)


@pytest.mark.parametrize(
    ("place", "model", "sold"),
    [
        ("anthropic_us", "claude-haiku-4-5", False),  # inference_geo is an error 400
        ("anthropic_us", "claude-sonnet-4-6", True),
        ("bedrock_eu", "claude-haiku-4-5", True),
        ("bedrock_eu", "claude-haiku-5-5", True),
        ("bedrock_eu", "claude-fable-5-1", False),  # only us. and global. profiles
        ("bedrock_uk", "claude-sonnet-4-6", True),  # in-region in eu-west-2
        ("bedrock_uk", "claude-sonnet-5-5", False),
        ("foundry_us", "claude-sonnet-5-5", False),
    ],
)  # fmt: skip
def test_where_a_model_can_be_had(place: str, model: str, sold: bool) -> None:
    assert (model in at(place)) is sold


def test_foundry_has_no_eu_zone_and_no_batches() -> None:
    assert not at("foundry_eu")
    assert not any(row.batches for row in places(TODAY) if row.access == "microsoft_foundry")


def test_inference_geo_came_with_opus_4_6() -> None:
    assert not at("anthropic_us", date(2026, 2, 4))
    assert at("anthropic_us", date(2026, 2, 5))


# --- models ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", CLAUDE)
def test_every_claude_model_says_when_it_thinks_and_how_that_is_switched_off(model: str) -> None:
    facts = Facts(TODAY)
    thinking = str(facts.fact(f"model.{model}.thinking").value)
    off = str(facts.fact(f"model.{model}.thinking_off").value)
    allowed = {
        "absent": {"none"},
        "optional": {"disabled"},
        "default": {"disabled", "between_tools"},
        "always": {"low effort"},
    }
    assert off in allowed[thinking]
    assert facts.number(f"model.{model}.context_tokens") in (200_000, 1_000_000)
    assert facts.fact(f"model.{model}.released").value


@pytest.mark.parametrize(
    ("family", "as_of", "model"),
    [
        ("opus", date(2026, 2, 2), "claude-opus-4-5"), ("opus", date(2026, 6, 1), "claude-opus-4-8"),
        ("opus", TODAY, "claude-opus-5-5"), ("haiku", TODAY, "claude-haiku-5-5"),
        ("fable", date(2026, 10, 1), "claude-fable-5-1"), ("fable", TODAY, "claude-fable-5-2"),
    ],
)  # fmt: skip
def test_the_current_model_of_a_family(family: str, as_of: date, model: str) -> None:
    assert Facts(as_of).fact(f"model.family.{family}.current").value == model


def test_a_current_model_is_current_from_its_release_on() -> None:
    for key, rows in value_rows().items():
        if key.startswith("model.family."):
            for row in rows:
                assert Facts(TODAY).day(f"model.{row.value}.released") == row.since, row.value


def test_the_private_arrangement_keeps_a_model_answering_and_opens_no_job() -> None:
    facts = Facts(TODAY)
    assert facts.fact("model.claude-3-haiku.private_arrangement.continues_access").value is True
    assert facts.fact("model.claude-3-haiku.private_arrangement.opens_new_jobs").value is False
