"""Two situations of a task: what differs in the advice, and what alone explains it."""

from __future__ import annotations

from datetime import date

from tests.test_advice import TODAY, case

from bespoke.advice.compare import Situation, compare

PRICES = {"bedrock_haiku3_sft": 700_000.0, "bedrock_nova_sft": 37_000.0, "bedrock_llama_sft": 44_000.0}


def test_the_same_situation_has_no_differences() -> None:
    same = Situation(TODAY, case(), PRICES, {})
    assert compare(same, same).differences == ()


def test_a_route_that_closed_is_put_down_to_the_date() -> None:
    old = Situation(date(2026, 2, 1), case(), PRICES, {})
    new = Situation(TODAY, case(), PRICES, {})
    found = compare(old, new)
    assert "next: bedrock_haiku3_sft -> bedrock_llama_sft" in found.differences
    assert any(d.startswith("closed: bedrock_haiku3_sft, which needs") for d in found.differences)
    (cause,) = found.causes
    assert cause.startswith(
        "the date, 2026-02-01 -> 2026-11-20 (bedrock_haiku3_sft is ended since 2026-09-10"
    )


def test_one_of_two_changed_inputs_is_named_as_the_cause() -> None:
    old = Situation(TODAY, case(), PRICES, {})
    new = Situation(TODAY, case(current_quality=0.85, requests_per_day=9_500), PRICES, {})
    found = compare(old, new)
    assert "stage: tune -> optimise" in found.differences
    assert found.causes == ("current_quality, 0.71 -> 0.85",)


def test_changes_that_only_work_together_are_named_together() -> None:
    old = Situation(TODAY, case(prompt_engineering_done=False, family="facts"), PRICES, {})
    new = Situation(TODAY, case(rag_done=True, family="facts"), PRICES, {})
    found = compare(old, new)
    assert "stage: prompt -> tune" in found.differences
    assert found.causes == ()
    assert set(found.together) == {"prompt_engineering_done, False -> True", "rag_done, None -> True"}


def test_prices_can_be_the_cause() -> None:
    cheap = {**PRICES, "bedrock_llama_sft": 10_000.0}
    found = compare(Situation(TODAY, case(), PRICES, {}), Situation(TODAY, case(), cheap, {}))
    assert "now: bedrock_nova_sft -> bedrock_llama_sft" in found.differences
    assert found.causes == ("prices and costs",)
