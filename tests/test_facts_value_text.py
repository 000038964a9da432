"""A fact's value in words: one value, or a range with its likely point."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bespoke.facts.reader import Fact
from bespoke.facts.value_text import value_text

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"value": Decimal("0.30")}, "0.3"),
        ({"value": Decimal(12_000)}, "12,000"),
        ({"value": True}, "yes"),
        ({"value": False}, "no"),
        ({"value": DAY}, "2026-11-20"),
        ({"value": "low effort"}, "low effort"),
        ({"low": Decimal(2), "high": Decimal(8)}, "2 to 8"),
        ({"low": Decimal(0), "high": Decimal(0)}, "0 to 0"),
        ({"low": Decimal(2), "value": Decimal(5), "high": Decimal(8)}, "2 to 8 (likely 5)"),
        ({"low": Decimal(2), "value": "often", "high": Decimal(8)}, "2 to 8"),
        ({"low": Decimal(2), "value": Decimal(5)}, "5"),  # one bound alone is no range
        ({"value": Decimal(5), "high": Decimal(8)}, "5"),
    ],
)
def test_a_value_is_said_as_what_it_is(given: dict[str, Any], text: str) -> None:
    fact = Fact(key="k", unit="days", kind="assumed", source="s", read_on=DAY, expires=DAY, **given)
    assert value_text(fact) == text
