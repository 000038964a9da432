"""Plans under prices one can do in one's head; docs/advice.md works the first of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bespoke.advice import decide
from bespoke.advice.flips import flip_points
from bespoke.advice.plan import MoneyRange
from bespoke.advice.situation import TriedRemedy, Worth
from bespoke.facts.reader import Facts
from bespoke.statistics.interval import Interval
from tests.advice_cases import FACTS, FlatPrices, flat, situation


def routes(plan) -> list[str]:  # type: ignore[no-untyped-def]
    return [step.route for step in plan.steps]


def test_the_worked_example_of_the_docs() -> None:
    """Sonnet 4.6 at .70, target .80, all failures of edge cases, nothing tried yet; a test costs 1,000."""
    s = situation({"edge_case": 30}, tried=False).at(target=0.80)
    plan = decide(s, FACTS, FlatPrices())
    first = plan.first
    # The remedies of edge cases are rules and examples: prompt_engineering .20/.45/.70 and few_shot .15/.30/.50 leave
    # .68/.385/.15 of the errors, so quality is 1 - .3 x that: .796, .8845, .955.
    assert first.route == "prompt_engineering"
    assert set(first.configuration.work) == {"prompt_engineering", "few_shot"}
    assert first.outlook is not None
    assert (first.outlook.low, first.outlook.likely, first.outlook.high) == pytest.approx(
        (0.796, 0.8845, 0.955)
    )
    # P(target) = 1 - (.80 - .796)^2 / ((.955 - .796)(.8845 - .796)) = 1 - .000016 / .01407 = .9989.
    assert first.chance == pytest.approx(1 - 0.004**2 / (0.159 * 0.0885), abs=1e-6)
    assert plan.end == 0
    assert plan.probability == first.chance
    assert plan.one_off.expected == 1500  # the test and the roll-out
    assert plan.expected_spend == 1000  # only the test is certain


def test_no_build_comes_before_the_remedies_of_the_families_that_matter() -> None:
    s = situation({"tone": 30}, tried=False).at(examples=20_000)
    cheap = dict.fromkeys(("bedrock_nova_sft", "bedrock_llama_sft"), 1.0)
    plan = decide(s, FACTS, FlatPrices(monthly=cheap, test=dict.fromkeys(cheap, 1.0)))
    builds = [i for i, step in enumerate(plan.steps) if step.kind == "build"]
    tests = [i for i, step in enumerate(plan.steps) if step.kind == "test"]
    assert tests
    assert all(max(tests) < build for build in builds)


def test_nothing_is_done_where_nothing_pays() -> None:
    # 8 a day over a year are 2,922 outputs; the gap of .20 is 584 right ones more, at 10 each at most 5,844.
    s = situation({"tone": 30}, tried=False).at(requests_per_day=8)
    dear = dict.fromkeys(("few_shot", "model_change"), 20_000.0)
    plan = decide(s, FACTS, FlatPrices(test=dear))
    assert routes(plan) == ["as_is"]
    assert plan.one_off == MoneyRange.nothing()
    assert plan.monthly == flat(600.0)


def test_a_met_target_is_left_alone_unless_the_bill_falls() -> None:
    s = situation({"tone": 30}, quality=0.95)
    assert routes(decide(s, FACTS, FlatPrices())) == ["as_is"]
    cheaper = FlatPrices(monthly={"smaller_model": 100.0})
    plan = decide(s, FACTS, cheaper)
    # A year saves 12 x 500 less 500 of roll-out, against 1,000 / chance for the test.
    assert plan.first.route == "smaller_model"
    assert plan.monthly == flat(100.0)


def test_unread_failures_are_read_first() -> None:
    plan = decide(situation({}), FACTS, FlatPrices())
    assert plan.first.route == "measure"
    assert "nobody has read" in plan.first.why


def test_identifiers_are_removed_first() -> None:
    plan = decide(situation({"tone": 30}).at(identifiers=12), FACTS, FlatPrices())
    assert plan.first.route == "deidentify"


def test_a_place_outside_the_allowed_regions_is_left() -> None:
    plan = decide(situation({"tone": 30}, tried=False).at(residency=("eu",)), FACTS, FlatPrices())
    assert plan.first.configuration.place == "bedrock_eu"
    assert any("processes data anywhere" in outcome.found for outcome in plan.today_conditions)


def test_a_retired_model_is_replaced_before_anything_else() -> None:
    s = situation({"tone": 30}).at(model="claude-sonnet-4-5")  # ends on the Claude API on 2026-11-30
    plan = decide(s, FACTS, FlatPrices())
    assert plan.first.route == "model_change"
    assert "retired" in plan.first.why


def test_a_remedy_measured_to_reach_the_target_is_rolled_out_and_nothing_is_tested() -> None:
    tested = TriedRemedy(
        route="few_shot", model=None, quality=Interval(estimate=0.92, low=0.85, high=0.96), cases=100
    )
    plan = decide(situation({"tone": 30}).at(tested=(tested,)), FACTS, FlatPrices())
    assert plan.first.route == "few_shot"
    assert plan.first.cost.expected == 0  # it was tested already
    assert plan.first.rollout.expected == 500
    assert plan.probability == 1.0


def test_a_cascade_measured_to_reach_the_target_is_rolled_out_with_the_model_that_was_asked_first() -> None:
    tested = TriedRemedy(
        route="cascade",
        model="claude-haiku-5-5",
        quality=Interval(estimate=0.92, low=0.85, high=0.96),
        cases=100,
    )
    plan = decide(situation({"tone": 30}).at(tested=(tested,)), FACTS, FlatPrices())
    assert (plan.first.route, plan.first.configuration.model) == ("cascade", "claude-haiku-5-5")


def test_with_a_stated_worth_the_highest_reservation_value_is_opened_first() -> None:
    s = situation({"tone": 15, "reasoning": 15}, tried=False).at(
        worth=Worth(right=1.0, person_hour=60.0, consultant_day=1500.0)
    )
    # A year holds 730,500 outputs. Examples and rules remove .675 of the tone errors and .235 of the reasoning errors:
    # q from .70 to .8365, the most of all options, at the same cost; so they are opened first.
    plan = decide(s, FACTS, FlatPrices())
    assert plan.first.route == "few_shot"
    assert plan.first.outlook is not None
    assert plan.first.outlook.likely == pytest.approx(1 - 0.3 * (0.5 * 0.5 * 0.65 + 0.5 * 0.9 * 0.85))
    assert all(
        step.needs_worth is None or step.needs_worth < 1.0 for step in plan.steps
    )  # no box is opened at a loss


def test_a_box_that_costs_more_than_it_holds_stays_shut() -> None:
    s = situation({"tone": 30}, tried=False).at(
        worth=Worth(right=0.001, person_hour=60.0, consultant_day=1500.0)
    )
    # Even the whole gap of .20 is 146,100 right outputs, 146 a year at .001 each: less than any test of 1,000.
    assert routes(decide(s, FACTS, FlatPrices())) == ["as_is"]


def test_the_chance_never_falls_along_a_plan_and_every_step_adds_to_it() -> None:
    plan = decide(situation({"tone": 15, "facts": 15}, tried=False), FACTS, FlatPrices())
    reached = [step.reached or 0.0 for step in plan.steps]
    assert reached == sorted(reached)
    for before, step in zip([0.0, *reached], plan.steps, strict=False):
        assert step.arrives == pytest.approx(1 - before)


def test_the_amounts_of_a_plan_add_up() -> None:
    plan = decide(situation({"tone": 15, "facts": 15}, tried=False), FACTS, FlatPrices())
    kept = [s for s in plan.taken if s.kind == "test"]
    assert plan.one_off.expected == sum(s.cost.expected + s.rollout.expected for s in kept)
    assert plan.expected_spend == pytest.approx(sum(s.cost.expected * s.arrives for s in plan.steps))


def test_the_contract_programme_is_for_millions_a_day_and_never_for_45() -> None:
    enterprise = {"anthropic_api": True, "aws_bedrock": False, "anthropic_enterprise": True}
    small = situation({"tone": 30}).at(requests_per_day=45, access=enterprise, examples=20_000)
    closed = {c.route: c for c in decide(small, FACTS, FlatPrices()).closed}
    assert [o.gate for o in closed["contract_custom_model"].outcomes] == ["volume"]
    large = small.at(requests_per_day=50_000_000)
    assert "contract_custom_model" not in {c.route for c in decide(large, FACTS, FlatPrices()).closed}


def test_distillation_waits_for_the_letter() -> None:
    s = situation({"tone": 30}).at(examples=20_000, requests_per_day=2_000_000)
    prices = FlatPrices(test={"distillation": 1.0})

    def plan_under(authorised: bool | None):  # type: ignore[no-untyped-def]
        return decide(s.at(access={**s.access, "distillation_authorised": authorised}), FACTS, prices)

    assert "distillation" in {c.route for c in plan_under(False).closed}
    unknown = plan_under(None)
    assert "distillation" not in routes(unknown)
    assert "distillation" not in {c.route for c in unknown.closed}  # unknown is not no
    assert "distillation" in routes(plan_under(True))


def test_an_always_thinking_model_has_no_thinking_step() -> None:
    s = situation({"reasoning": 30}).at(model="claude-opus-5-5")
    plan = decide(s, FACTS, FlatPrices())
    assert "extended_thinking" not in routes(plan)
    assert "thinking" in [o.gate for c in plan.closed if c.route == "extended_thinking" for o in c.outcomes]


def test_facts_that_change_every_week_are_not_tuned_in() -> None:
    s = situation({"facts": 30}).at(knowledge_changes="weekly", examples=20_000)
    plan = decide(s, FACTS, FlatPrices())
    assert not any(step.kind == "build" for step in plan.steps)
    assert "knowledge" in {o.gate for c in plan.closed for o in c.outcomes}


def test_a_flip_changes_the_first_step_or_the_likely_end_and_nothing_nearer_does() -> None:
    s = situation({"tone": 30}, tried=False)
    prices = FlatPrices()
    base = decide(s, FACTS, prices)
    for flip in flip_points(s, FACTS, base, lambda _: prices):
        assert (flip.first, flip.end) != ("", "")
    quality = next(f for f in flip_points(s, FACTS, base, lambda _: prices) if f.input == "quality today")
    moved = decide(
        s.at(quality=Interval(estimate=quality.at, low=quality.at - 0.09, high=min(1.0, quality.at + 0.09))),
        FACTS,
        prices,
    )
    assert (moved.first.route, moved.end_route) == (quality.first, quality.end)


def test_volume_is_priced_where_it_is_tried_and_every_other_input_at_todays() -> None:
    """The bill halves on a smaller model from 2.5 times today's 2,000 on. Tried are 1.5, 1/1.5 and 3 times, and
    five halvings between 1 and 3; quality, target, worth, examples and latency are priced at once today's."""
    s = situation({"tone": 30}, quality=0.95)
    multiples: list[float] = []

    def prices(multiple: float) -> FlatPrices:
        multiples.append(multiple)
        return FlatPrices({"smaller_model": 300.0} if multiple >= 2.5 else None)

    base = decide(s, FACTS, FlatPrices())
    found = {flip.input: flip for flip in flip_points(s, FACTS, base, prices)}
    volume = found["requests a day"]
    assert (base.first.route, volume.today, volume.at, volume.first) == ("as_is", 2000, 5000, "smaller_model")
    assert sorted(set(multiples)) == pytest.approx([1 / 1.5, 1, 1.5, 2, 2.25, 2.375, 2.4375, 2.5, 3])


def test_thresholds_of_the_client_move_the_plan() -> None:
    s = situation({"tone": 30}).at(cases=60)
    assert decide(s, FACTS, FlatPrices()).first.route != "measure"
    strict = replace(FACTS, overrides={"min_test_cases": 100.0})
    assert isinstance(strict, Facts)
    assert decide(s, strict, FlatPrices()).first.route == "measure"
