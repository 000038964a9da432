"""Chapter 1: what each task does today, what it costs, how far it is from its target, and what stands in the way.

The five questions of readiness follow Microsoft's fine-tuning questionnaire: why, what was tried, what is not
working, what data, how measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from bespoke.advice.case import Case, GapState, build_case
from bespoke.advice.gates import GateOutcome, evaluate_gates
from bespoke.advice.routes import routes
from bespoke.chapters.failure_labels import main_families
from bespoke.clients.schema import Client, Task
from bespoke.facts.price_book import RequestTokens, request_cost
from bespoke.facts.reader import Facts
from bespoke.results import Part, Result
from bespoke.show.numbers import decimal, exact
from bespoke.statistics.interval import Interval
from bespoke.statistics.proportion import wilson

DAYS_PER_MONTH = Decimal("365") / 12
SECONDS_PER_DAY = 86_400
SERVED_ELSEWHERE = ("tuning", "hosting", "contract")

Readiness = Literal["ready", "not ready", "unknown"]


class Question(Part):
    """One of the five questions: the verdict and the evidence it rests on."""

    question: str
    verdict: Readiness
    evidence: str


class RouteFit(Part):
    """Whether a tuned or hosted route fits the task as of the date, with every unmet and unknown condition."""

    route: str
    name: str
    unmet: tuple[GateOutcome, ...]
    unknown: tuple[GateOutcome, ...]

    @property
    def fits(self) -> bool:
        return not self.unmet


class TaskAudit(Part):
    task_id: str
    name: str
    kind: str
    model: str
    requests_per_day: float
    peak_per_second: float
    tokens_per_request: int
    tokens_per_month: float  # in and out
    cost_per_request: Decimal  # USD, priced as one request without caching
    cost_per_month: Decimal  # USD
    current_quality: float | None
    quality_interval: Interval | None  # Wilson, from the test cases it was measured on
    target_quality: float | None
    metric: str
    test_cases: int
    gap: GapState
    shortfall: float | None  # of the target
    p95_latency_ms: float | None
    shared_p95_ms: tuple[float, float]  # what a shared model is expected to take
    latency_reachable: bool | None
    questions: tuple[Question, ...]
    fits: tuple[RouteFit, ...]

    @property
    def ready(self) -> int:
        """How many of the five questions are answered with 'ready'."""
        return sum(q.verdict == "ready" for q in self.questions)


class Audit(Result):
    tasks: tuple[TaskAudit, ...]

    def task(self, task_id: str) -> TaskAudit:
        return next(task for task in self.tasks if task.task_id == task_id)

    @property
    def cost_per_month(self) -> Decimal:
        return sum((task.cost_per_month for task in self.tasks), Decimal(0))


def compute(client: Client, facts: Facts) -> Audit:
    """The audit of every task, in the order of tasks.csv; money in USD."""
    failures = _failures_per_task(client)
    families = main_families(client.failures or (), client.codes or ())
    tasks = tuple(_audit(client, task, facts, failures, families.get(task.task_id)) for task in client.tasks)
    return Audit(tasks=tasks, facts_used=tuple(sorted(facts.used)))


def shared_latency(task: Task, facts: Facts) -> tuple[float, float]:
    """Milliseconds a shared API model is expected to take at the 95th percentile, low and high."""
    first_low, first_high = facts.fact("latency.first_token_ms").range
    slow, fast = facts.fact("latency.output_tokens_per_second").range
    tokens = Decimal(task.output_tokens)
    return (
        round(float(first_low + 1000 * tokens / fast), 1),
        round(float(first_high + 1000 * tokens / slow), 1),
    )


def regional(client: Client) -> bool:
    """Whether inference must stay in named regions, which costs the regional surcharge."""
    return bool(client.engagement.residency)


def _audit(
    client: Client, task: Task, facts: Facts, failures: Mapping[str, int], family: str | None
) -> TaskAudit:
    tokens = RequestTokens(uncached_input=task.system_tokens + task.input_tokens, output=task.output_tokens)
    per_request = request_cost(
        task.model, tokens, facts.as_of, regional=regional(client), negotiated=client.prices
    )
    requests_per_month = Decimal(str(task.requests_per_day)) * DAYS_PER_MONTH
    size = tokens.prompt + tokens.output
    case = build_case(client, task, family=family, shared_p95_ms=shared_latency(task, facts))
    return TaskAudit(
        task_id=task.task_id,
        name=task.name,
        kind=task.kind,
        model=task.model,
        requests_per_day=task.requests_per_day,
        peak_per_second=task.requests_per_day / SECONDS_PER_DAY * task.peak_to_mean,
        tokens_per_request=size,
        tokens_per_month=float(size * requests_per_month),
        cost_per_request=per_request,
        cost_per_month=(per_request * requests_per_month).quantize(Decimal("0.01")),
        current_quality=task.current_quality,
        quality_interval=_interval(task),
        target_quality=task.target_quality,
        metric=task.metric,
        test_cases=task.test_cases,
        gap=case.gap(facts),
        shortfall=case.shortfall(),
        p95_latency_ms=task.p95_latency_ms,
        shared_p95_ms=shared_latency(task, facts),
        latency_reachable=case.latency_reachable,
        questions=_questions(task, case, facts, failures.get(task.task_id, 0)),
        fits=_fits(case, facts),
    )


def _interval(task: Task) -> Interval | None:
    """The quality is a share of accepted cases for every metric we know; its interval is then Wilson's."""
    if task.current_quality is None or task.test_cases == 0:
        return None
    return wilson(round(task.current_quality * task.test_cases), task.test_cases)


def _fits(case: Case, facts: Facts) -> tuple[RouteFit, ...]:
    found = []
    for route in routes(facts.as_of):
        if route.group in SERVED_ELSEWHERE:
            outcomes = evaluate_gates(route, case, facts)
            found.append(
                RouteFit(
                    route=route.route,
                    name=route.name,
                    unmet=tuple(o for o in outcomes if o.verdict == "unmet"),
                    unknown=tuple(o for o in outcomes if o.verdict == "unknown"),
                )
            )
    return tuple(found)


def _questions(task: Task, case: Case, facts: Facts, failures: int) -> tuple[Question, ...]:
    return (
        _why(task, case),
        _tried(task),
        _not_working(failures, int(facts.threshold("failures_to_read"))),
        _data(task, case, facts),
        _measured(task, int(facts.threshold("min_test_cases"))),
    )


def _why(task: Task, case: Case) -> Question:
    short = case.shortfall()
    if short is None:
        return Question(question="why", verdict="unknown", evidence="current or target quality is not stated")
    if short == 0 and case.latency_reachable is not False:
        return Question(question="why", verdict="not ready", evidence="the target is already met")
    today, target = (decimal(quality or 0, 2) for quality in (task.current_quality, task.target_quality))
    reasons = [f"{task.metric} is {today} against a target of {target}"]
    if case.latency_reachable is False:
        reasons.append(
            f"a shared model is not expected to answer within {exact(task.p95_latency_ms or 0)} ms"
        )
    return Question(question="why", verdict="ready", evidence="; ".join(reasons))


def _tried(task: Task) -> Question:
    words = {True: "done", False: "not done", None: "not known"}
    prompt, retrieval = words[task.prompt_engineering_done], words[task.rag_done]
    evidence = f"prompt engineering {prompt}; retrieval {retrieval}"
    flag = task.prompt_engineering_done
    verdict: Readiness = "unknown" if flag is None else "ready" if flag else "not ready"
    return Question(question="tried", verdict=verdict, evidence=evidence)


def _not_working(failures: int, wanted: int) -> Question:
    about = f"about {decimal(wanted)} are worth reading over all tasks"
    evidence = f"{decimal(failures)} failing outputs collected ({about})"
    return Question(question="not working", verdict="ready" if failures else "not ready", evidence=evidence)


def _data(task: Task, case: Case, facts: Facts) -> Question:
    low, high = facts.fact("threshold.narrow_examples").range
    wanted = f"a narrow task wants {exact(low)} to {exact(high)}"
    evidence = f"{decimal(task.labelled_examples)} labelled examples ({wanted})"
    clean = case.training_data_free_of_identifiers
    if task.labelled_examples < low:
        return Question(question="data", verdict="not ready", evidence=evidence)
    if clean is None:
        return Question(
            question="data", verdict="unknown", evidence=evidence + "; de-identification not known"
        )
    if not clean:
        return Question(question="data", verdict="not ready", evidence=evidence + "; not de-identified")
    return Question(question="data", verdict="ready", evidence=evidence)


def _measured(task: Task, wanted: int) -> Question:
    evidence = f"{task.metric} on {decimal(task.test_cases)} test cases (at least {decimal(wanted)})"
    if task.current_quality is None:
        return Question(question="measured", verdict="not ready", evidence=evidence + "; no result stated")
    verdict: Readiness = "ready" if task.test_cases >= wanted else "not ready"
    return Question(question="measured", verdict=verdict, evidence=evidence)


def _failures_per_task(client: Client) -> dict[str, int]:
    counts: dict[str, int] = {}
    for failure in client.failures or ():
        counts[failure.task_id] = counts.get(failure.task_id, 0) + 1
    return counts
