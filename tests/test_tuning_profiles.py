"""Model profiles and hyperparameters: as the vendor's pages have them, checked before AWS could refuse them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bespoke.errors import BespokeError
from bespoke.facts.price_book import is_known
from bespoke.facts.reader import value_rows
from bespoke.tuning.formats import FORMATS
from bespoke.tuning.jobs.profiles import chosen, hyperparameters, in_force_on, plain, profile
from tests.bedrock_fake import BASES

DAY = date(2026, 11, 20)
NAMES = tuple(row.profile for row in in_force_on(DAY))
BEDROCK = [name for name in NAMES if profile(name, DAY).provider == "bedrock"]


def test_the_profiles_that_are_offered() -> None:
    assert NAMES == (
        "claude-3-haiku", "nova-micro", "nova-lite", "nova-pro", "nova-2-lite", "llama-3-3-70b",
        "gpt-4o", "gpt-4o-mini", "lora",
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_key_of_a_profile_leads_somewhere(name: str) -> None:
    found = profile(name, DAY)
    assert found.format in FORMATS
    keys = (found.training_price, found.run_price, found.hourly_price, found.token_price_factor)
    assert all(key in value_rows() for key in keys if key)
    assert not found.price_model or is_known(found.price_model)
    assert not found.lifecycle or any(key.startswith(found.lifecycle) for key in value_rows())


@pytest.mark.parametrize("name", BEDROCK)
def test_the_tables_agree_with_the_pages_the_fake_was_written_from(name: str) -> None:
    found = profile(name, DAY)
    base = BASES[found.base_model]
    assert found.regions == (base.region,)
    assert (found.deployment == "on_demand") == base.on_demand
    ranges = {key: (float(row.low), float(row.high)) for key, row in hyperparameters(name, DAY).items()}
    assert ranges == base.hyperparameters


def test_defaults_are_sent_as_strings_and_those_nobody_publishes_are_left_to_the_service() -> None:
    assert chosen("nova-lite", {}, DAY, validation=False) == {
        "epochCount": "2", "learningRate": "0.00001", "learningRateWarmupSteps": "10",
    }  # fmt: skip
    assert chosen("llama-3-3-70b", {}, DAY, validation=False) == {"epochCount": "5"}
    assert chosen("nova-2-lite", {}, DAY, validation=False) == {"epochCount": "2"}


def test_early_stopping_needs_a_validation_file() -> None:
    assert "earlyStoppingPatience" not in chosen("claude-3-haiku", {}, DAY, validation=False)
    assert chosen("claude-3-haiku", {}, DAY, validation=True)["earlyStoppingPatience"] == "2"
    with pytest.raises(BespokeError, match="needs a validation file"):
        chosen("claude-3-haiku", {"earlyStoppingPatience": "3"}, DAY, validation=False)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"learningRate": "1e-5"},
            "did you mean 'learningRateMultiplier'",
        ),  # Nova's name, in the source document
        ({"epochCount": "11"}, "from 1 to 10"),
        ({"epochCount": "2.5"}, "whole number"),
        ({"epochCount": "many"}, "whole number"),
        ({"learningRateMultiplier": "NaN"}, "from 0.1 to 2"),
        ({"batchSize": "3"}, "from 4 to 256"),
    ],
)
def test_what_aws_would_refuse_is_refused_before(given: dict[str, str], message: str) -> None:
    with pytest.raises(BespokeError, match=message):
        chosen("claude-3-haiku", given, DAY, validation=True)


def test_numbers_are_spelled_without_exponents() -> None:
    assert chosen("nova-pro", {"learningRate": "5E-6"}, DAY, validation=False)["learningRate"] == "0.000005"
    assert [plain(Decimal(text)) for text in ("1E+1", "2", "0.10", "1e-6")] == ["10", "2", "0.1", "0.000001"]


def test_nova_2_lite_is_not_known_before_its_day() -> None:
    assert profile("nova-2-lite", DAY).base_model == "amazon.nova-2-lite-v1:0:256k"
    with pytest.raises(BespokeError, match="no model profile 'nova-2-lite'; did you mean 'nova-lite'"):
        profile("nova-2-lite", date(2025, 12, 1))


def test_an_unknown_profile_and_a_wrong_region_are_one_line() -> None:
    with pytest.raises(BespokeError, match="did you mean 'nova-lite'"):
        profile("nova-light", DAY)
    with pytest.raises(BespokeError, match="us-east-1 only, not in 'eu-west-1'"):
        profile("nova-lite", DAY).region("eu-west-1")
