"""USD as whole numbers of a millionth of a millionth, so that a database can add them exactly."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

PER_USD = 10**12  # one token at the lowest price of the book is 2,500 of these


def pico(usd: Decimal) -> int:
    """Rounded up: what is counted against a budget is never less than the money."""
    return int((usd * PER_USD).to_integral_value(ROUND_CEILING))


def usd(amount: int) -> Decimal:
    return Decimal(amount) / PER_USD
