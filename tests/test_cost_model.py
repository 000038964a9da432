"""The cost chapter, end to end on small clients written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bespoke.advice import feasibility
from bespoke.chapters.cost_model import CostModel, compute
from bespoke.chapters.cost_model.compute import inputs_of
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.chapters.plans import advise
from bespoke.chapters.situations import situation
from bespoke.clients.schema import Access, Annotation, Client, Engagement, NegotiatedPrice, Rates, Task
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts

DAY = date(2026, 11, 20)
# every uncertain input that a prompt route touches, made exact as a client's own price would make it
EXACT = {
    "cost.volume_factor": "1", "cost.input_tokens_factor": "1", "cost.output_tokens_factor": "1",
    "cost.retry_share": "0", "cost.p95_to_mean": "2", "cost.batch.share": "1",
}  # fmt: skip


def own(prices: Mapping[str, str]) -> dict[str, NegotiatedPrice]:
    return {
        key: NegotiatedPrice(value=Decimal(value), unit="stated", source="test", read_on=DAY)
        for key, value in prices.items()
    }


def client(
    prices: Mapping[str, str] | None = None,
    *,
    residency: tuple[str, ...] = (),
    currency: str = "USD",
    **task: Any,
) -> Client:
    settings: dict[str, Any] = {
        "task_id": "notes", "name": "Notes", "kind": "extraction", "requests_per_day": 10_000,
        "peak_to_mean": 1, "system_tokens": 3_000, "input_tokens": 1_000, "output_tokens": 200,
        "model": "claude-sonnet-4-6", "metric": "F1", "current_quality": 0.8, "target_quality": 0.9,
        "test_cases": 100, "labelled_examples": 500,
    }  # fmt: skip
    engagement = Engagement(
        client="Test", prepared_by="Test", as_of=DAY, start=date(2026, 11, 23), currency=currency,
        country="US",
        residency=residency, access=Access(anthropic_api=True),
        rates=Rates(consultant_day=Decimal(1_000), annotator_hour=Decimal(50)),
        annotation=Annotation(examples_per_hour=10, annotators=2, review_rounds=2),
    )  # fmt: skip
    return Client(
        "test", Path(), engagement, (Task.model_validate({**settings, **task}),), prices=own(prices or {})
    )


def priced(c: Client, as_of: date = DAY, draws: int = 60) -> CostModel:
    return compute(c, Facts(as_of=as_of), draws=draws)


def test_a_month_as_it_runs_today_worked_by_hand() -> None:
    # per request 4,000 x 3/1e6 + 200 x 15/1e6 = 0.012 + 0.003 = 0.015; x 10,000 x 30.4375 = 4,565.625
    today = priced(client(EXACT)).task("notes").today
    assert (today.monthly.p10, today.monthly.p50, today.monthly.p90) == (4565.62, 4565.62, 4565.62)
    assert today.per_request.p50 == 0.015
    assert {part.name: part.monthly for part in today.build_up} == {"input": 3652.5, "output": 913.125}


def test_caching_worked_by_hand() -> None:
    # 10,000 a day at a flat rate: 34.7 arrivals in 5 minutes, h = 1 - 8e-16. Prefix 3,000 x 0.30/1e6 =
    # 0.0009, rest 1,000 x 3/1e6 + 0.003 = 0.006: 0.0069 a request, x 304,375 = 2,100.19
    route = priced(client(EXACT)).task("notes").route("prompt_caching")
    assert route is not None
    assert (route.monthly.p50, route.cache_ttl_minutes, route.versus_today) == (2100.19, 5, "cheaper")


def test_batch_worked_by_hand() -> None:
    route = priced(client(EXACT, waits="a day")).task("notes").route("batch")
    assert route is not None
    assert (route.monthly.mean, route.levers) == (2282.81, ("batch",))  # half of 4,565.625


def test_levers_save_together() -> None:
    # both halve: prefix 3,000 x 0.15, rest 1,000 x 1.5, output 200 x 7.5 = 0.00345; x 304,375 = 1,050.09
    task = priced(client(EXACT, waits="a day")).task("notes")
    both = task.route("prompt_caching")
    assert both is not None
    assert (both.monthly.mean, both.levers) == (1050.09, ("prompt_caching", "batch"))
    assert task.cheapest_same_answers == "prompt_caching"
    few_shot = task.route("few_shot")
    assert few_shot is not None
    assert few_shot.levers == (
        "prompt_caching",
        "batch",
    )  # a lever is part of every candidate that it pays for


def test_what_cannot_wait_is_not_batched_and_says_why() -> None:
    unsaid = "nobody has said that answers may wait a day"
    for waits, reason in (("no", "somebody waits for the answer"), (None, unsaid)):
        task = priced(client(EXACT, waits=waits)).task("notes")
        assert next(u.reason for u in task.unpriced if u.route == "batch") == reason


def test_a_cache_that_is_on_today_is_in_todays_bill_and_saves_no_more() -> None:
    task = priced(client(EXACT, prompt_caching=True)).task("notes")
    assert task.today.monthly.mean == 2100.19  # as worked by hand above
    assert task.cheapest_same_answers == "as_is"


@pytest.mark.parametrize(
    ("residency", "model", "place", "month"),
    [
        ((), "claude-sonnet-4-6", "anthropic_global", 4565.62),
        (("us",), "claude-sonnet-4-6", "anthropic_us", 5022.19),  # 4,565.625 x 1.1
        (("us",), "claude-sonnet-4-5", "anthropic_global", 4565.62),  # inference_geo is not sold for it
    ],
)
def test_the_factor_of_a_place_is_paid_only_where_it_is_sold(
    residency: tuple[str, ...], model: str, place: str, month: float
) -> None:
    task = priced(client(EXACT, residency=residency, model=model)).task("notes")
    assert (task.place, task.place_known, task.today.monthly.mean) == (place, False, month)


def test_a_stated_place_is_the_one_that_is_priced() -> None:
    task = priced(client(EXACT, place="bedrock_us")).task("notes")
    assert (task.place, task.place_known, task.today.monthly.mean) == ("bedrock_us", True, 5022.19)


def test_retries_are_paid_twice() -> None:
    today = priced(client({**EXACT, "cost.retry_share": "0.1"})).task("notes").today
    assert today.monthly.p50 == 5022.19  # 4,565.625 x 1.1


def test_negotiated_prices_are_used_and_named() -> None:
    model = priced(client({**EXACT, "claude-sonnet-4-6.input": "2.70"}))
    # 4,000 x 2.70/1e6 + 0.003 = 0.0138; x 304,375
    assert model.task("notes").today.monthly.p50 == 4200.38
    assert "claude-sonnet-4-6.input" in model.own_prices


def test_a_prefix_below_the_minimum_is_not_cached() -> None:
    task = priced(client(model="claude-haiku-4-5")).task("notes")  # caches from 4,096 tokens
    assert not task.prefix_is_cacheable
    reason = next(entry.reason for entry in task.unpriced if entry.route == "prompt_caching")
    assert reason.startswith("the fixed prompt has 3,000 tokens, claude-haiku-4-5 caches from 4,096")
    assert (task.today.levers, task.caching_pays_from) == ((), {})


def test_caching_pays_from_worked_by_hand() -> None:
    # a hit saves 3 - 0.30, a miss costs 3.75 - 3 or 6 - 3: it pays from h = 0.75 / 3.45 = 0.2174 (5 min) and
    # 3 / 5.70 = 0.5263 (1 h) on; at a flat rate h = 1 - exp(-v ttl / 1440), so v = 70.6 and 17.9 a day. The grid of
    # volumes has 40 points a decade: at most 6% above.
    found = priced(client(EXACT)).task("notes").caching_pays_from
    for minutes, by_hand in ((5, 70.6), (60, 17.93)):
        volume = found[minutes]
        assert volume is not None
        assert by_hand <= volume <= 1.06 * by_hand


@pytest.mark.parametrize(("per_day", "minutes"), [(10, None), (40, 60), (10_000, 5)])
def test_the_cheaper_lifetime_is_taken_from_the_volume_it_pays_from(
    per_day: float, minutes: int | None
) -> None:
    route = priced(client(EXACT, requests_per_day=per_day)).task("notes").route("prompt_caching")
    assert (route.cache_ttl_minutes if route else None) == minutes


def test_a_latency_requirement_rules_out_batches() -> None:
    task = priced(client(p95_latency_ms=900)).task("notes")
    assert "batch" in {entry.route for entry in task.unpriced}


def test_the_smaller_model_counts_its_own_tokens() -> None:
    # haiku-5-5 counts 1.3 times as many tokens: (4,000 x 0.10 + 200 x 0.50) x 1.3 / 1e6 = 0.00065, x 304,375 = 197.84;
    # with the prefix read at 0.01: (3,000 x 0.01 + 1,000 x 0.10 + 200 x 0.50) x 1.3 / 1e6 = 0.000299
    route = priced(client(EXACT)).task("notes").route("smaller_model")
    assert route is not None
    assert (route.model, route.without_levers.mean, route.per_request.mean) == (
        "claude-haiku-5-5",
        197.844,
        0.000299,
    )
    assert any("priced as switched off" in note for note in route.notes)


def test_a_small_model_first_pays_the_large_one_for_what_it_passes_on() -> None:
    # every request on haiku-5-5 (0.00065), one in four again on sonnet-4-6 (0.015): 0.0044 x 304,375 = 1,339.25
    route = priced(client({**EXACT, "cost.cascade.escalated_share": "0.25"})).task("notes").route("cascade")
    assert route is not None
    assert (route.model, route.without_levers.mean) == ("claude-haiku-5-5", 1339.25)


def test_a_model_that_always_thinks_is_paid_for_its_thinking() -> None:
    # opus-4-8 and opus-5-5 count alike; opus-5-5 writes 250 tokens more: (4,000 x 4 + 450 x 20) / 1e6 = 0.025
    exact = {**EXACT, "cost.least_thinking.output_tokens": "250"}
    route = priced(client(exact, model="claude-opus-4-8")).task("notes").route("model_change")
    assert route is not None
    assert (route.model, route.without_levers.mean) == ("claude-opus-5-5", 7609.38)  # 0.025 x 304,375


def test_nothing_is_added_where_it_thinks_already() -> None:
    # 4,000 x 4 + 200 x 20: the stated output has its thinking in it
    task = priced(
        client({**EXACT, "cost.least_thinking.output_tokens": "250"}, model="claude-opus-5-5")
    ).task("notes")
    assert task.today.monthly.mean == 6087.5  # 0.02 x 304,375


def test_what_the_levers_save_is_credited_to_no_other_route() -> None:
    # 500 tokens of rules, cached with the rest: 3,500 x 0.30 + 1,000 x 3 + 200 x 15 = 0.00705, x 304,375 = 2,145.84.
    # That is less than half of today's 4,565.62, and 45.66 more than caching alone (2,100.19): it saves nothing.
    exact = {**EXACT, "cost.prompt_engineering.prefix_tokens": "500"}
    task = priced(client(exact)).task("notes")
    rules, caching = task.route("prompt_engineering"), task.route("prompt_caching")
    assert rules is not None
    assert caching is not None
    assert (rules.monthly.mean, rules.added.mean) == (2145.84, 45.6562)
    assert (rules.versus_today, rules.versus_levered, rules.payback_months) == ("cheaper", "dearer", None)
    assert caching.added.mean == 0
    # the work on caching comes back out of 4,565.62 - 2,100.19 = 2,465.44 a month
    assert caching.payback_months == pytest.approx(caching.one_off.mean / 2465.44, abs=0.05)


def test_the_price_of_a_contract_is_a_range_that_nobody_publishes() -> None:
    # 500,000 to 5,000,000 USD a year
    route = priced(client(), draws=400).task("notes").route("contract_custom_model")
    assert route is not None
    assert 500_000 / 12 <= route.monthly.p10 < route.monthly.p90 <= 5_000_000 / 12
    assert "contract.commitment_usd_per_year" in route.unpublished


def test_a_model_of_labels_is_not_priced_for_other_answers() -> None:
    reasons = {u.route: u.reason for u in priced(client()).task("notes").unpriced}
    assert reasons["small_encoder"] == "its answers are not labels"
    assert priced(client(kind="classification")).task("notes").route("small_encoder") is not None


def test_a_larger_model_has_a_row_beside_the_newer_one() -> None:
    task = priced(client(EXACT)).task("notes")
    models = {route.key: route.model for route in task.routes if route.route == "model_change"}
    assert models == {
        "model_change": "claude-sonnet-5-5", "model_change:claude-opus-5-5": "claude-opus-5-5",
    }  # fmt: skip


def test_the_smaller_model_is_one_that_exists_on_the_day() -> None:
    route = priced(client(EXACT), as_of=date(2026, 6, 1)).task("notes").route("smaller_model")
    assert route is not None
    assert route.model == "claude-haiku-4-5"


def test_a_smaller_model_must_be_cheaper() -> None:
    task = priced(client(model="claude-haiku-5-5"), as_of=date(2026, 6, 1)).task("notes")
    assert task.route("smaller_model") is None


@pytest.mark.parametrize(
    ("as_of", "closed_since"),
    [(date(2026, 2, 1), None), (date(2026, 6, 1), "10 Mar 2026"), (date(2026, 11, 20), "10 Sept 2026")],
)
def test_haiku_3_is_priced_only_while_it_is_sold(as_of: date, closed_since: str | None) -> None:
    task = priced(client(), as_of).task("notes")
    assert (task.route("bedrock_haiku3_sft") is None) is bool(closed_since)
    reasons = [entry.reason for entry in task.unpriced if entry.route == "bedrock_haiku3_sft"]
    assert [closed_since in reason for reason in reasons if closed_since] == [True] * bool(closed_since)


def test_unpublished_inputs_are_named() -> None:
    model = priced(client(), as_of=date(2026, 2, 1))
    haiku = model.task("notes").route("bedrock_haiku3_sft")
    assert haiku is not None
    assert "price.pt.claude-3-haiku.usd_per_unit_hour" in haiku.unpublished
    assert set(haiku.unpublished) <= set(model.unpublished)


def test_a_quotation_takes_the_place_of_an_unpublished_range() -> None:
    quoted = {"price.pt.claude-3-haiku.usd_per_unit_hour": "50"}
    model = priced(client(quoted), as_of=date(2026, 2, 1))
    assert "price.pt.claude-3-haiku.usd_per_unit_hour" not in model.unpublished


def test_missing_examples_are_paid_for() -> None:
    # 1,000 - 500 examples x 2 rounds / 10 an hour x 50 USD = 5,000 USD of annotation, all of it before the test
    route = priced(client({**EXACT, "cost.tuning.examples": "1000"})).task("notes").route("open_weight_lora")
    assert route is not None
    assert next(part for part in route.build_up if part.name == "annotation").one_off == 5000


def test_missing_test_cases_are_paid_for_when_measuring() -> None:
    # 30 cases x 2 rounds / 10 an hour x 50 USD = 300 USD, and half of 5 days x 30 of 50 cases = 1.5 days of 1,000 USD
    c = client({**EXACT, "cost.test.measure.days": "5"})
    found = situation(c, c.tasks[0], Facts(as_of=DAY))
    prices = TaskPrices(c, c.tasks[0], inputs_of(c, Facts(as_of=DAY), 60), feasibility.as_it_runs(found))
    amount, days = prices.preparing("measure", cases=30, failures=0, rows=0)
    assert (amount.expected, days) == (1800.0, 1.5)


def test_an_announced_retirement_forces_work() -> None:
    # sonnet-4-5 ends on 2026-11-30, a week after the start: one retirement at once, more by lifetime
    ending = priced(client(model="claude-sonnet-4-5")).task("notes").today
    lasting = priced(client()).task("notes").today
    assert ending.forced_retirements_36 >= lasting.forced_retirements_36 + 0.5
    assert any("30 Nov 2026" in note for note in ending.notes)


def test_open_weights_are_never_retired() -> None:
    route = priced(client()).task("notes").route("open_weight_lora")
    assert route is not None
    assert route.forced_retirements_36 == 0


def test_cost_per_accepted_output_says_where_quality_comes_from() -> None:
    task = priced(client(EXACT)).task("notes")
    assert task.today.per_accepted is not None
    assert task.today.per_accepted.p50 == 0.01875  # 0.015 / 0.8
    assert "current F1" in task.today.accepted_basis
    few_shot = task.route("few_shot")
    assert few_shot is not None
    assert (few_shot.per_accepted, few_shot.accepted_basis) == (None, "not measured for this route")


def test_routes_are_compared_under_the_same_future() -> None:
    # the intervals with and without a slightly longer prompt, both cached, overlap; draw by draw the longer is dearer
    task = priced(client(), draws=400).task("notes")
    schema, caching = task.route("structured_output"), task.route("prompt_caching")
    assert schema is not None
    assert caching is not None
    assert schema.monthly.p10 <= caching.monthly.p90
    assert caching.monthly.p10 <= schema.monthly.p90
    assert schema.versus_levered == "dearer"


def test_the_same_input_gives_the_same_result() -> None:
    assert priced(client()).model_dump_json() == priced(client()).model_dump_json()


def test_a_task_is_priced_alike_alone_and_in_company() -> None:
    alone = client()
    other = alone.tasks[0].model_copy(update={"task_id": "other", "requests_per_day": 5.0})
    both = replace(alone, tasks=(other, *alone.tasks))
    assert priced(alone).task("notes") == priced(both).task("notes")


def test_every_fact_used_is_named() -> None:
    model = priced(client())
    keys = {key for route in model.task("notes").routes for key in route.assumptions}
    assert keys <= set(model.facts_used)
    assert "price.regional_factor" not in model.facts_used


def test_a_currency_without_a_rate_is_one_clear_line() -> None:
    with pytest.raises(BespokeError, match="currency: no exchange rate for THB; there are AUD, BRL, CAD"):
        priced(client(currency="THB"))


def test_every_amount_is_in_the_engagements_currency() -> None:
    # a day of 1,000 EUR costs 1,000 EUR, 0.4 of it before the test is done; models are bought in USD: 4,565.625 / 1.10
    rates = {
        "price.usd_per_eur": "1.10",
        "cost.people.prompt_caching.days": "1",
        "cost.test.prompt_caching.days": "0.4",
    }
    model = priced(client({**EXACT, **rates}, currency="EUR"))
    task = model.task("notes")
    route = task.route("prompt_caching")
    assert route is not None
    assert (route.test.mean, route.rollout.mean, route.one_off.mean) == (400, 600, 1000)
    assert (task.today.monthly.mean, model.today_monthly_usd.mean) == (4150.57, 4565.62)
    assert (model.currency, model.usd_per_unit.mean, model.rate_read_on, model.rate_source) == (
        "EUR", 1.1, DAY, "test",
    )  # fmt: skip


def test_the_steps_of_a_plan_are_priced_with_the_value_they_need() -> None:
    c, facts = client(EXACT, current_quality=0.7, prompt_engineering_done=False), Facts(as_of=DAY)
    (advised,) = advise(c, facts, failures=None, dataset=None, evaluation=None, draws=60)
    task = priced(c).task("notes")
    steps = {
        n: step for n, step in enumerate(advised.plan.steps, 1) if step.kind in ("test", "build", "lever")
    }
    rows = {route.step: route for route in task.routes if route.step}
    assert set(rows) == set(steps)
    assert steps
    for n, row in rows.items():
        step = steps[n]
        assert (row.route, row.model) == (step.route, step.configuration.model)
        assert row.monthly.mean == step.monthly.expected  # type: ignore[union-attr]
        assert row.test.mean == step.cost.expected
        needs = step.needs_worth
        assert row.needs_worth == (pytest.approx(needs) if needs and needs < float("inf") else None)


def test_an_unknown_model_is_an_error() -> None:
    with pytest.raises(BespokeError, match="did you mean 'claude-sonnet-4-6'"):
        priced(client(model="claude-sonet-4-6"))


def test_fifty_million_a_day_is_cheap_to_compute() -> None:
    model = compute(
        client(requests_per_day=50_000_000, model="claude-haiku-5-5"), Facts(as_of=DAY), draws=4_000
    )
    assert model.task("notes").requests_per_second_at_peak == 578.7
