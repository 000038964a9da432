"""What a plan gains in right outputs, and after how many months it has paid for itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.chapters.recommendation import _gained, _payback
from tests.advice_cases import FACTS, situation


@pytest.mark.parametrize(
    ("likely", "gained"),
    [
        (0.80, 73_050.0),
        (0.70, 0.0),
        (0.60, 0.0),
        (None, 0.0),
    ],  # of 2,000 a day in 365.25 days: 730,500 outputs
)
def test_a_plan_gains_what_its_likely_quality_lies_above_todays(likely: float | None, gained: float) -> None:
    outlook = None if likely is None else SimpleNamespace(likely=likely)
    plan: Any = SimpleNamespace(likely_end=SimpleNamespace(outlook=outlook))
    assert _gained(plan, situation({}), FACTS) == pytest.approx(gained)
    assert _gained(plan, situation({}).at(quality=None), FACTS) == 0


@pytest.mark.parametrize(
    ("once", "saving", "months"),
    [
        (1200.0, 100.0, 12.0),
        (100.0, 300.0, 0.3),
        (1200.0, 0.0, None),
        (1200.0, -5.0, None),
        (0.0, 100.0, None),
    ],
)
def test_what_is_paid_once_over_what_a_month_saves(once: float, saving: float, months: float | None) -> None:
    assert _payback(once, saving) == months
