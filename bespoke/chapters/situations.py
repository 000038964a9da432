"""From client input and the earlier chapters to the situation of every task: the best grade of each input wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bespoke.advice import serving
from bespoke.advice.candidates import named
from bespoke.advice.evidence import Contradiction, Evidence, Input, best, contradictions, graded
from bespoke.advice.latency import shared_model
from bespoke.advice.situation import Situation, Tested, Worth
from bespoke.chapters.failure_labels import UNMAPPED
from bespoke.clients.schema import Client, Task
from bespoke.evaluation.measured import MeasuredSystem, MeasuredTask
from bespoke.facts.reader import Facts
from bespoke.show.numbers import decimal, exact, percent
from bespoke.statistics.interval import Interval
from bespoke.statistics.proportion import wilson

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.failure_modes import FailureModes

SAID, COUNTED, MEASURED = "tasks.csv", "counted in the client's files", "the evaluation"
TOKENS_APART = 0.2  # share by which recorded tokens may differ from the stated ones before it is said


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
    identifiers = (
        None
        if dataset is None
        else sum(
            f.count for f in dataset.findings if f.rule.startswith("identifier_") and f.severity == "error"
        )
    )
    p95 = in_use.p95_ms if in_use else None
    mapped = {family: n for family, n in families.items() if family != UNMAPPED and n}
    rates = engagement.rates
    required = None if _implausible(task, facts) else task.p95_latency_ms
    return Situation(
        task_id=task.task_id, name=task.name, kind=task.kind, model=named(task.model),
        place=place, place_known=task.place is not None,
        requests_per_day=task.requests_per_day, output_tokens=task.output_tokens,
        quality=quality, target=task.target_quality,
        cases=in_use.cases if in_use else task.test_cases if quality else 0,
        ceiling=measured.ceiling if measured else None,
        families=mapped, unmapped=families.get(UNMAPPED, 0),
        examples=task.labelled_examples if counted is None else counted,
        examples_known=True,
        p95_required_ms=required,
        p95_today_ms=(p95, p95) if p95 else shared_model(task.output_tokens, facts), p95_measured=p95 is not None,
        waits=None if task.waits is None else task.waits == "a day",
        knowledge_changes=task.knowledge_changes,
        prompt_engineering_done=task.prompt_engineering_done, rag_done=task.rag_done,
        contains_phi=task.contains_phi, personal_data=task.personal_data,
        identifiers=identifiers, deidentified=task.deidentified,
        access=access, agreements=engagement.agreements, residency=engagement.residency,
        tested=_tested(measured),
        worth=Worth(
            right=task.value_of_right, wrong=task.cost_of_wrong, minutes=task.minutes_per_output,
            person_hour=float(rates.annotator_hour), consultant_day=float(rates.consultant_day),
        ),
        evidence=_evidence(client, task, facts, families, counted, identifiers, measured),
    )  # fmt: skip


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


def _tested(measured: MeasuredTask | None) -> tuple[Tested, ...]:
    return tuple(
        Tested(route=s.strategy, model=s.model, quality=s.quality, cases=s.cases)
        for s in (measured.systems if measured else ())
        if s.strategy and not s.in_use
    )


def _evidence(
    client: Client, task: Task, facts: Facts, families: Mapping[str, int], counted: int | None, identifiers: int | None,
    measured: MeasuredTask | None,
) -> Evidence:  # fmt: skip
    in_use = measured.in_use if measured else None
    access = client.engagement.access
    found = [
        best("quality", _of(in_use, "quality", lambda s: s.quality.estimate), graded("quality", task.current_quality, "declared", SAID)),
        best("target", graded("target", task.target_quality, "declared", SAID)),
        best("test_cases", _of(in_use, "test_cases", lambda s: s.cases), graded("test_cases", task.test_cases or None, "declared", SAID)),
        best("failures", graded("failures", sum(families.values()) or None, "counted", "failures.csv")),
        best("examples", graded("examples", counted, "counted", "dataset/"), graded("examples", task.labelled_examples or None, "declared", SAID)),
        best("volume", graded("volume", task.requests_per_day, "declared", SAID)),
        best("tokens", _of(in_use, "tokens", lambda s: s.input_tokens), graded("tokens", task.system_tokens + task.input_tokens, "declared", SAID)),
        best("latency", _of(in_use, "latency", lambda s: s.p95_ms)),
        best("identifiers", graded("identifiers", identifiers, "counted", "dataset/"), graded("identifiers", _said_free(task), "declared", SAID)),
        best("knowledge_changes", graded("knowledge_changes", task.knowledge_changes, "declared", SAID)),
        best("residency", graded("residency", ", ".join(client.engagement.residency) or "anywhere", "declared", "engagement.yaml")),
        best("place", graded("place", task.place, "declared", SAID)),
        best("access", graded("access", None if access.anthropic_api is None and access.aws_bedrock is None else True, "declared", "engagement.yaml")),
        best("worth", graded("worth", task.value_of_right or task.cost_of_wrong or task.minutes_per_output, "declared", SAID)),
        best("ceiling", graded("ceiling", measured.ceiling.estimate if measured and measured.ceiling else None, "measured", MEASURED)),
    ]  # fmt: skip
    return Evidence(
        inputs={one.name: one for one in found},
        contradictions=contradictions(
            (
                _quality_apart(task, in_use), _metric_apart(task, in_use), _cases_apart(task, in_use),
                _examples_apart(task, counted), _identifiers_apart(task, identifiers), _tokens_apart(task, in_use),
                _target_above(task, measured), _target_below(task), _implausible(task, facts),
            )
        ),
    )  # fmt: skip


def _implausible(task: Task, facts: Facts) -> Contradiction | None:
    """A requirement that no service over a network meets is taken for a slip of the unit, and not acted upon."""
    least = facts.threshold("least_latency_ms")
    if task.p95_latency_ms is None or task.p95_latency_ms >= least:
        return None
    return Contradiction(
        input="latency",
        says=f"a latency of {exact(task.p95_latency_ms)} ms is required, less than a network takes: seconds, perhaps? It is not acted upon",
    )


def _of(system: MeasuredSystem | None, name: str, value: object) -> Input | None:
    found = value(system) if system is not None else None  # type: ignore[operator]
    return graded(name, found, "measured", MEASURED)


def _said_free(task: Task) -> str | None:
    return None if task.deidentified is None else "none" if task.deidentified else "there"


def _quality_apart(task: Task, in_use: MeasuredSystem | None) -> Contradiction | None:
    if in_use is None or task.current_quality is None:
        return None
    quality = in_use.quality
    if quality.low <= task.current_quality <= quality.high:
        return None
    return Contradiction(
        input="quality",
        says=f"quality is stated as {exact(task.current_quality)} and was measured as {decimal(quality.estimate, 2)} "
        f"({decimal(quality.low, 2)} to {decimal(quality.high, 2)}) on {decimal(in_use.cases)} cases: the measured one is used",
    )


def _metric_apart(task: Task, in_use: MeasuredSystem | None) -> Contradiction | None:
    if (
        in_use is None
        or _plain(task.metric) == _plain(in_use.metric)
        or _same_kind(task.metric, in_use.metric)
    ):
        return None
    return Contradiction(
        input="metric",
        says=f"quality is stated as “{task.metric}” and was measured as {in_use.metric}: the two are not the same number",
    )


def _same_kind(stated: str, measured: str) -> bool:
    return ("f1" in _plain(stated)) == ("f1" in _plain(measured))


def _plain(metric: str) -> str:
    return "".join(c for c in metric.casefold() if c.isalnum())


def _cases_apart(task: Task, in_use: MeasuredSystem | None) -> Contradiction | None:
    if in_use is None or not task.test_cases or in_use.cases == task.test_cases:
        return None
    return Contradiction(
        input="test_cases",
        says=f"{decimal(task.test_cases)} test cases are stated and {decimal(in_use.cases)} were measured on: the latter count",
    )


def _examples_apart(task: Task, counted: int | None) -> Contradiction | None:
    if counted is None or not task.labelled_examples or counted >= task.labelled_examples:
        return None
    return Contradiction(
        input="examples",
        says=f"{decimal(task.labelled_examples)} labelled examples are stated and {decimal(counted)} usable ones are in the files: "
        "the counted ones are used (say `sample: true` where the files are only a sample)",
    )


def _identifiers_apart(task: Task, identifiers: int | None) -> Contradiction | None:
    if not identifiers or not task.deidentified:
        return None
    rows = "row holds" if identifiers == 1 else "rows hold"
    return Contradiction(
        input="identifiers",
        says=f"the data are stated to be de-identified and {decimal(identifiers)} {rows} identifiers: they are cleaned first",
    )


def _tokens_apart(task: Task, in_use: MeasuredSystem | None) -> Contradiction | None:
    stated = task.system_tokens + task.input_tokens
    recorded = in_use.input_tokens if in_use else None
    if recorded is None or not stated or abs(recorded - stated) <= TOKENS_APART * stated:
        return None
    return Contradiction(
        input="tokens",
        says=f"{decimal(stated)} input tokens a request are stated and {decimal(recorded)} were recorded on the cases",
    )


def _target_above(task: Task, measured: MeasuredTask | None) -> Contradiction | None:
    ceiling = measured.ceiling if measured else None
    if ceiling is None or task.target_quality is None or task.target_quality <= ceiling.estimate:
        return None
    return Contradiction(
        input="target",
        says=f"the target of {percent(task.target_quality)} lies above the ceiling: people agree with each other on "
        f"{percent(ceiling.estimate)} ({percent(ceiling.low)} to {percent(ceiling.high)}) of the same cases",
    )


def _target_below(task: Task) -> Contradiction | None:
    if (
        task.current_quality is None
        or task.target_quality is None
        or task.target_quality >= task.current_quality
    ):
        return None
    return Contradiction(
        input="target",
        says=f"the target of {exact(task.target_quality)} lies below today's quality of {exact(task.current_quality)}: it is met",
    )
