"""Capacity: units by ceil(peak over throughput), windows of an imported model, break-even."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from bespoke.chapters.cost_model.billing_mode import AlwaysOnPlan, ImportPlan, Load, per_gpu_second
from bespoke.chapters.cost_model.break_even import Costs, break_even, grid
from bespoke.chapters.cost_model.inputs import Inputs
from bespoke.chapters.cost_model.request_load import day_profile
from bespoke.facts.reader import Facts

ONE, NONE = np.ones(1), np.zeros(1)
FLAT = Load(day_profile(1), 1.0, 30.0, NONE)


def test_units_are_whole_and_cover_the_peak() -> None:
    # 864,000 a day = 10 a second, peak 2.5: 25 a second over 4 a unit = 6.25 -> 7 units
    plan = AlwaysOnPlan(4 * ONE, 2 * ONE, Load(day_profile(2.5), 2.5, 30.0, NONE), {})
    assert plan.units(np.array([864_000.0]))[0] == 7
    # 7 units x 2 USD x 24 h x 30 days
    assert plan.monthly(np.array([864_000.0]))["hosting"][0] == pytest.approx(7 * 2 * 24 * 30)


def test_one_unit_is_paid_for_however_little_comes() -> None:
    plan = AlwaysOnPlan(4 * ONE, 0.80 * ONE, FLAT, {})
    # an always-on L4: 0.80 x 24 x 30.4375 = 584 USD a month (market.md rounds 30.6 days to 588)
    month = AlwaysOnPlan(4 * ONE, 0.80 * ONE, Load(day_profile(1), 1.0, 30.4375, NONE), {})
    assert plan.units(ONE)[0] == 1
    assert month.monthly(ONE)["hosting"][0] == pytest.approx(584.4)


def test_an_imported_model_is_billed_by_the_window_in_which_something_comes() -> None:
    # 288 requests a day = 1 per 5-minute window: active with 1 - 1/e; 288 x 0.63212 windows x 0.5718 USD x 30
    plan = ImportPlan(10 * ONE, 0.5718 * ONE, 5.0, FLAT, {})
    expected = 288 * (1 - np.exp(-1)) * 0.5718 * 30
    assert plan.monthly(np.array([288.0]))["hosting"][0] == pytest.approx(expected)


def test_a_busy_imported_model_runs_whole_copies_all_day() -> None:
    # 2,160,000 a day = 25 a second over 10 a copy -> 3 copies x 288 windows
    plan = ImportPlan(10 * ONE, 0.5718 * ONE, 5.0, FLAT, {})
    assert plan.monthly(np.array([2_160_000.0]))["hosting"][0] == pytest.approx(3 * 288 * 0.5718 * 30)


@pytest.mark.parametrize(
    ("tokens_in", "tokens_out", "rate"),
    [(1024, 128, 32.3), (128, 1024, 14.7), (2048, 2048, 1.78), (8192, 512, 1.54)],
)
def test_throughput_meets_the_published_points(tokens_in: int, tokens_out: int, rate: float) -> None:
    inputs = Inputs(Facts(as_of=date(2026, 11, 20)), {}, draws=1, seed=1, pinned={})
    factor = inputs["gpu.h100.throughput_factor"][0]
    found = per_gpu_second(inputs, tokens_in * ONE, tokens_out * ONE)[0] / factor
    assert found == pytest.approx(rate, rel=0.19)  # three terms through four points


def test_break_even_of_a_flat_rent_against_a_price_per_request() -> None:
    # 600 USD a month against 0.01 USD a request and 30 days: 600 / 0.30 = 2,000 a day
    volumes = grid(100.0)
    rent = Costs("rent", np.full((1, volumes.size), 600.0))
    tokens = Costs("tokens", volumes[None, :] * 0.30)
    found = break_even(rent, tokens, volumes, np.array([2_500.0]))
    assert found.requests_per_day is not None
    assert found.requests_per_day.p50 == pytest.approx(2_000, rel=1e-5)  # exact: both are lines on log scales
    assert found.reached_share == 1.0


def test_no_break_even_is_said_and_not_invented() -> None:
    volumes = grid(100.0)
    dear, cheap = (
        Costs("dear", np.full((1, volumes.size), 2.0)),
        Costs("cheap", np.full((1, volumes.size), 1.0)),
    )
    found = break_even(dear, cheap, volumes, np.array([100.0]))
    assert (found.requests_per_day, found.share_crossing) == (None, 0.0)
