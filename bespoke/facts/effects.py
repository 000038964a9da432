"""What a remedy is expected to do before it is tried: the share of a failure family's errors it removes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, Self

from pydantic import model_validator

from bespoke.facts.reader import Sourced, all_in_force, rows_of

ErrorFamily = Literal[
    "any", "format", "tone", "vocabulary", "edge_case", "facts", "reasoning", "behaviour", "unmapped"
]


class Effect(Sourced):
    """A remedy and one failure family. Shares of that family's errors; a negative share adds errors."""

    route: str
    variant: str = ""  # what the effect depends on, such as the size of the tuned model
    family: ErrorFamily  # `any` stands for every family without a row of its own
    low: Decimal
    value: Decimal
    high: Decimal

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not -1 <= self.low <= self.value <= self.high <= 1:
            raise ValueError(
                f"shares must rise from low to high within -1 and 1: {self.low}, {self.value}, {self.high}"
            )
        return self


def effects(as_of: date) -> tuple[Effect, ...]:
    """The rows in force on the day, in table order: one per route, variant and family."""
    return all_in_force(rows_of(Effect, "effects"), lambda row: (row.route, row.variant, row.family), as_of)
