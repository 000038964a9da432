"""Chapter 1: what each task does today, what it costs, how far it is from its target, and what stands in the way.

The five questions of readiness follow Microsoft's fine-tuning questionnaire: why, what was tried, what is not
working, what data, how measured. Quality, gap, latency and the month's bill are those of the later chapters: the
situation that the advice rests on, and the prices of the cost model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from bespoke.advice import feasibility, serving
from bespoke.advice.candidates import Intervention
from bespoke.advice.evidence import Grade, TaskEvidence
from bespoke.advice.gates import GateOutcome, latency
from bespoke.advice.routes import BUILDS, routes
from bespoke.advice.situation import GapState, Situation
from bespoke.chapters.cost_model.compute import DRAWS, inputs_of, today_of_all
from bespoke.chapters.cost_model.request_load import SECONDS_PER_DAY
from bespoke.chapters.cost_model.result import Band
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.chapters.measured_inputs import measured_tasks
from bespoke.chapters.situations import situations
from bespoke.clients.schema import Client, Task
from bespoke.evaluation.result import MeasuredTask
from bespoke.facts.reader import Facts
from bespoke.results import Part, Result
from bespoke.show.numbers import decimal, exact
from bespoke.statistics.interval import Interval
from bespoke.statistics.seed import SEED

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.evaluation import Evaluation
    from bespoke.chapters.failure_modes import FailureModes

Readiness = Literal["ready", "not ready", "unknown"]
Answer = tuple[Readiness, str]  # the verdict and its evidence, in words


class AuditQuestion(Part):
    """One of the five questions: the verdict and the evidence it rests on."""

    question: str
    verdict: Readiness
    evidence: str


class RouteFit(Part):
    """Whether a model of its own fits the task as of the date, with every condition that is not met or not known."""

    route: str
    name: str
    unmet: tuple[GateOutcome, ...]
    first: tuple[GateOutcome, ...]  # not met, but a step of the plan would meet them
    unknown: tuple[GateOutcome, ...]

    @property
    def fits(self) -> bool:
        return not self.unmet


class TaskAudit(Part):
    task_id: str
    name: str
    kind: str
    model: str
    place: str
    place_known: bool  # False: nobody has said, and it is what the client's access suggests
    requests_per_day: float
    peak_per_second: float
    tokens_per_request: int
    tokens_per_month: float  # in and out
    today_monthly: Band  # in the engagement's currency, as the cost chapter has it
    current_quality: float | None
    quality_interval: Interval | None  # None where nobody says on how many cases
    quality_grade: Grade
    target_quality: float | None
    metric: str
    test_cases: int
    gap: GapState
    shortfall: float | None  # of the target
    p95_latency_ms: float | None  # required
    p95_today_ms: tuple[float, float]  # measured, or what a shared model is expected to take
    p95_measured: bool
    latency_reachable: bool | None
    questions: tuple[AuditQuestion, ...]
    fits: tuple[RouteFit, ...]
    evidence: TaskEvidence

    @property
    def ready(self) -> int:
        """How many of the five questions are answered with 'ready'."""
        return sum(q.verdict == "ready" for q in self.questions)


class Audit(Result):
    version: ClassVar[int] = 2

    tasks: tuple[TaskAudit, ...]
    today_monthly: Band  # of all tasks

    def task(self, task_id: str) -> TaskAudit:
        return next(task for task in self.tasks if task.task_id == task_id)


def compute(
    client: Client,
    facts: Facts,
    *,
    failures: FailureModes | None = None,
    dataset: DatasetReadiness | None = None,
    evaluation: Evaluation | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Audit:
    """The audit of every task, in the order of tasks.csv; money in the engagement's currency.

    With the draws and the seed of the cost chapter the month's bill is the very number that chapter prints.
    """
    inputs = inputs_of(client, facts, draws, seed)
    measured = measured_tasks(evaluation)
    found = situations(client, facts, failures=failures, dataset=dataset, measured=measured)
    prices = {
        task.task_id: TaskPrices(client, task, inputs, feasibility.as_it_runs(found[task.task_id]))
        for task in client.tasks
    }
    tasks = tuple(
        _audit(task, found[task.task_id], prices[task.task_id], measured.get(task.task_id), facts)
        for task in client.tasks
    )
    everything = today_of_all(client, inputs, prices.values())
    return Audit(tasks=tasks, today_monthly=everything, facts_used=tuple(sorted(facts.used)))


def _audit(
    task: Task, situation: Situation, prices: TaskPrices, measured: MeasuredTask | None, facts: Facts
) -> TaskAudit:
    size = task.system_tokens + task.input_tokens + task.output_tokens
    quality, today = situation.quality, prices.draws_today
    in_use = measured.in_use if measured else None
    return TaskAudit(
        task_id=task.task_id, name=task.name, kind=task.kind, model=task.model,
        place=situation.place, place_known=situation.place_known,
        requests_per_day=task.requests_per_day,
        peak_per_second=task.requests_per_day / SECONDS_PER_DAY * task.peak_to_mean,
        tokens_per_request=size,
        tokens_per_month=size * task.requests_per_day * facts.number("cost.days_per_month"),
        today_monthly=Band.of(today.own(today.monthly)),
        current_quality=quality.estimate if quality else None,
        quality_interval=quality if situation.cases else None, quality_grade=situation.evidence.grade("quality"),
        target_quality=situation.target, metric=in_use.metric if in_use else task.metric, test_cases=situation.cases,
        gap=situation.gap(facts), shortfall=situation.shortfall(),
        p95_latency_ms=situation.p95_required_ms, p95_today_ms=situation.p95_today_ms,
        p95_measured=situation.p95_measured, latency_reachable=_in_time(situation),
        questions=_questions(task, situation, facts), fits=_fits(situation, facts), evidence=situation.evidence,
    )  # fmt: skip


def _in_time(situation: Situation) -> bool | None:
    """Whether the task is answered in the time that is required; None while the estimate straddles it."""
    verdict = serving.worst(latency(situation.p95_today_ms, situation))
    return {"met": True, "unmet": False, "unknown": None}[verdict]


def _fits(situation: Situation, facts: Facts) -> tuple[RouteFit, ...]:
    """Every model of its own against the conditions that the advice asks."""
    base, found = feasibility.as_it_runs(situation), []
    for route in routes(facts.as_of):
        if route.group in BUILDS:
            one = Intervention(route=route.route, group=route.group)
            outcomes = feasibility.place(one, base, situation, facts).outcomes
            found.append(
                RouteFit(
                    route=route.route, name=route.name,
                    unmet=tuple(o for o in outcomes if o.closes),
                    first=tuple(o for o in outcomes if o.verdict == "unmet" and not o.closes),
                    unknown=tuple(o for o in outcomes if o.verdict == "unknown"),
                )
            )  # fmt: skip
    return tuple(found)


def _questions(task: Task, situation: Situation, facts: Facts) -> tuple[AuditQuestion, ...]:
    answers = {
        "why": _why(task, situation),
        "tried": _tried(task),
        "not working": _not_working(situation.failures_read, int(facts.threshold("failures_to_read"))),
        "data": _data(situation, facts),
        "measured": _measured(task, situation, int(facts.threshold("min_test_cases"))),
    }
    return tuple(AuditQuestion(question=q, verdict=v, evidence=e) for q, (v, e) in answers.items())


def _why(task: Task, situation: Situation) -> Answer:
    short, in_time = situation.shortfall(), _in_time(situation)
    if short is None or situation.quality is None:
        return "unknown", "current or target quality is not stated"
    if short == 0 and in_time is not False:
        return "not ready", "the target is already met"
    today, target = decimal(situation.quality.estimate, 2), decimal(situation.target or 0, 2)
    reasons = [f"{task.metric} is {today} against a target of {target}"]
    if in_time is False:
        required = exact(situation.p95_required_ms or 0)
        reasons.append(f"a shared model is not expected to answer within {required} ms")
    return "ready", "; ".join(reasons)


def _tried(task: Task) -> Answer:
    words = {True: "done", False: "not done", None: "not known"}
    prompt, retrieval = words[task.prompt_engineering_done], words[task.rag_done]
    verdicts: dict[bool | None, Readiness] = {True: "ready", False: "not ready", None: "unknown"}
    return verdicts[task.prompt_engineering_done], f"prompt engineering {prompt}; retrieval {retrieval}"


def _not_working(failures: int, wanted: int) -> Answer:
    about = f"about {decimal(wanted)} are worth reading over all tasks"
    return "ready" if failures else "not ready", f"{decimal(failures)} failing outputs collected ({about})"


def _data(situation: Situation, facts: Facts) -> Answer:
    low, high = facts.fact("threshold.narrow_examples").range
    how = "usable in the files" if situation.evidence.grade("examples") == "counted" else "stated"
    wanted = f"a narrow task wants {exact(low)} to {exact(high)}"
    verdict, says = _clean(situation) if situation.examples >= low else ("not ready", "")
    return verdict, f"{decimal(situation.examples)} labelled examples {how} ({wanted}){says}"


def _clean(situation: Situation) -> Answer:
    if situation.identifiers:
        return "not ready", f"; {decimal(situation.identifiers)} of them hold identifiers"
    if situation.must_deidentify:
        return "not ready", "; not de-identified"
    if situation.sensitive is False or situation.deidentified or situation.identifiers == 0:
        return "ready", ""
    return "unknown", "; de-identification not known"


def _measured(task: Task, situation: Situation, wanted: int) -> Answer:
    evidence = f"{task.metric} on {decimal(situation.cases)} test cases (at least {decimal(wanted)})"
    if situation.quality is None:
        return "not ready", f"{evidence}; no result stated"
    if situation.evidence.grade("quality") == "declared":
        evidence += "; as the client states it"
    return "ready" if situation.cases >= wanted else "not ready", evidence
