"""What is paid once, worked by hand: training by the token or the run, annotation, evaluation, and imported units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bespoke.chapters.cost_model import lifetime_cost, tuned
from bespoke.chapters.cost_model.billing_mode import AlwaysOnPlan, ImportPlan
from bespoke.chapters.cost_model.call import ModelCall
from bespoke.chapters.cost_model.compute import inputs_of
from bespoke.chapters.cost_model.request import PricedConfiguration, TaskRequest
from bespoke.facts.price_book import Tariff, TokenRates
from bespoke.facts.reader import Facts
from tests.test_cost_model import DAY, EXACT, client

FREE = Tariff("m", TokenRates(input=Decimal(0), output=Decimal(0)))


def request(prices: dict[str, str] | None = None, **task: Any) -> TaskRequest:
    """10,000 requests a day of 3,000 fixed, 1,000 changing and 200 written tokens; two draws."""
    own = client({**EXACT, **(prices or {})}, **task)
    return TaskRequest.of(own, own.tasks[0], inputs_of(own, Facts(DAY), draws=2), np.full(288, 1.0))


def called(r: TaskRequest, prefix: float, changing: float, output: float) -> PricedConfiguration:
    call = ModelCall(FREE, prefix * r.ones, changing * r.ones, output * r.ones, r.ones)
    return PricedConfiguration("m", r.plan(call), None, training="price.training.gpt-4o")


TRAINING = {"cost.tuning.runs": "4", "cost.tuning.epochs": "3", "cost.tuning.examples": "500"}


def test_training_by_the_token_pays_all_that_the_model_reads_and_writes() -> None:
    # (300 + 1,000 + 200) tokens x 500 examples x 3 epochs x 4 runs = 9,000,000 at 25 USD a million
    r = request({**TRAINING, "price.training.gpt-4o": "25"}, labelled_examples=100)
    assert lifetime_cost._training(called(r, 300, 1_000, 200), r) == pytest.approx([225.0, 225.0])


def test_all_examples_there_are_are_trained_on() -> None:
    r = request({**TRAINING, "price.training.gpt-4o": "25"}, labelled_examples=1_000)
    assert lifetime_cost._training(called(r, 300, 1_000, 200), r) == pytest.approx([450.0, 450.0])


def test_a_model_on_capacity_is_trained_on_the_part_of_the_prompt_it_keeps() -> None:
    # (3,000 x 0.5 + 1,000 + 200) x 500 x 3 x 4 = 16,200,000 at 10 USD a million
    prices = {**TRAINING, "cost.tuned.prefix_share": "0.5", "price.training.llama": "10"}
    r = request(prices, labelled_examples=500)
    hosted = AlwaysOnPlan(r.ones, r.ones, r.load, {})
    found = lifetime_cost._training(
        PricedConfiguration("m", hosted, None, training="price.training.llama"), r
    )
    assert found == pytest.approx([162.0, 162.0])


def test_training_by_the_run_pays_runs_and_hours() -> None:
    # 4 runs x 5 USD; with hours, 4 runs x 8 hours x 20 USD
    prices = {**TRAINING, "price.training.small_encoder": "5"}
    prices |= {"price.training.bedrock_rft": "20", "price.training.bedrock_rft.hours": "8"}
    r = request(prices)
    hosted = AlwaysOnPlan(r.ones, r.ones, r.load, {})
    encoder = PricedConfiguration("m", hosted, None, training="price.training.small_encoder", per_run=True)
    rewarded = PricedConfiguration("m", hosted, None, training="price.training.bedrock_rft", per_run=True)
    assert lifetime_cost._training(encoder, r) == pytest.approx([20.0, 20.0])
    assert lifetime_cost._training(rewarded, r) == pytest.approx([640.0, 640.0])


def test_the_test_set_is_run_as_often_as_it_takes() -> None:
    # the larger of 50 wanted and 100 there are, x 5 rounds x 0.02 USD a request
    r = request({"cost.evaluation.rounds": "5"}, test_cases=100)
    assert lifetime_cost._evaluation(r, 0.02 * r.ones) == pytest.approx([10.0, 10.0])
    few = request({"cost.evaluation.rounds": "5"}, test_cases=10)
    assert lifetime_cost._evaluation(few, 0.02 * few.ones) == pytest.approx([5.0, 5.0])


def test_an_example_costs_the_time_of_its_reviews() -> None:
    # 2 rounds / 10 an hour x 50 USD
    assert lifetime_cost.usd_per_example(request()) == pytest.approx([10.0, 10.0])


def test_an_imported_model_pays_storage_and_windows_for_each_of_its_units() -> None:
    # 2 units: 2 x 1.95 USD a month to store, 2 x 5 minutes x 0.06 USD for a window of one copy
    prices = {
        "price.cmi.llama-3-1-8b.units": "2", "price.cmi.window_minutes": "5",
        "price.cmi.usd_per_unit_month": "1.95", "price.cmi.usd_per_unit_minute": "0.06",
    }  # fmt: skip
    plan = tuned.custom_model_import(request(prices)).plan
    assert isinstance(plan, ImportPlan)
    assert plan.fixed["storage"] == pytest.approx([3.9, 3.9])
    assert plan.usd_per_window == pytest.approx([0.6, 0.6])
    assert plan.window_minutes == 5


PAID_ONCE = {
    **TRAINING, "price.training.gpt-4o": "25", "cost.migration.days": "4", "cost.retraining.share": "0.5",
    "cost.people.few_shot.days": "3", "cost.test.few_shot.days": "1.5", "cost.people.rag.days": "20",
    "cost.test.rag.days": "5", "cost.people.distillation.days": "24", "cost.people.small_encoder.days": "18",
    "cost.build.share_before_measured": "0.75", "cost.encoder.examples": "2000", "cost.evaluation.rounds": "5",
}  # fmt: skip


def step(route: str, *work: str, tested: bool = False) -> Any:
    return SimpleNamespace(route=route, work=work, tested=tested)


def test_people_work_until_it_is_measured_and_then_until_it_is_live() -> None:
    r = request(PAID_ONCE)

    def days(*work: str, tested: bool = False) -> list[float]:
        return [part[0] for part in lifetime_cost.work_days(step("x", *work, tested=tested), r)]

    assert days("few_shot", "rag") == [6.5, 16.5]  # 1.5 + 5 of 3 + 20
    assert days("few_shot", "rag", tested=True) == [0, 23]
    assert days("distillation") == [18, 6]  # a model of its own: three quarters before anybody can measure it
    assert days() == [0, 0]
    dear = request({**PAID_ONCE, "cost.test.few_shot.days": "4"})
    assert [part[0] for part in lifetime_cost.work_days(step("x", "few_shot"), dear)] == [4, 0]


def test_what_is_paid_once_by_route() -> None:
    """A day costs 1,000 USD; the test set 100 cases x 5 rounds x 0.02 = 10; moving prompts 4 days."""
    r = request(PAID_ONCE, labelled_examples=300)
    plain, own = (
        PricedConfiguration("m", r.plan(called(r, 1, 1, 1).plan.calls[0]), None),
        called(r, 300, 1_000, 200),
    )

    def paid(
        one: Any, priced: PricedConfiguration = plain
    ) -> tuple[dict[str, float], dict[str, float], float]:
        found = lifetime_cost.one_off(one, priced, r, 0.02 * r.ones)
        test, rollout = ({k: float(v[0]) for k, v in part.items()} for part in (found.test, found.rollout))
        return test, rollout, float(found.again[0])

    assert paid(step("as_is")) == ({}, {}, 4_000)
    assert paid(step("few_shot", "few_shot")) == (
        {"people": 1_500, "evaluation": 10},
        {"people": 1_500},
        4_010,
    )
    for route in ("prompt_caching", "batch"):  # the answers stay as they are: nothing to measure
        assert paid(step(route, "few_shot")) == ({"people": 1_500}, {"people": 1_500}, 4_010)
    assert paid(step("few_shot", "few_shot", tested=True)) == ({"people": 0}, {"people": 3_000}, 4_010)
    # 200 examples are missing at 10 USD; 1,500 tokens x 500 x 3 x 4 at 25 USD a million; again half of all but examples
    assert paid(step("distillation", "distillation"), own) == (
        {"people": 18_000, "evaluation": 10, "annotation": 2_000, "training": 225}, {"people": 6_000}, 12_117.5,
    )  # fmt: skip
    test, _, _ = paid(step("small_encoder", "small_encoder"), own)
    assert test["annotation"] == 17_000  # it wants 2,000
    many = request(PAID_ONCE, labelled_examples=5_000)
    assert lifetime_cost._examples(step("distillation"), many).tolist() == [0, 0]


def test_an_example_is_paid_in_the_engagements_currency() -> None:
    # 10 EUR at 1.10 USD
    own = client({**EXACT, "price.usd_per_eur": "1.10"}, currency="EUR")
    r = TaskRequest.of(own, own.tasks[0], inputs_of(own, Facts(DAY), draws=2), np.full(288, 1.0))
    assert lifetime_cost.usd_per_example(r) == pytest.approx([11.0, 11.0])


@pytest.mark.parametrize(
    ("bedrock", "anthropic", "model", "end"),
    [
        (True, False, "both", 2),  # on Bedrock its own calendar counts
        (True, False, "one", 1),  # where it has one
        (True, True, "both", 1),
        (True, None, "both", 1),
        (False, False, "both", 1),
        (None, False, "both", 1),
        (True, False, "neither", None),
    ],
)
def test_the_end_of_a_model_is_that_of_the_platform_the_client_calls(
    bedrock: bool | None, anthropic: bool | None, model: str, end: int | None
) -> None:
    known = {"model.both.end_of_life": 1, "model.both.bedrock.end_of_life": 2, "model.one.end_of_life": 1}
    inputs: Any = SimpleNamespace(facts=SimpleNamespace(day=known.get), used=set())
    access = SimpleNamespace(aws_bedrock=bedrock, anthropic_api=anthropic)
    engaged: Any = SimpleNamespace(engagement=SimpleNamespace(access=access))
    assert lifetime_cost.end_of_life(model, engaged, inputs) == end
    assert [known[key] for key in inputs.used] == ([end] if end else [])  # and the sources name it


def test_an_end_that_is_past_counts_from_today(monkeypatch: pytest.MonkeyPatch) -> None:
    r = request({"cost.model_lifetime_months": "12"})
    monkeypatch.setattr(lifetime_cost, "end_of_life", lambda *_: date(2020, 1, 1))
    assert lifetime_cost.retirements("m", r.client, r.inputs, 23).tolist() == [2.0, 2.0]  # now, and in a year
    assert lifetime_cost.retirements("m", r.client, r.inputs, 0).tolist() == [1.0, 1.0]


def test_the_horizon_holds_the_months_what_is_paid_once_and_what_comes_again() -> None:
    # 100 + 40 + 10 once, 12 x 200, and twice 30
    once = lifetime_cost.OneOff(
        {"people": np.array([100.0]), "training": np.array([40.0])},
        {"people": np.array([10.0])},
        np.array([30.0]),
    )
    assert {name: float(part[0]) for name, part in once.parts.items()} == {"people": 110.0, "training": 40.0}
    found = lifetime_cost.whole_life(np.array([200.0]), once, np.array([2.0]), 12)
    assert found == pytest.approx([2_610.0])


def test_retirements_count_from_the_announced_end_then_by_lifetimes() -> None:
    r = request({"cost.model_lifetime_months": "12"})
    assert lifetime_cost.retirements(None, r.client, r.inputs, 36).tolist() == [0.0, 0.0]
    assert lifetime_cost.retirements("a model nobody announced", r.client, r.inputs, 36).tolist() == [
        3.0,
        3.0,
    ]
    assert lifetime_cost.retirements("a model nobody announced", r.client, r.inputs, 35).tolist() == [
        2.0,
        2.0,
    ]


def test_an_end_that_is_announced_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 23 November 2026: an end after 10 months, then one after 12 more; none within 9 months."""
    r = request({"cost.model_lifetime_months": "12"})
    monkeypatch.setattr(lifetime_cost, "end_of_life", lambda *_: date(2027, 9, 23))
    counted = {
        months: lifetime_cost.retirements("m", r.client, r.inputs, months).tolist() for months in (9, 12, 24)
    }
    assert counted == {9: [0.0, 0.0], 12: [1.0, 1.0], 24: [2.0, 2.0]}
