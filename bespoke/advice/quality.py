"""Quality after a step: measured where somebody has, expected from the table of effects, else unknown.

A remedy removes a share of a family's errors (bespoke/facts/tables/effects.yaml: low, likely, high). With q today and
s(f) the share of family f among the failures read, quality after the remedies R is

    1 - (1 - q) x sum over f of s(f) x product over r in R of (1 - effect(r, f))

once with all low, once with all likely, once with all high effects. The chance of reaching the target is that of a
triangular distribution over these three. Failures without a family are helped by what helps any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from bespoke.advice.routes import routes
from bespoke.advice.situation import Situation
from bespoke.facts.effects import effects
from bespoke.facts.reader import Facts
from bespoke.results import Part
from bespoke.statistics.interval import Interval

UNMAPPED = "unmapped"
ANY = "any"
Basis = Literal["measured", "expected", "unknown"]
ThreePoints = tuple[float, float, float]  # low, likely, high
NOTHING: ThreePoints = (0.0, 0.0, 0.0)


class Addition(NamedTuple):
    """One remedy or model on top of what runs today. `variant` tells a newer model from a larger one."""

    route: str
    variant: str = ""
    measured: Interval | None = None  # quality found on the client's own cases; replaces the table


class Outlook(Part):
    """Quality after a step: low, likely and high, and what that rests on."""

    low: float
    likely: float
    high: float
    basis: Basis

    def reaches(self, target: float) -> float:
        """Probability of being at the target or above it."""
        return above(self.low, self.likely, self.high, target)


def above(low: float, likely: float, high: float, target: float) -> float:
    """P(X >= target) for a triangular X: (high - t)^2 / ((high - low)(high - likely)) on its falling side."""
    if target <= low:
        return 1.0
    if target > high:
        return 0.0
    if target >= likely:
        return 0.0 if high == likely else (high - target) ** 2 / ((high - low) * (high - likely))
    return 1 - (target - low) ** 2 / ((high - low) * (likely - low))


def outlook(situation: Situation, facts: Facts, additions: Sequence[Addition]) -> Outlook | None:
    """Quality after all additions together; None while today's quality or the failures' families are not known."""
    today = situation.quality
    if today is None:
        return None
    if not additions:
        return Outlook(low=today.estimate, likely=today.estimate, high=today.estimate, basis="measured")
    if situation.shares is None and not all(a.measured for a in additions):
        return None
    shares = {**(situation.shares or {}), UNMAPPED: 1 - sum((situation.shares or {}).values())}
    wrong = 1 - today.estimate
    points = (
        1 - wrong * sum(s * _left(f, additions, point, situation, facts) for f, s in shares.items())
        for point in range(3)
    )
    cap = situation.ceiling.high if situation.ceiling else 1.0
    low, likely, high = sorted(min(value, cap) for value in points)
    basis: Basis = "measured" if all(a.measured for a in additions) else "expected"
    return Outlook(low=low, likely=likely, high=high, basis=basis)


def _left(
    family: str, additions: Iterable[Addition], point: int, situation: Situation, facts: Facts
) -> float:
    """Share of the family's errors that is left after every addition."""
    left = 1.0
    for addition in additions:
        left *= 1 - removed(addition, family, situation, facts)[point]
    return left


def removed(addition: Addition, family: str, situation: Situation, facts: Facts) -> ThreePoints:
    """Share of a family's errors that one addition removes; negative where it adds errors."""
    if addition.measured is not None:
        return _as_measured(addition.measured, situation)
    table, of = _table(facts.as_of), (addition.route, addition.variant)
    found = table.get((*of, family)) or table.get((*of, ANY), NOTHING)
    if not _tried(addition.route, situation, facts):
        return found
    row = facts.fact("effects.already_tried")
    (low, high), likely = row.range, row.number
    return found[0] * float(low), found[1] * float(likely), found[2] * float(high)


def _as_measured(quality: Interval, situation: Situation) -> ThreePoints:
    today = situation.quality
    if today is None or today.estimate >= 1:
        return NOTHING
    low, likely, high = (
        (q - today.estimate) / (1 - today.estimate) for q in (quality.low, quality.estimate, quality.high)
    )
    return low, likely, high


def _tried(route: str, situation: Situation, facts: Facts) -> bool:
    """Whether the client says that this kind of remedy was worked on before: less is left in it."""
    if route == "rag":
        return bool(situation.rag_done)
    return bool(situation.prompt_engineering_done) and route in _prompt_routes(facts.as_of)


@lru_cache(maxsize=8)
def _prompt_routes(as_of: date) -> frozenset[str]:
    return frozenset(route.route for route in routes(as_of) if route.group == "prompt")


@lru_cache(maxsize=8)
def _table(as_of: date) -> Mapping[tuple[str, str, str], ThreePoints]:
    return {
        (row.route, row.variant, row.family): (float(row.low), float(row.value), float(row.high))
        for row in effects(as_of)
    }
