"""The tables of places and of effects: what stands in them, and how their rows are chosen by date."""

from __future__ import annotations

from datetime import date

import pytest

from bespoke.advice.routes import Route, remedies, routes
from bespoke.facts.effects import Effect, effects
from bespoke.facts.places import ANYWHERE, Place, places
from bespoke.facts.price_book import is_known
from bespoke.facts.reader import Facts, Sourced, rows_of, value_rows
from bespoke.inspection import facts_listing

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


# --- effects ---------------------------------------------------------------------------------------------


def shares(route: str, family: str, variant: str = "") -> tuple[float, float, float]:
    row = next(r for r in effects(TODAY) if (r.route, r.variant, r.family) == (route, variant, family))
    return float(row.low), float(row.value), float(row.high)


def test_every_remedy_has_effects_and_no_row_stands_twice() -> None:
    rows = effects(TODAY)
    assert len({(r.route, r.variant, r.family) for r in rows}) == len(rows)
    assert {r.route for r in rows} == {
        "prompt_engineering", "few_shot", "glossary", "structured_output", "operator_configuration",
        "extended_thinking", "generator_critic", "rag", "model_change", "cascade", "small_encoder", "tuned",
        "bedrock_rft", "distillation",
    }  # fmt: skip
    assert {r.variant for r in rows if r.route == "model_change"} == {"newer", "larger", "smaller"}
    assert {r.variant for r in rows if r.route == "tuned"} == {"small", "large"}


@pytest.mark.parametrize(
    ("family", "first"), [(r.family, r.first) for r in remedies()], ids=[r.family for r in remedies()]
)
def test_the_first_remedy_of_a_family_does_more_than_any_other_prompt_level_one(
    family: str, first: str
) -> None:
    prompt_level = (
        "prompt_engineering",
        "few_shot",
        "glossary",
        "structured_output",
        "operator_configuration",
    )
    others = [
        r for r in effects(TODAY) if r.family == family and r.route in prompt_level and r.route != first
    ]
    assert all(shares(first, family)[1] >= r.value for r in others)


@pytest.mark.parametrize("variant", ["small", "large"])
def test_facts_are_not_tuned_in_and_are_retrieved(variant: str) -> None:
    # Ovadia et al. 2023: tuning 0.481 -> 0.504 removes 4% of the errors, retrieval -> 0.875 removes 76%
    assert pytest.approx(0.044, abs=0.001) == (0.504 - 0.481) / (1 - 0.481)
    assert shares("tuned", "facts", variant)[2] <= 0.15
    assert shares("rag", "facts")[0] > shares("tuned", "facts", variant)[2]
    assert shares("rag", "facts")[2] > (0.875 - 0.481) / (1 - 0.481)


def test_thinking_brackets_what_was_published() -> None:
    # GPQA Diamond 68.0 -> 78.2: 32% of the errors
    low, _, high = shares("extended_thinking", "reasoning")
    assert low < (78.2 - 68.0) / (100 - 68.0) < high


def test_a_smaller_model_adds_errors_and_a_larger_one_removes_some() -> None:
    assert all(r.value < 0 for r in effects(TODAY) if r.variant == "smaller")
    assert all(r.value > 0 for r in effects(TODAY) if r.variant in ("larger", "newer"))


def test_a_judged_row_says_so_and_a_quoted_one_names_its_number() -> None:
    for row in effects(TODAY):
        assert row.kind in ("quoted", "assumed")
        assert (row.kind == "assumed") == (row.source == "own judgement"), (row.route, row.family)
        assert row.note or row.kind == "assumed", (row.route, row.family)


def test_what_was_tried_leaves_less_to_gain() -> None:
    fact = Facts(TODAY).fact("effects.already_tried")
    assert fact.kind == "assumed"
    assert 0 < float(fact.range[0]) < float(fact.number) < float(fact.range[1]) < 1


# --- prices and people -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "usd"), [(date(2026, 9, 28), "0.20"), (date(2026, 10, 6), "0.20"), (date(2026, 10, 7), "0.10")]
)
def test_sonnet_5_5_cache_reads_were_halved_on_the_day_haiku_5_5_came(as_of: date, usd: str) -> None:
    assert str(Facts(as_of).fact("price.correction.claude-sonnet-5-5.cache_read").value) == usd


def test_every_route_has_the_days_of_people_it_takes() -> None:
    levers = {"contract_custom_model", "bedrock_haiku3_sft"}
    for route in routes(TODAY):
        fact = Facts(TODAY).fact(f"cost.people.{route.route}.days")
        assert fact.kind == "assumed"
        assert fact.range[0] <= fact.number <= fact.range[1], route.route
        assert route.route in levers or fact.range[1] <= 70


def test_every_remedy_that_can_be_tried_has_the_days_of_a_first_test() -> None:
    facts = Facts(TODAY)
    for route in routes(TODAY):
        if route.group in ("tuning", "hosting", "contract"):
            continue  # no first test: the training run is the test
        test, build = (
            facts.fact(f"cost.test.{route.route}.days"),
            facts.fact(f"cost.people.{route.route}.days"),
        )
        assert test.kind == "assumed"
        assert test.range[0] <= test.number <= test.range[1], route.route
        assert test.number <= build.number, route.route  # a test is cheaper than what it tests


def test_every_offer_has_a_training_and_a_serving_price() -> None:
    keys = set(value_rows())
    offers = (
        "sagemaker_sft",
        "vertex_gemini_sft",
        "foundry_sft",
        "hosted_lora",
        "bedrock_rft",
        "small_encoder",
    )
    for offer in offers:
        assert f"price.training.{offer}" in keys
        assert any(key.startswith(f"price.serving.{offer}.") for key in keys)


def test_a_served_model_of_the_price_book_is_in_it() -> None:
    models = [str(rows[-1].value) for key, rows in value_rows().items() if key.endswith(".model")]
    assert models
    assert all(is_known(model) for model in models)


# --- all rows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "table"), [(Place, "places"), (Effect, "effects"), (Route, "routes")])
def test_every_row_names_its_source_and_is_trusted_after_it_was_read(
    model: type[Sourced], table: str
) -> None:
    for row in rows_of(model, table):
        assert row.source.strip()
        assert row.read_on <= TODAY < row.expires or row.since > TODAY


def test_the_listing_names_every_place_and_effect() -> None:
    keys = [line.split("\t")[0] for line in facts_listing.lines(TODAY)]
    assert "place.bedrock_eu.from_4_7" in keys
    assert "effect.tuned.small.facts" in keys
    assert sum(key.startswith("effect.") for key in keys) == len(rows_of(Effect, "effects"))


@pytest.mark.parametrize("shares", [("0.5", "0.4", "0.6"), ("0.1", "0.7", "0.6"), ("0.1", "0.2", "1.1")])
def test_shares_out_of_order_or_above_one_are_refused(shares: tuple[str, str, str]) -> None:
    row = {
        "route": "rag",
        "family": "facts",
        "kind": "assumed",
        "source": "x",
        "read_on": TODAY,
        "expires": TODAY,
    }
    with pytest.raises(ValueError, match="shares must rise"):
        Effect.model_validate(row | dict(zip(("low", "value", "high"), shares, strict=True)))
