"""One task from its folder to its figures; what kind of task it is, only its scorer knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np

from bespoke.clients.schema import Client, Task
from bespoke.evaluation.answers import Status, SystemRun, recorded_systems
from bespoke.evaluation.case_by_case import BYTES, case_by_case
from bespoke.evaluation.cases import EvaluationTask, bare
from bespoke.evaluation.comparison import contrasts, pooled, power
from bespoke.evaluation.consumption import consumption
from bespoke.evaluation.label_noise import label_noise
from bespoke.evaluation.result import Outcomes, Score, SystemResult, TaskEvaluation
from bespoke.evaluation.review import review
from bespoke.evaluation.scorer import Scorer, main_metric
from bespoke.facts.reader import Facts
from bespoke.statistics.clusters import Clusters, Measure

Scores = Mapping[str, Measure | None]  # by metric


def ladder_of(task: EvaluationTask, scorer: Scorer, seed: int) -> list[SystemRun]:
    """Every system there is: what runs here, what was recorded, what Claude answered."""
    recorded = recorded_systems(task, lambda raw: scorer.read(task, raw))
    return [*scorer.baselines(task, seed), *recorded]


def evaluate_task(
    task: EvaluationTask, scorer: Scorer, client: Client, facts: Facts, *, flips: int, seed: int
) -> TaskEvaluation:
    """Scores every system, compares what is to be compared, and says what these cases can show."""
    ladder = ladder_of(task, scorer, seed)
    groups = [case.cluster for case in task.cases]
    clusters = Clusters(groups, flips=flips, seed=seed)
    metric = main_metric(scorer, task)
    runs = {ran.name: [scorer.measures(task, ran.name, run) for run in ran.runs] for ran in ladder}
    measures = {ran.name: _measures(scorer, ran, runs[ran.name], metric) for ran in ladder}
    accepted = {ran.name: scorer.accepted(task, ran.name, ran.runs[0]) for ran in ladder}
    mains: dict[str, Measure] = {
        name: main for name, found in measures.items() if (main := found.get(metric)) is not None
    }
    systems = tuple(
        _system(task, scorer, r, runs[r.name], measures[r.name], accepted[r.name], clusters, client, facts)
        for r in ladder
        if r.name in mains
    )
    values = {name: clusters.estimate(m).value for name, m in mains.items()}
    best = max(values, key=lambda name: -1.0 if np.isnan(values[name]) else values[name]) if values else None
    found = contrasts(ladder, mains, task.setup.contrasts, best, clusters) if best else ()
    marks = power(found, mains, accepted, best, clusters) if best else None
    shown = next((r for r in ladder if r.name == (task.setup.in_use or best)), None)
    declared = next((t for t in client.tasks if t.task_id == task.task_id), None)
    others = [r for r in ladder if shown and r.name != shown.name and r.kind != "offline"]
    cases_shown = None
    if client.engagement.evaluation.deidentified:
        room = BYTES // max(1, len(client.evaluated))
        cases_shown = case_by_case(task, scorer, ladder, mains, best, facts.as_of, client.prices, room)
    return TaskEvaluation(
        task_id=task.task_id,
        name=declared.name if declared else task.task_id,
        scorer=scorer.name,
        kind_of_task=scorer.title,
        metric=metric,
        metric_words=scorer.metrics[metric],
        **_declared(declared),
        cases=len(task.cases),
        groups=clusters.clusters,
        train=len(task.usable_train),
        left_out_of_training=len(task.train) - len(task.usable_train),
        documents=len(task.documents),
        copies=sum(n - 1 for n in Counter(bare(case.text) for case in task.cases).values()),
        published=task.setup.published,
        used_before=task.setup.used_before,
        minutes_per_case=_minutes(task),
        in_use=task.setup.in_use,
        best=best,
        best_interval=clusters.of_the_best([*mains.values()]),
        systems=systems,
        contrasts=found,
        not_contrasted=tuple(
            name for c in task.setup.contrasts for name in (c.first, c.second) if name not in mains
        ),
        power=marks,
        label_noise=label_noise(mains[marks.pair[0]], mains[marks.pair[1]], seed) if marks else (),
        ceiling=scorer.ceiling(task, clusters),
        review=review(shown, others, accepted[shown.name], scorer.same, groups) if shown else None,
        details=tuple(scorer.details(task, ladder, shown)) if shown else (),
        cases_shown=cases_shown,
    )


def _measures(scorer: Scorer, ran: SystemRun, runs: Sequence[Scores], metric: str) -> Scores:
    """Every metric over all runs, the main one first."""
    names = [metric, *(name for name in scorer.metrics if name != metric)]
    return {name: pooled([run.get(name) for run in runs], ran) for name in names}


def _system(
    task: EvaluationTask,
    scorer: Scorer,
    ran: SystemRun,
    runs: Sequence[Scores],
    measures: Scores,
    accepted: Sequence[bool | None],
    clusters: Clusters,
    client: Client,
    facts: Facts,
) -> SystemResult:
    known = [any(run[i].measured for run in ran.runs) for i in range(len(task.cases))]
    judged = [ok if k else None for ok, k in zip(accepted, known, strict=True)]
    main = next(iter(measures))
    return SystemResult(
        name=ran.name,
        title=ran.title,
        kind=ran.kind,
        in_use=ran.name == task.setup.in_use,
        learns=ran.learns,
        strategy=ran.strategy,
        model=ran.model,
        first_model=ran.first_model,
        runs=len(ran.runs),
        spread=_spread(runs, main),
        cases=sum(known),
        groups=len({case.cluster for case, k in zip(task.cases, known, strict=True) if k}),
        outcomes=_outcomes(ran),
        scores=tuple(
            Score(metric=name, words=scorer.metrics[name], interval=clusters.interval(measure))
            for name, measure in measures.items()
            if measure is not None
        ),
        accepted=clusters.interval(Measure.share(judged)) if any(j is not None for j in judged) else None,
        consumption=consumption(ran, judged, task.accounts.get(ran.name), facts.as_of, client.prices),
    )


def _spread(runs: Sequence[Scores], metric: str) -> float | None:
    """The standard deviation of the main score between runs."""
    if len(runs) < 2:
        return None
    found = [run[metric] for run in runs]
    return float(np.std([float(m.combine(m.columns.sum(0))) for m in found if m is not None], ddof=1))


def _outcomes(ran: SystemRun) -> Outcomes:
    counts = Counter(answer.status for run in ran.runs for answer in run)
    return Outcomes(**{status: counts[status] for status in get_args(Status)})


def _declared(task: Task | None) -> dict[str, object]:
    return {
        "declared_metric": task.metric if task else "",
        "declared_quality": task.current_quality if task else None,
        "target": task.target_quality if task else None,
    }


def _minutes(task: EvaluationTask) -> float | None:
    """A person's minutes: the mean of what cases say, else what task.yaml says."""
    said = [case.minutes for case in task.cases if case.minutes is not None]
    return sum(said) / len(said) if said else task.setup.minutes_per_case
