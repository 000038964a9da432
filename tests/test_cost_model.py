"""The cost chapter, end to end on small clients written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bespoke.chapters.cost_model import CostModel, compute
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
    route = priced(client(EXACT)).task("notes").route("batch")
    assert route is not None
    assert route.monthly.p50 == 2282.81  # half of 4,565.625


def test_residency_adds_the_regional_surcharge() -> None:
    model = priced(client(EXACT, residency=("us",)))
    assert model.regional
    assert model.task("notes").today.monthly.p50 == 5022.19  # 4,565.625 x 1.1


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
    assert task.today.monthly_cached is None


def test_a_latency_requirement_rules_out_batches() -> None:
    task = priced(client(p95_latency_ms=900)).task("notes")
    assert "batch" in {entry.route for entry in task.unpriced}


def test_the_smaller_model_counts_its_own_tokens() -> None:
    # haiku-5-5 counts 1.3 times as many tokens: (4,000 x 0.10 + 200 x 0.50) x 1.3 / 1e6 = 0.00065
    route = priced(client(EXACT)).task("notes").route("smaller_model")
    assert route is not None
    assert (route.model, route.per_request.p50) == ("claude-haiku-5-5", 0.00065)


def test_the_smaller_model_is_one_that_exists_on_the_day() -> None:
    route = priced(client(EXACT), as_of=date(2026, 6, 1)).task("notes").route("smaller_model")
    assert route is not None
    assert route.model == "claude-haiku-4-5"


def test_a_smaller_model_must_be_cheaper() -> None:
    task = priced(client(model="claude-haiku-5-5"), as_of=date(2026, 6, 1)).task("notes")
    assert task.route("smaller_model") is None


@pytest.mark.parametrize(
    ("as_of", "open_then"), [(date(2026, 2, 1), True), (date(2026, 6, 1), False), (date(2026, 11, 20), False)]
)
def test_haiku_3_is_priced_only_while_it_is_sold(as_of: date, open_then: bool) -> None:
    task = priced(client(), as_of).task("notes")
    assert (task.route("bedrock_haiku3_sft") is not None) is open_then
    if not open_then:
        reason = next(entry.reason for entry in task.unpriced if entry.route == "bedrock_haiku3_sft")
        assert "10 Mar 2026" in reason or "10 Sept 2026" in reason


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


def test_missing_test_cases_are_paid_for() -> None:
    # 50 - 20 cases x 2 rounds / 10 an hour x 50 USD = 300 USD of annotation
    task = priced(client(test_cases=20)).task("notes").route("prompt_caching")
    assert task is not None
    annotation = next(part for part in task.build_up if part.name == "annotation")
    assert annotation.one_off == 300


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
    # the intervals of a route with and without a slightly longer prompt overlap; draw by draw it is dearer
    task = priced(client(), draws=400).task("notes")
    schema = task.route("structured_output")
    assert schema is not None
    assert schema.monthly.overlaps(task.today.monthly)
    assert schema.versus_today == "dearer"


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


def test_peoples_rates_are_converted() -> None:
    # one day of 1,000 EUR at 1.10 USD
    rates = {"price.usd_per_eur": "1.10", "cost.people.prompt_caching.days": "1"}
    route = priced(client(rates, currency="EUR")).task("notes").route("prompt_caching")
    assert route is not None
    assert next(part.one_off for part in route.build_up if part.name == "people") == 1100


def test_an_unknown_model_is_an_error() -> None:
    with pytest.raises(BespokeError, match="did you mean 'claude-sonnet-4-6'"):
        priced(client(model="claude-sonet-4-6"))


def test_fifty_million_a_day_is_cheap_to_compute() -> None:
    model = compute(
        client(requests_per_day=50_000_000, model="claude-haiku-5-5"), Facts(as_of=DAY), draws=4_000
    )
    assert model.task("notes").requests_per_second_at_peak == 578.7
