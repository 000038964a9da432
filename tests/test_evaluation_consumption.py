"""What recorded answers took, by hand: tokens counted once, money of the request, times as they were."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.clients.schema import Usage
from bespoke.evaluation.answers import Answer, SystemRun
from bespoke.evaluation.consumption import consumption, percentile, recorded_usd

DAY = date(2026, 11, 20)
HAIKU = "claude-haiku-4-5"  # 1 USD in, 5 USD out, 0.10 USD read, 1.25 USD written a million
USED = Usage(input_tokens=1000, output_tokens=200, cache_read_tokens=3000, cache_write_tokens=400)
EACH = Decimal(1000 * 1 + 200 * 5) / 10**6 + Decimal("0.10") * 3000 / 10**6 + Decimal("1.25") * 400 / 10**6


def answer(usage: Usage | None = None, ms: float | None = None) -> Answer:
    return Answer("x", usage=usage, latency_ms=ms)


def ran(*runs: tuple[Answer, ...], model: str | None = HAIKU) -> SystemRun:
    return SystemRun("s", "S", "recorded", runs, model=model)


def took(found: SystemRun, accepted: list[bool | None], account: Any = None) -> Any:
    return consumption(found, accepted, account, DAY, None)


def test_each_request_is_priced_by_what_went_in_came_out_and_was_cached() -> None:
    assert recorded_usd([USED], HAIKU, DAY, None) == EACH == Decimal("0.0028")
    assert recorded_usd([USED, USED], HAIKU, DAY, None) == 2 * EACH


@pytest.mark.parametrize(("used", "model"), [([], HAIKU), ([USED], None), ([USED], "a model of the house")])
def test_without_tokens_or_a_known_model_there_is_no_money(used: list[Usage], model: str | None) -> None:
    assert recorded_usd(used, model, DAY, None) is None


def test_means_are_over_the_answers_that_recorded_it_and_money_over_the_accepted_cases() -> None:
    small = Usage(input_tokens=500, output_tokens=100, cache_read_tokens=0, cache_write_tokens=0)
    found = took(ran((answer(USED, 100.0), answer(small, 300.0), answer())), [True, False, None])
    assert found is not None
    assert (found.cases, found.input_tokens, found.cache_read_tokens, found.output_tokens) == (
        2,
        2450.0,
        1500.0,
        150.0,
    )
    money = 0.0028 + 0.001  # 500 in and 100 out at 1 and 5 USD a million
    assert found.usd_per_case == pytest.approx(money / 2)
    assert found.usd_per_accepted == pytest.approx(money)
    assert (found.p50_ms, found.p95_ms) == (pytest.approx(200), pytest.approx(290))


def test_of_several_runs_a_case_counts_once_and_an_accepted_one_once_a_run() -> None:
    run = (answer(USED, 100.0), answer(USED, 100.0))
    found = took(ran(run, run), [True, False])
    assert found is not None
    assert found.cases == 2
    assert found.usd_per_case == pytest.approx(0.0028)
    assert found.usd_per_accepted == pytest.approx(4 * 0.0028 / 2)  # two runs, each with one accepted


def test_what_a_run_of_claude_accounted_for_comes_before_prices() -> None:
    account = SimpleNamespace(usd=Decimal(3))
    found = took(ran((answer(USED), answer(USED))), [True, True], account)
    assert found is not None
    assert (found.usd_per_case, found.usd_per_accepted) == (1.5, 1.5)
    timed = took(ran((answer(ms=5.0),)), [True], account)
    assert timed is not None
    assert (timed.usd_per_case, timed.usd_per_accepted, timed.input_tokens) == (None, None, None)
    assert (timed.cases, timed.p50_ms) == (1, 5.0)


def test_nothing_accepted_has_no_price_and_nothing_recorded_is_nothing() -> None:
    found = took(ran((answer(USED),)), [False])
    assert found is not None
    assert (found.usd_per_accepted, found.p95_ms) == (None, None)
    assert took(ran((answer(), answer())), [True, True]) is None


def test_a_percentile_lies_between_values() -> None:
    assert percentile([10.0, 20.0], 0.5) == 15.0
    assert percentile([], 0.5) is None
