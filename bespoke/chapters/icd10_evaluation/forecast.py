"""How many examples the target would take, from a measured learning curve, and where it must not be asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bespoke.chapters.icd10_evaluation.learning_curve import Measured
from bespoke.chapters.icd10_evaluation.result import Forecast, Needed
from bespoke.clients.schema import Client, Task
from bespoke.facts.reader import Facts
from bespoke.statistics.bootstrap import cluster_counts
from bespoke.statistics.clusters import sums_of_clusters
from bespoke.statistics.interval import Interval
from bespoke.statistics.power_law import FEWEST, Array, PowerLaws, power_laws
from bespoke.statistics.seed import SEED

FEW_RESAMPLES = 500  # of the notes' groups: limits of a curve to two digits need no more
LEVELS = (0.025, 0.975)
MULTIPLE = "evidence.learning.prolonged_at_most"


def forecast(
    found: Sequence[Measured],
    client: Client,
    facts: Facts,
    *,
    resamples: int = FEW_RESAMPLES,
    seed: int = SEED,
) -> Forecast | None:
    """The prolonged curve of the tuned models, where there are enough of them, else of the best rung that learns.

    An inverse power law is fitted to micro-F1 by size. Limits come from resampling the groups of evaluation
    notes and, at each size, the draw of training examples. None where fewer than four sizes were measured.
    """
    curves = [curve for curve in found if len(curve.sizes) >= FEWEST]
    if not curves:
        return None
    best = max(curves, key=lambda curve: (curve.tuned, curve.curve().points[-1].micro_f1))
    points = [point.micro_f1 for point in best.curve().points]
    fitted = power_laws(best.sizes, np.array([points]))
    drawn = power_laws(best.sizes, _resampled(best, resamples, seed))
    limit = int(max(best.sizes) * facts.fact(MULTIPLE).number)
    task = _task(client)
    target = task.target_quality if task and "f1" in task.metric.casefold() else None
    low, high = (float(end) for end in np.quantile(drawn.at(limit), LEVELS))
    return Forecast(
        system=best.name,
        title=best.title,
        tuned=best.tuned,
        sizes=best.sizes,
        limit=limit,
        at_limit=Interval(estimate=float(fitted.at(limit)[0]), low=low, high=high),
        task_id=task.task_id if task else "",
        target=target,
        needed=None if target is None else _needed(fitted, drawn, target, limit),
    )


def _needed(fitted: PowerLaws, drawn: PowerLaws, target: float, limit: int) -> Needed | None:
    """Examples for the target; None where the curve has to be prolonged beyond the limit to reach it."""
    size = float(fitted.size_for(target)[0])
    if size > limit:
        return None
    low, high = (float(end) for end in np.quantile(drawn.size_for(target), LEVELS, method="nearest"))
    return Needed(
        examples=int(np.ceil(size)),
        low=int(np.ceil(min(low, size))),
        high=int(np.ceil(max(high, size))) if high <= limit else None,
    )


def _resampled(curve: Measured, resamples: int, seed: int) -> Array:
    """Micro-F1 by resample and size: the notes' groups and the draw of training examples are chosen anew."""
    cluster = np.unique(np.asarray(curve.groups, dtype=str), return_inverse=True)[1]
    weights = cluster_counts(int(cluster.max()) + 1, resamples=resamples, seed=seed)
    random = np.random.default_rng(seed)
    columns = []
    for draws in curve.draws:
        chosen = random.integers(len(draws), size=len(weights))
        scores = np.column_stack([_micro(weights, counts.f1.columns, cluster) for counts in draws])
        columns.append(scores[np.arange(len(weights)), chosen])
    return np.column_stack(columns)


def _micro(weights: Array, columns: Array, cluster: NDArray[np.intp]) -> Array:
    top, bottom = (weights @ sums_of_clusters(columns, cluster, weights.shape[1])).T
    return np.asarray(np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0))


def _task(client: Client) -> Task | None:
    """The task whose notes these are: the only extraction. With several nobody can say."""
    extractions = [task for task in client.tasks if task.kind == "extraction"]
    return extractions[0] if len(extractions) == 1 else None
