"""From which volume one route costs no more than another, with the uncertainty of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bespoke.chapters.cost_model.inputs import Array
from bespoke.chapters.cost_model.plan import Plan, total
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
            monthly=tuple(Band.of(column) for column in self.monthly.T),
        )


def grid(requests_per_day: float) -> Array:
    """Volumes per day, evenly spaced on the log scale."""
    top = max(0.0, float(np.log10(requests_per_day))) + DECADES
    return np.asarray(np.logspace(0.0, top, POINTS), dtype=np.float64)


def costs(route: str, plan: Plan, volumes: Array, draws: int) -> Costs:
    columns = [total(plan.monthly(np.full(draws, volume))) for volume in volumes]
    return Costs(route, np.stack(columns, axis=1))


def break_even(route: Costs, against: Costs, volumes: Array, today: Array) -> BreakEven:
    """Per draw, the last volume at which `route` turns from dearer to cheaper; the log of volume is
    interpolated linearly in the log of the cost ratio."""
    crossing = np.array(
        [_crossing(row, volumes) for row in np.log(route.monthly) - np.log(against.monthly)], dtype=np.float64
    )
    crossed = np.isfinite(crossing)
    share = float(crossed.mean())
    return BreakEven(
        route=route.route,
        against=against.route,
        requests_per_day=Band.of(crossing[crossed]) if share >= 0.5 else None,
        share_crossing=round(share, 4),
        reached_share=round(float((crossed & (today >= np.where(crossed, crossing, np.inf))).mean()), 4),
    )


def _crossing(log_ratio: Array, volumes: Array) -> float:
    """The smallest volume from which the ratio stays at or below one up to the end of the grid."""
    above = np.flatnonzero(log_ratio > 0)
    if above.size == 0:
        return float(volumes[0])
    last = int(above[-1])
    if last == len(volumes) - 1:
        return float("nan")
    step = log_ratio[last] / (log_ratio[last] - log_ratio[last + 1])
    return float(volumes[last] * (volumes[last + 1] / volumes[last]) ** step)
