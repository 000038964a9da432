"""A fact's value in words."""

from __future__ import annotations

from decimal import Decimal

from bespoke.facts.reader import Fact
from bespoke.show.numbers import exact, yes_no


def value_text(fact: Fact) -> str:
    """A fact's value as text: a number, a range `low to high` with its likely point, a date or a word."""
    if fact.low is not None and fact.high is not None:
        likely = f" (likely {_plain(fact.value)})" if isinstance(fact.value, Decimal) else ""
        return f"{_plain(fact.low)} to {_plain(fact.high)}{likely}"
    return _plain(fact.value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return yes_no(value)
    return exact(value) if isinstance(value, Decimal) else str(value)
