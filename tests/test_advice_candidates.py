"""Which other models are candidates: the newer of the tier, the next larger, every smaller one."""

from __future__ import annotations

import pytest

from bespoke.advice.candidates import FAMILIES, current, other_models
from tests.advice_cases import FACTS, situation


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
