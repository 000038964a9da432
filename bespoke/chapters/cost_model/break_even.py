"""From which volume one route costs no more than another, with the uncertainty of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bespoke.chapters.cost_model.billing_mode import Plan, total
from bespoke.chapters.cost_model.inputs import Array
from bespoke.chapters.cost_model.result import Band, BreakEven, Curve

DECADES = 3  # volumes from one request a day to a thousand times today's
POINTS = 45


@dataclass(frozen=True)
class Costs:
    """Monthly cost of a route at every volume of a grid: draws by volumes."""

    route: str
    monthly: Array

    def curve(self, volumes: Array) -> Curve:
        return Curve(
            route=self.route,
            requests_per_day=tuple(float(f"{v:.4g}") for v in volumes),
            monthly=Band.of_each(self.monthly),
        )


def grid(requests_per_day: float) -> Array:
    """Volumes per day, evenly spaced on the log scale."""
    top = max(0.0, float(np.log10(requests_per_day))) + DECADES
    return np.asarray(np.logspace(0.0, top, POINTS), dtype=np.float64)


def costs(route: str, plan: Plan, volumes: Array, draws: int, rate: Array) -> Costs:
    """`rate` is the engagement's currency per USD, by draw."""
    columns = [total(plan.monthly(np.full(draws, volume))) * rate for volume in volumes]
    return Costs(route, np.stack(columns, axis=1))


def break_even(route: Costs, against: Costs, volumes: Array, today: Array) -> BreakEven:
    """Per draw, the last volume at which `route` turns from dearer to cheaper; the log of volume is
    interpolated linearly in the log of the cost ratio."""
    crossing = _crossings(np.log(route.monthly) - np.log(against.monthly), volumes)
    crossed = np.isfinite(crossing)
    share = float(crossed.mean())
    return BreakEven(
        route=route.route,
        against=against.route,
        requests_per_day=Band.of(crossing[crossed]) if share >= 0.5 else None,
        share_crossing=round(share, 4),
        reached_share=round(float((crossed & (today >= np.where(crossed, crossing, np.inf))).mean()), 4),
    )


def _crossings(log_ratio: Array, volumes: Array) -> Array:
    """Per draw, the smallest volume from which the ratio stays at or below one up to the end of the grid; NaN
    where it does not. `log_ratio` is draws by volumes."""
    above = log_ratio > 0
    last = np.where(above.any(axis=1), len(volumes) - 1 - above[:, ::-1].argmax(axis=1), -1)
    found = np.where(last < 0, volumes[0], np.nan)
    turns = np.flatnonzero((last >= 0) & (last < len(volumes) - 1))
    at = last[turns]
    before, after = log_ratio[turns, at], log_ratio[turns, at + 1]
    found[turns] = volumes[at] * (volumes[at + 1] / volumes[at]) ** (before / (before - after))
    return np.asarray(found, dtype=np.float64)
