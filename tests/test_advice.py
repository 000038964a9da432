"""Gates, decision table and flip points."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest

from bespoke.advice import Case, decide, evaluate_gates, flip_points, remedies, routes, rules, stage_of
from bespoke.advice.stages import DOMAIN
from bespoke.facts.reader import Facts

TODAY = date(2026, 11, 20)


def case(**changes: Any) -> Case:
    """A task that was prompted, measured on 120 cases and stays 21% short of its target; Bedrock at hand."""
    base: dict[str, Any] = {
        "task_id": "t", "requests_per_day": 9_000, "current_quality": 0.71, "target_quality": 0.90,
        "test_cases": 120, "labelled_examples": 1_200, "p95_latency_ms": None, "shared_p95_ms": (800, 6_000),
        "break_even_per_day": 20_000, "breaks_even": True, "family": "vocabulary",
        "prompt_engineering_done": True, "rag_done": None, "training_data_free_of_identifiers": True,
        "access": {"aws_bedrock": True, "gpu_hosting": False, "openai_fine_tuning": False},
        "residency": ("us",),
    }  # fmt: skip
    return Case.model_validate(base | changes)


def test_exactly_one_rule_matches_every_combination_of_inputs() -> None:
    # 4 gaps x 3 x 3 x 3 x 3 = 324 combinations: no gap, no overlap.
    combinations = list(itertools.product(*DOMAIN.values()))
    assert len(combinations) == 324
    for values in combinations:
        inputs = dict(zip(DOMAIN, values, strict=True))
        assert [r.rule for r in rules() if not r.failed_on(inputs)].__len__() == 1, inputs


def test_every_rule_can_match() -> None:
    used = set()
    for values in itertools.product(*DOMAIN.values()):
        inputs = dict(zip(DOMAIN, values, strict=True))
        used |= {r.rule for r in rules() if not r.failed_on(inputs)}
    assert used == {r.rule for r in rules()}


@pytest.mark.parametrize(
    ("changes", "stage", "now"),
    [
        ({"test_cases": 49}, "measure", "glossary"),  # 49 < 50 cases: nothing can be judged
        ({"current_quality": None}, "measure", "glossary"),
        ({"current_quality": 0.90}, "operate", "prompt_caching"),
        ({"prompt_engineering_done": False}, "prompt", "glossary"),
        ({"prompt_engineering_done": None}, "prompt", "glossary"),  # unknown is not yes
        ({"current_quality": 0.80}, "optimise", "glossary"),  # (0.90 - 0.80) / 0.90 = 11.1% <= 15%
        ({"current_quality": 0.765}, "optimise", "glossary"),  # exactly 15% short
        ({"current_quality": 0.764}, "tune", "bedrock_nova_sft"),  # 15.1% short
        ({"family": "facts"}, "retrieve", "rag"),
        ({"family": "facts", "rag_done": True}, "tune", "bedrock_nova_sft"),
        ({"family": "format", "current_quality": 0.85}, "optimise", "structured_output"),
        ({"family": "tone", "prompt_engineering_done": False}, "prompt", "few_shot"),
        ({"family": "reasoning", "prompt_engineering_done": False}, "prompt", "extended_thinking"),
        ({"family": "behaviour", "prompt_engineering_done": False}, "prompt", "operator_configuration"),
        ({"family": None, "prompt_engineering_done": False}, "prompt", "prompt_engineering"),
    ],
)
def test_the_four_steps_in_order(changes: dict[str, Any], stage: str, now: str) -> None:
    advice = decide(case(**changes), Facts(TODAY))
    assert (advice.stage, advice.now) == (stage, now)


@pytest.mark.parametrize(
    ("day", "now"),
    [
        (date(2026, 2, 1), "bedrock_haiku3_sft"),  # open
        (date(2026, 3, 9), "bedrock_haiku3_sft"),  # the last open day
        (date(2026, 3, 10), "bedrock_nova_sft"),  # Legacy: no new job
        (date(2026, 6, 1), "bedrock_nova_sft"),
        (TODAY, "bedrock_nova_sft"),  # gone since 2026-09-10
    ],
)
def test_the_market_moves_the_advice_where_no_price_is_known(day: date, now: str) -> None:
    assert decide(case(), Facts(day)).now == now


def test_an_open_route_is_not_advised_at_any_price() -> None:
    """Claude 3 Haiku is open in February, but its rented capacity is dear; it is what comes next, until it closes."""
    prices = {"bedrock_haiku3_sft": 700_000.0, "bedrock_nova_sft": 37_000.0, "bedrock_llama_sft": 44_000.0}
    february = decide(case(), Facts(date(2026, 2, 1)), cost_of=prices)
    june = decide(case(), Facts(date(2026, 6, 1)), cost_of=prices)
    assert (february.now, february.next) == ("bedrock_nova_sft", "bedrock_haiku3_sft")
    assert (june.now, june.next) == ("bedrock_nova_sft", "bedrock_llama_sft")


def test_a_closed_route_says_why_on_each_date() -> None:
    june, november = decide(case(), Facts(date(2026, 6, 1))), decide(case(), Facts(TODAY))
    assert "Legacy since 10 Mar 2026" in june.closed_because("bedrock_haiku3_sft")[0]
    assert "end of life on 10 Sept 2026" in november.closed_because("bedrock_haiku3_sft")[0]


def test_a_private_arrangement_keeps_claude_3_haiku_open() -> None:
    access = {"aws_bedrock": True, "private_haiku_arrangement": True}
    assert decide(case(access=access), Facts(TODAY)).now == "bedrock_haiku3_sft"


def test_every_unmet_gate_is_reported_not_only_the_first() -> None:
    bad = case(
        test_cases=10, labelled_examples=5, prompt_engineering_done=False,
        training_data_free_of_identifiers=False, access={"aws_bedrock": False}, residency=("eu",),
    )  # fmt: skip
    nova = next(r for r in routes(TODAY) if r.route == "bedrock_nova_sft")
    unmet = {o.gate for o in evaluate_gates(nova, bad, Facts(TODAY)) if o.verdict == "unmet"}
    assert unmet == {"test_cases", "prompt_tried", "deidentified", "residency", "examples", "access_bedrock"}


def test_unknown_is_not_no() -> None:
    nova = next(r for r in routes(TODAY) if r.route == "bedrock_nova_sft")
    asked = case(access={"aws_bedrock": None}, training_data_free_of_identifiers=None)
    outcomes = {o.gate: o.verdict for o in evaluate_gates(nova, asked, Facts(TODAY))}
    assert outcomes["access_bedrock"] == outcomes["deidentified"] == "unknown"
    advice = decide(asked, Facts(TODAY))
    assert advice.now == "bedrock_nova_sft"
    assert {o.gate for o in advice.conditions} == {"access_bedrock", "deidentified"}


def test_a_latency_no_shared_model_meets_asks_for_an_own_small_model() -> None:
    hosted = {"aws_bedrock": True, "gpu_hosting": True}
    fast = case(p95_latency_ms=200, access=hosted)
    advice = decide(fast, Facts(TODAY), cost_of={"open_weight_lora": 10.0, "custom_model_import": 20.0})
    assert (advice.stage, advice.now, advice.next) == (
        "specialise",
        "open_weight_lora",
        "custom_model_import",
    )
    assert "a latency requirement" in advice.closed_because("bedrock_nova_sft")[0]
    dearer = decide(fast, Facts(TODAY), cost_of={"open_weight_lora": 30.0, "custom_model_import": 20.0})
    assert dearer.now == "custom_model_import"


def test_when_every_tuned_route_is_closed_prompting_goes_on() -> None:
    access = {"aws_bedrock": False, "gpu_hosting": False, "openai_fine_tuning": False}
    advice = decide(case(access=access, family="format"), Facts(TODAY))
    assert (advice.stage, advice.now) == ("tune", "structured_output")
    assert advice.next == "contract_custom_model"  # whether there is a contract is not known: worth asking
    assert "training" not in advice.phases


def test_a_client_may_override_a_threshold() -> None:
    facts = Facts(TODAY, {"min_test_cases": 200})
    assert stage_of(case(), facts).stage == "measure"


def test_every_rule_evaluated_is_recorded_with_what_it_failed_on() -> None:
    decision = stage_of(case(prompt_engineering_done=None), Facts(TODAY))
    assert len(decision.outcomes) == len(rules())
    assert [o.rule for o in decision.outcomes if o.matched] == ["S3"]
    eighth = next(o for o in decision.outcomes if o.rule == "S8")
    assert eighth.failed_on == ("prompt_engineering_done",)
    assert eighth.missing == ("prompt_engineering_done",)  # it was not known, rather than no


def test_flip_points_are_where_the_advice_changes() -> None:
    found = {flip.input: flip for flip in flip_points(case(), Facts(TODAY))}
    # 0.90 x (1 - 0.15) = 0.765 is the edge of the band in which prompting goes on.
    assert found["quality today"].at == pytest.approx(0.765)
    assert found["quality today"].stage == "optimise"
    assert found["test cases"].at == 49
    assert found["labelled examples"].at == 199  # Nova wants 200; below it Haiku and OpenAI are closed anyway
    assert found["requests a day"].at == pytest.approx(20_000, rel=0.002)
    assert found["requests a day"].stage == "specialise"
    # Volume 9,000 against a break-even of 20,000: requests 2.22 times dearer reach it.
    assert found["token price"].at == found["tokens a request"].at == pytest.approx(20_000 / 9_000, rel=0.002)


def test_a_flip_outside_every_rule_is_none_in_range() -> None:
    found = {f.input: f for f in flip_points(case(break_even_per_day=None, breaks_even=False), Facts(TODAY))}
    assert found["requests a day"].at is None
    assert found["token price"].at is None


def test_every_flip_point_really_flips() -> None:
    start = case()
    base = decide(start, Facts(TODAY))
    quality = next(f for f in flip_points(start, Facts(TODAY)) if f.input == "quality today")
    changed = decide(start.model_copy(update={"current_quality": quality.at}), Facts(TODAY))
    assert (changed.stage, changed.now) == (quality.stage, quality.route)
    assert (changed.stage, changed.now) != (base.stage, base.now)


def test_every_route_of_the_remedies_exists() -> None:
    names = {r.route for r in routes(TODAY)}
    assert {row.first for row in remedies()} | {row.then for row in remedies()} <= names
    assert len(remedies()) == 7
    assert len(names) == 30
