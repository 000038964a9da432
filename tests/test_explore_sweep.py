"""The break-even over one input: where two routes cost the same, by hand."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.explore import sweep as sweeping
from bespoke.explore.sweep import REACH, Swept, sweep

Amount = Callable[[float], float]
COLUMN = "requests_per_day"


def swept(monkeypatch: pytest.MonkeyPatch, today: Amount, rival: Amount) -> Swept:
    """Over 100 requests a day; a month of a route costs what its function of them says."""
    monkeypatch.setattr(sweeping, "_month", lambda scene, subject, column, value, route: route(value))
    scene: Any = SimpleNamespace(client=SimpleNamespace(task=lambda name: SimpleNamespace(**{COLUMN: 100})))
    routes: tuple[Any, Any] = (today, rival)
    return sweep(scene, "task", COLUMN, *routes)


def test_the_values_reach_as_far_below_as_above_what_is_explored(monkeypatch: pytest.MonkeyPatch) -> None:
    found = swept(monkeypatch, lambda n: n, lambda n: 2 * n)
    assert (found.values[0], found.values[-1]) == pytest.approx((100 / REACH[COLUMN], 100 * REACH[COLUMN]))
    assert found.today == found.values
    assert found.rival == pytest.approx([2 * n for n in found.values])
    assert found.crossings == ()


def test_a_fee_pays_from_where_it_is_saved_on_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """2 a request, or 130 and 1 a request: the same at 130, whichever of the two runs today."""
    dear, fee = (lambda n: 2 * n), (lambda n: 130 + n)
    assert swept(monkeypatch, dear, fee).crossings == pytest.approx([130], rel=0.01)
    assert swept(monkeypatch, fee, dear).crossings == pytest.approx([130], rel=0.01)


def test_two_break_evens_stand_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    found = swept(monkeypatch, lambda n: (n - 70) * (n - 150), lambda n: 0)
    assert found.crossings == pytest.approx([70, 150], rel=0.01)


def test_what_costs_the_same_over_a_whole_range_has_no_break_even_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert swept(monkeypatch, lambda n: n, lambda n: n).crossings == ()
    assert swept(monkeypatch, lambda n: n, lambda n: min(n, 100)).crossings == ()
