"""From client input and the earlier chapters to the situation of every task: the best grade of each input wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bespoke.advice import serving
from bespoke.advice.candidates import named
from bespoke.advice.latency import shared_model
from bespoke.advice.situation import Situation, TriedRemedy, Worth
from bespoke.chapters.contradictions import evidence, implausible_latency, logged_p95, timed_p95
from bespoke.chapters.failure_labels import UNMAPPED
from bespoke.clients.assumed import NUMBERS, TEXTS
from bespoke.clients.schema import Client, Task
from bespoke.evaluation.result import MeasuredSystem, MeasuredTask
from bespoke.facts.reader import Facts
from bespoke.statistics.interval import Interval
from bespoke.statistics.proportion import wilson

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.failure_modes import FailureModes


def situations(
    client: Client,
    facts: Facts,
    *,
    failures: FailureModes | None,
    dataset: DatasetReadiness | None,
    measured: Mapping[str, MeasuredTask],
) -> dict[str, Situation]:
    """The situation of every task, keyed by task_id, in the order of tasks.csv."""
    return {
        task.task_id: situation(
            client, task, facts, families=(failures.by_task.get(task.task_id, {}) if failures else {}),
            dataset=dataset if _owns(client, task, dataset) else None, measured=measured.get(task.task_id),
        )
        for task in client.tasks
    }  # fmt: skip


def situation(
    client: Client,
    task: Task,
    facts: Facts,
    *,
    families: Mapping[str, int] | None = None,
    dataset: DatasetReadiness | None = None,
    measured: MeasuredTask | None = None,
) -> Situation:
    """The situation of one task. `families` counts its failing outputs, `dataset` is its own, if it has one."""
    families = families or {}
    in_use = measured.in_use if measured else None
    engagement = client.engagement
    access = {name: getattr(engagement.access, name) for name in type(engagement.access).model_fields}
    place = task.place or serving.today(access, engagement.residency, task.model, facts)
    quality = _quality(task, in_use)
    counted = None if dataset is None or engagement.dataset.sample else dataset.usable
    identifiers = None if dataset is None else _with_identifiers(dataset)
    p95 = timed_p95(task, in_use) or logged_p95(client, task)
    mapped = {family: n for family, n in families.items() if family != UNMAPPED and n}
    rates = engagement.rates
    required = None if implausible_latency(task, facts) else task.p95_latency_ms
    return Situation(
        task_id=task.task_id, name=task.name, kind=task.kind, model=named(task.model),
        place=place, place_known=bool(task.place),
        requests_per_day=task.requests_per_day, output_tokens=task.output_tokens,
        quality=quality, target=task.target_quality,
        cases=in_use.cases if in_use else task.test_cases if quality else 0,
        ceiling=measured.ceiling if measured else None,
        families=mapped, unmapped=families.get(UNMAPPED, 0),
        examples=task.labelled_examples if counted is None else counted,
        examples_known=counted is not None or "labelled_examples" not in task.unknown,
        p95_required_ms=required,
        p95_today_ms=(p95, p95) if p95 else shared_model(task.output_tokens, facts), p95_measured=p95 is not None,
        waits=None if task.waits is None else task.waits == "a day" and required is None,
        knowledge_changes=task.knowledge_changes,
        prompt_engineering_done=task.prompt_engineering_done, rag_done=task.rag_done,
        contains_phi=task.contains_phi, personal_data=task.personal_data,
        identifiers=identifiers, deidentified=task.deidentified,
        access=access, agreements=engagement.agreements, residency=engagement.residency,
        tested=_tested(measured), prompt_cached=task.prompt_caching,
        assumed=tuple(c for c in (*TEXTS, *NUMBERS) if c in task.unknown),
        worth=Worth(
            right=task.value_of_right, wrong=task.cost_of_wrong, minutes=task.minutes_per_output,
            person_hour=float(rates.annotator_hour), consultant_day=float(rates.consultant_day),
        ),
        evidence=evidence(
            client, task, facts, families=families, counted=counted, identifiers=identifiers, measured=measured
        ),
    )  # fmt: skip


def _with_identifiers(dataset: DatasetReadiness) -> int:
    """Rows in which a rule found what identifies a person."""
    found = (f for f in dataset.findings if f.rule.startswith("identifier_") and f.severity == "error")
    return sum(f.count for f in found)


def _owns(client: Client, task: Task, dataset: DatasetReadiness | None) -> bool:
    """Whether the files in dataset/ are this task's: as declared, else the one that states most examples."""
    if dataset is None:
        return False
    return task.task_id == (client.engagement.dataset.task or dataset.claiming_task)


def _quality(task: Task, in_use: MeasuredSystem | None) -> Interval | None:
    """Measured where it was; else as declared, with Wilson's interval for the stated number of cases."""
    if in_use is not None:
        return in_use.quality
    if task.current_quality is None:
        return None
    if not task.test_cases:
        return Interval(estimate=task.current_quality, low=0.0, high=1.0)
    found = wilson(round(task.current_quality * task.test_cases), task.test_cases)
    return Interval(estimate=task.current_quality, low=found.low, high=found.high)


def _tested(measured: MeasuredTask | None) -> tuple[TriedRemedy, ...]:
    return tuple(
        TriedRemedy(route=s.strategy, model=s.first_model or s.model, quality=s.quality, cases=s.cases)
        for s in (measured.systems if measured else ())
        if s.strategy and not s.in_use
    )
