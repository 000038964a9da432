"""An amount that is known, known within limits, or not known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Amount:
    """`low..high`, or `low..likely..high`; the middle is likely where nobody says more."""

    low: Decimal
    likely: Decimal
    high: Decimal

    @classmethod
    def between(cls, *marks: Decimal) -> Amount:
        """From two or three rising numbers. Raises ValueError for others."""
        if len(marks) not in (2, 3) or list(marks) != sorted(marks):
            raise ValueError("two or three numbers, the least first")
        likely = marks[1] if len(marks) == 3 else (marks[0] + marks[1]) / 2
        return cls(marks[0], likely, marks[-1])
