"""Working days in three points: what the tables give for a piece of work, or the client's own figure for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bespoke.advice.candidates import Configuration
from bespoke.clients.schema import Client
from bespoke.facts.reader import Facts


class Points(NamedTuple):
    """Low, likely and high, rising."""

    low: float
    likely: float
    high: float

    def plus(self, other: Points) -> Points:
        return Points(*(a + b for a, b in zip(self, other, strict=True)))

    def times(self, share: float) -> Points:
        return Points(*(share * point for point in self))

    def less(self, other: Points) -> Points:
        """What is left of work of which a part is done: point by point, never below nought, in rising order (of a total
        that is a point, a long part leaves little)."""
        return Points(*sorted(max(0.0, a - b) for a, b in zip(self, other, strict=True)))

    def at_least(self, days: float) -> Points:
        return Points(*(max(point, days) for point in self))


NOTHING = Points(0.0, 0.0, 0.0)


def total(points: Iterable[Points]) -> Points:
    found = NOTHING
    for each in points:
        found = found.plus(each)
    return found


class WorkDays:
    """The days that work is priced at (`cost.people.*`, `cost.test.*`); prices.yaml may hold the client's own."""

    def __init__(self, client: Client, facts: Facts) -> None:
        self.own, self.facts = client.prices or {}, facts

    def of(self, key: str) -> Points:
        if key in self.own:
            return Points(*[float(self.own[key].value)] * 3)
        fact = self.facts.fact(key)
        low, high = fact.range
        return Points(float(low), float(fact.number), float(high))

    def people(self, work: Iterable[str]) -> Points:
        """Everything from the first day to going live."""
        return total(self.of(f"cost.people.{one}.days") for one in work)

    def tested(self, c: Configuration) -> Points:
        """Until it is measured on the client's cases, as the cost model prices it: nothing where it was measured
        already, and the likely share of the work where the tables have no test of its own."""
        if c.tested or not c.work:
            return NOTHING
        if not self.facts.has(f"cost.test.{c.work[0]}.days"):
            return self.people(c.work).times(self.of("cost.build.share_before_measured").likely)
        return total(self.of(f"cost.test.{one}.days") for one in c.work)

    def left(self, c: Configuration) -> Points:
        """From there to going live: the roll-out."""
        return self.people(c.work).less(self.tested(c))
