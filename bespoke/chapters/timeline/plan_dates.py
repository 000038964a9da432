"""One plan: its network simulated, its dates read off the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bespoke.chapters.timeline.calendar import WorkingCalendar
from bespoke.chapters.timeline.estimates import PhaseEstimate
from bespoke.chapters.timeline.network import Array, Simulation, simulate, through
from bespoke.chapters.timeline.result import CurvePoint, FinishDates, PhaseTimeline, PlanTimeline, WithinWeeks
from bespoke.facts.reader import Facts
from bespoke.statistics import three_point

CURVE = np.linspace(0.01, 0.99, 50)
MOST_CELLS = 8_000_000  # phases by draws of one simulation: about half a gigabyte while it runs
FEWEST = 500  # draws, however many phases


@dataclass(frozen=True)
class Planner:
    """What every plan of one engagement shares."""

    facts: Facts
    calendar: WorkingCalendar
    draws: int
    seed: int

    def plan(
        self, name: str, task_ids: Sequence[str], network: Sequence[PhaseEstimate], examples: int | None,
        parts: Sequence[PlanTimeline] = (),
    ) -> PlanTimeline:  # fmt: skip
        """Simulated and read off the calendar; `examples` are those that its dataset phases annotate. `parts` are the
        plans of the tasks of a whole, which at no confidence is done before one of them, whatever the draws say."""
        draws = min(self.draws, max(FEWEST, MOST_CELLS // max(1, len(network))))
        simulation = simulate(network, draws, self.seed, self.facts.number("schedule.correlation"))
        total = simulation.total
        whole = np.percentile(total, [10, 50, 80, 90])
        for part in parts:
            whole = np.maximum(whole, [part.p10_days, part.p50_days, part.p80_days, part.p90_days])
        p10, p50, p80, p90 = (round(float(days), 2) for days in whole)
        finish = self.calendar.finish
        return PlanTimeline(
            name=name,
            task_ids=tuple(task_ids),
            phases=_phases(network, simulation, self.calendar),
            examples_needed=examples,
            finish=FinishDates(p10=finish(p10), p50=finish(p50), p80=finish(p80), p90=finish(p90)),
            mean_days=round(float(total.mean()), 2),
            sd_days=round(float(total.std()), 2),
            p10_days=p10, p50_days=p50, p80_days=p80, p90_days=p90,
            contingency_days=int(np.ceil(p80) - np.ceil(p50)),
            merge_bias_days=round(float(total.mean()) - _at_means(network), 2),
            within=self._within(total),
            curve=tuple(
                CurvePoint(days=round(float(d), 2), finish=finish(float(d)), probability=round(float(q), 4))
                for q, d in zip(CURVE, np.quantile(total, CURVE), strict=True)
            ),
        )  # fmt: skip

    def _within(self, total: Array) -> tuple[WithinWeeks, ...]:
        low, high = (int(weeks) for weeks in self.facts.fact("schedule.promised_weeks").range)
        return tuple(
            WithinWeeks(
                weeks=weeks,
                working_days=(days := self.calendar.working_days(weeks)),
                probability=round(float((total <= days).mean()), 4),
            )
            for weeks in range(low, high + 1)
        )


def _phases(
    network: Sequence[PhaseEstimate], simulation: Simulation, calendar: WorkingCalendar
) -> tuple[PhaseTimeline, ...]:
    critical, shares = simulation.criticality(), simulation.variance_shares()
    total_ranks = _ranks(simulation.total)
    found = []
    for i, estimate in enumerate(network):
        p10, p50, p90 = (float(days) for days in np.percentile(simulation.finishes[i], [10, 50, 90]))
        found.append(
            PhaseTimeline(
                key=estimate.phase,
                phase=estimate.kind,
                title=estimate.title,
                task_id=estimate.task_id,
                if_needed=estimate.if_needed,
                cost=estimate.cost,
                low_days=round(estimate.low, 2),
                likely_days=round(estimate.likely, 2),
                high_days=round(estimate.high, 2),
                basis=estimate.basis,
                after=estimate.after,
                start_p50=calendar.after(float(np.floor(np.percentile(simulation.starts[i], 50)))),
                finish_p10=calendar.finish(p10),
                finish_p50=calendar.finish(p50),
                finish_p90=calendar.finish(p90),
                criticality=round(float(critical[i]), 4),
                variance_share=round(float(shares[i]), 4),
                rank_correlation=_rank_correlation(_ranks(simulation.durations[i]), total_ranks),
                zero_variance=estimate.is_point and estimate.high > 0,
            )
        )
    return tuple(found)


def _rank_correlation(durations: Array, total: Array) -> float:
    """Spearman's, from ranks; none where one of the two does not vary."""
    if durations.min() == durations.max() or total.min() == total.max():
        return 0.0
    return round(float(np.corrcoef(durations, total)[0, 1]), 4)


def _ranks(values: Array) -> Array:
    """1 for the smallest; equal values share the mean of their ranks."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place], dtype=np.float64)


def _at_means(network: Sequence[PhaseEstimate]) -> float:
    """The finish of the plan drawn with every phase at its mean: what a plain Gantt chart would say."""
    if not network:
        return 0.0
    means = np.array([[three_point.mean(e.low, e.likely, e.high)] for e in network])
    return float(through(network, means).total[0])
