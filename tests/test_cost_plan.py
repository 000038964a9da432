"""Capacity: units by ceil(peak over throughput), windows of an imported model, break-even."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from bespoke.chapters.cost_model.billing_mode import AlwaysOnPlan, ImportPlan, Load, per_gpu_second
from bespoke.chapters.cost_model.break_even import Costs, _crossings, break_even, costs, grid
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


def test_volumes_go_from_one_request_to_a_thousand_times_todays() -> None:
    assert [grid(volume)[[0, -1]].tolist() for volume in (250.0, 1.0, 0.1)] == [
        [1.0, pytest.approx(250_000)], [1.0, 1000.0], [1.0, 1000.0],
    ]  # fmt: skip
    steps = np.diff(np.log(grid(250.0)))
    assert steps == pytest.approx(np.full(steps.size, steps[0]))


@pytest.mark.parametrize(
    ("log_ratio", "at"),
    [
        ([-1, -1, -1, -1], 1),  # cheaper throughout: from the first volume
        ([0, 0, 0, 0], 1),  # as dear is no dearer
        ([1, 1, 1, 1], None),
        ([-1, -1, -1, 1], None),  # in the end it is dearer
        ([1, -3, -1, -1], 10**0.25),  # a quarter of the way from 1 to 10
        ([1, 0, -1, -1], 10),
        ([1, -1, 1, -1], 10**2.5),  # the last time that it turns
    ],
)  # fmt: skip
def test_a_crossing_is_where_a_route_turns_no_dearer_for_good(
    log_ratio: list[float], at: float | None
) -> None:
    volumes = np.array([1.0, 10.0, 100.0, 1000.0])
    (found,) = _crossings(np.array([log_ratio], dtype=float), volumes)
    assert np.isnan(found) if at is None else found == pytest.approx(at)


def test_a_break_even_is_given_where_half_of_the_draws_cross() -> None:
    """The other route costs 1 a month; this one 2 and then .5 in the draws that cross, halfway from 10 to 100."""
    volumes = np.array([1.0, 10.0, 100.0])
    crosses, never = [2.0, 2.0, 0.5], [2.0, 2.0, 2.0]

    def found(*draws: list[float], today: float = 50.0) -> tuple[float | None, float, float]:
        route, other = Costs("gpu", np.array(draws)), Costs("api", np.ones((len(draws), 3)))
        one = break_even(route, other, volumes, np.array([today]))
        assert (one.route, one.against) == ("gpu", "api")
        return one.requests_per_day and one.requests_per_day.p50, one.share_crossing, one.reached_share

    half_way = pytest.approx(10**1.5, abs=0.01)
    assert found(crosses, never) == (half_way, 0.5, 0.5)
    assert found(crosses, never, never) == (None, 0.3333, 0.3333)
    assert found(crosses, crosses, today=31.0) == (half_way, 1.0, 0.0)
    assert found([2.0, 1.0, 1.0], [1.0, 1.0, 1.0], today=10.0) == (
        pytest.approx(5.5),
        1.0,
        1.0,
    )  # just reached


def test_costs_at_every_volume_are_all_components_in_the_engagements_currency() -> None:
    """2 USD a request and 30 of rent; a USD is .5 of the currency in one draw and .8 in the other."""

    class Plan:
        def monthly(self, requests_per_day: np.ndarray) -> dict[str, np.ndarray]:
            return {"tokens": 2 * requests_per_day, "hosting": np.full(requests_per_day.size, 30.0)}

    volumes = np.array([1.0, 12.3456])
    found = costs("gpu", Plan(), volumes, 2, np.array([0.5, 0.8]))  # type: ignore[arg-type]
    assert found.monthly == pytest.approx(np.array([[16.0, 27.3456], [25.6, 43.75296]]))
    curve = found.curve(volumes)
    assert (curve.route, curve.requests_per_day) == ("gpu", (1.0, 12.35))
    assert [band.mean for band in curve.monthly] == pytest.approx([20.8, 35.55], abs=0.01)
