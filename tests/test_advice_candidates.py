"""Which other models are candidates: the newer of the tier, the next larger, every smaller one."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke.advice import candidates
from bespoke.advice.candidates import FAMILIES, current, family_of, other_models
from bespoke.advice.routes import BUILDS, routes
from tests.advice_cases import DAY, FACTS, situation


def offered(model: str | None) -> list[tuple[str, str | None]]:
    """How each other model stands to this one, and which it is; each smaller one once by itself, once in a cascade."""
    found = other_models(situation({}).model_copy(update={"model": model}), FACTS)
    assert [one.tiers for one in found if one.route == "cascade"] == [
        one.tiers for one in found if one.route == "smaller_model"
    ]
    return [(one.variant, one.model) for one in found if one.route != "cascade"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_current_model_has_the_tier_above_and_every_tier_below(family: str) -> None:
    at = FAMILIES.index(family)
    larger = [("larger", current(above, FACTS)) for above in FAMILIES[at + 1 : at + 2]]
    smaller = [("smaller", current(below, FACTS)) for below in reversed(FAMILIES[:at])]
    assert offered(current(family, FACTS)) == [*larger, *smaller]


def test_an_older_model_has_the_current_one_of_its_tier_first() -> None:
    assert offered("claude-sonnet-4-6") == [
        ("newer", current("sonnet", FACTS)),
        ("larger", current("opus", FACTS)),
        ("smaller", current("haiku", FACTS)),
    ]


def test_instead_of_a_model_of_others_there_is_the_middle_one() -> None:
    assert offered("gpt-4o") == [("larger", current("sonnet", FACTS))]


def routes_of(found: list[Any]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.route, one.remedies) for one in found]


KNOWN = {route.route: route for route in routes(DAY)}


@pytest.mark.parametrize(
    ("families", "given", "wanted"),
    [
        ({"reasoning": 30}, {}, ["extended_thinking", "generator_critic"]),
        ({"facts": 30}, {}, ["rag"]),
        ({"tone": 30}, {"knowledge_changes": "daily"}, []),  # somebody has read why it fails
        ({}, {"knowledge_changes": "daily"}, ["rag"]),
        ({}, {"knowledge_changes": "daily", "rag_done": True}, []),
        ({}, {"knowledge_changes": "never"}, []),
        ({}, {"knowledge_changes": None}, []),
    ],
)
def test_thinking_and_retrieval_stand_alone_where_their_failures_are(
    families: dict[str, int], given: dict[str, Any], wanted: list[str]
) -> None:
    found = candidates._alone(situation(families).at(**given), FACTS, KNOWN)
    assert routes_of(found) == [(route, (route,)) for route in wanted]
    assert [one.group for one in found] == [KNOWN[route].group for route in wanted]


@pytest.mark.parametrize(
    ("families", "tried", "remedies"),
    [
        ({"tone": 30}, True, ("few_shot", "prompt_engineering")),
        ({"tone": 20, "vocabulary": 30}, True, ("glossary", "few_shot", "prompt_engineering")),
        ({"reasoning": 30}, True, ()),
        ({"reasoning": 30}, False, ("prompt_engineering",)),
        ({"facts": 30}, True, ("prompt_engineering",)),
        ({}, True, ("prompt_engineering",)),  # nobody has read what goes wrong
    ],
)
def test_work_on_the_prompt_is_one_piece_named_after_its_first_remedy(
    families: dict[str, int], tried: bool, remedies: tuple[str, ...]
) -> None:
    found = candidates._prompt_work(situation(families, tried=tried), FACTS, KNOWN)
    assert routes_of(found) == ([(remedies[0], remedies)] if remedies else [])


def test_a_build_goes_by_its_size_and_an_encoder_by_its_examples() -> None:
    def sizes(examples: int) -> dict[str, str]:
        return {
            one.route: one.variant for one in candidates._builds(situation({}).at(examples=examples), KNOWN)
        }

    few, many = sizes(9_999), sizes(10_000)
    assert (few["small_encoder"], many["small_encoder"]) == ("", "many")
    assert few["openai_gpt4o_sft"] == many["openai_gpt4o_sft"] == "large"
    assert few["bedrock_nova_sft"] == "small"
    assert set(few) == {name for name, route in KNOWN.items() if route.group in BUILDS}


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("claude-opus-4-8", "opus"),
        ("claude-3-haiku-20240307", "haiku"),
        ("gpt-opus-4", None),
        ("claude", None),
    ],
)
def test_a_model_of_ours_is_of_a_tier(model: str, family: str | None) -> None:
    assert family_of(model) == family
