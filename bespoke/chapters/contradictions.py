"""How good each input of a task's decision is, and what in them does not fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bespoke.advice.evidence import (
    Contradiction,
    Grade,
    Input,
    TaskEvidence,
    Value,
    best,
    contradictions,
    graded,
)
from bespoke.clients.schema import Client, Task
from bespoke.evaluation.result import MeasuredSystem, MeasuredTask
from bespoke.facts.price_book import canonical, is_known
from bespoke.facts.reader import Facts
from bespoke.show.numbers import decimal, exact, percent

APART = 0.2  # share by which what was recorded or logged may differ from what is stated before it is said
LOGS = "the client's logs"
LOGGED = {
    "requests_per_day": "requests a day", "system_tokens": "tokens of fixed prompt",
    "input_tokens": "input tokens a request", "output_tokens": "output tokens a request",
}  # fmt: skip
WHERE: dict[Grade, str] = {
    "measured": "the evaluation", "counted": "counted in the client's files", "declared": "stated by the client",
}  # fmt: skip


def evidence(
    client: Client,
    task: Task,
    facts: Facts,
    *,
    families: Mapping[str, int],
    counted: int | None,
    identifiers: int | None,
    measured: MeasuredTask | None,
) -> TaskEvidence:
    """Every input with its grade: `counted` are the usable examples in the task's files, `identifiers` the rows of them
    that hold any."""
    in_use = measured.in_use if measured else None
    ceiling = measured.ceiling.estimate if measured and measured.ceiling else None
    worth = task.value_of_right or task.cost_of_wrong or task.minutes_per_output
    free = None if task.deidentified is None else "none" if task.deidentified else "there"
    found = [
        _input("quality", measured=_of(in_use, lambda s: s.quality.estimate), declared=task.current_quality),
        _input("target", declared=task.target_quality),
        _input("test_cases", measured=_of(in_use, lambda s: s.cases), declared=task.test_cases or None),
        _input("failures", counted=sum(families.values()) or None),
        _input("examples", counted=counted, declared=task.labelled_examples or None),
        _load("volume", task, ("requests_per_day",)),
        _load("tokens", task, ("system_tokens", "input_tokens")),
        _latency(client, task, in_use),
        _input("identifiers", counted=identifiers, declared=free),
        _input("knowledge_changes", declared=task.knowledge_changes),
        _input("residency", declared=", ".join(client.engagement.residency) or "anywhere"),
        _input("place", declared=task.place),
        _input("worth", declared=worth),
        _input("ceiling", measured=ceiling),
    ]
    said = (
        _quality_apart(task, in_use), _metric_apart(task, in_use), _cases_apart(task, in_use),
        examples_apart(task, counted), identifiers_apart(task, identifiers), _tokens_apart(task, in_use),
        *_logs_apart(task), _model_apart(task, in_use), _cached_on_cases(task, in_use),
        _waits_and_hurries(task), _target_above(task, measured), _target_below(task), implausible_latency(task, facts),
    )  # fmt: skip
    return TaskEvidence(inputs={one.name: one for one in found}, contradictions=contradictions(said))


def _input(name: str, *, measured: Value = None, counted: Value = None, declared: Value = None) -> Input:
    by_grade: tuple[tuple[Grade, Value], ...] = (
        ("measured", measured), ("counted", counted), ("declared", declared),
    )  # fmt: skip
    return best(name, *(graded(name, value, grade, WHERE[grade]) for grade, value in by_grade))


def _load(name: str, task: Task, columns: tuple[str, ...]) -> Input:
    """The sum of columns of the task list: counted in logs, else as stated. Cases need not be like the traffic: what
    was recorded on them is held against it, and priced in the evaluation."""
    value = sum(float(getattr(task, column)) for column in columns)
    logged = bool(task.measured & set(columns))
    known = not task.unknown & set(columns)
    return best(
        name,
        graded(name, value if logged else None, "measured", LOGS),
        graded(name, value if known else None, "declared", WHERE["declared"]),
    )


def _latency(client: Client, task: Task, in_use: MeasuredSystem | None) -> Input:
    return best(
        "latency",
        graded("latency", timed_p95(task, in_use), "measured", WHERE["measured"]),
        graded("latency", logged_p95(client, task), "measured", LOGS),
    )


def timed_p95(task: Task, in_use: MeasuredSystem | None) -> float | None:
    """The same of the recorded answers, in ms; what was timed on another model says nothing of this one."""
    return in_use.p95_ms if in_use is not None and same_model(task, in_use) else None


def logged_p95(client: Client, task: Task) -> float | None:
    """The 95th percentile of the time to the whole answer in the client's logs, in ms."""
    usage = (client.usage or {}).get(task.task_id)
    return usage.latency_p95_ms if usage else None


def _of(system: MeasuredSystem | None, value: Callable[[MeasuredSystem], float | None]) -> float | None:
    return None if system is None else value(system)


def _stated_tokens(task: Task) -> float:
    return task.system_tokens + task.input_tokens


def implausible_latency(task: Task, facts: Facts) -> Contradiction | None:
    """A requirement that no service over a network meets is taken for a slip of the unit, and not acted upon."""
    least = facts.threshold("least_latency_ms")
    if task.p95_latency_ms is None or task.p95_latency_ms >= least:
        return None
    return Contradiction(
        input="latency",
        says=f"a latency of {exact(task.p95_latency_ms)} ms is required, less than a network takes: seconds, perhaps? "
        "It is not acted upon",
    )


def _quality_apart(task: Task, in_use: MeasuredSystem | None) -> Contradiction | None:
    if in_use is None or task.current_quality is None:
        return None
    quality = in_use.quality
    if quality.low <= task.current_quality <= quality.high:
        return None
    return Contradiction(
        input="quality",
        says=f"quality is stated as {exact(task.current_quality)} and was measured as {decimal(quality.estimate, 2)} "
        f"({decimal(quality.low, 2)} to {decimal(quality.high, 2)}) on {decimal(in_use.cases)} cases: "
        "the measured one is used",
    )


def _metric_apart(task: Task, in_use: MeasuredSystem | None) -> Contradiction | None:
    if in_use is None or _same_kind(task.metric, in_use.metric):
        return None
    return Contradiction(
        input="metric",
        says=f"quality is stated as “{task.metric}” but was measured as {in_use.metric}: they are not one number",
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
        says=f"{decimal(task.test_cases)} test cases are stated and {decimal(in_use.cases)} were measured on: "
        "the measured ones count",
    )


def examples_apart(task: Task, counted: int | None) -> Contradiction | None:
    if counted is None or not task.labelled_examples or counted >= task.labelled_examples:
        return None
    return Contradiction(
        input="examples",
        says=f"{decimal(task.labelled_examples)} labelled examples are stated and {decimal(counted)} usable ones are "
        "in the files: the counted ones are used (declare the dataset a sample where it is one)",
    )


def identifiers_apart(task: Task, identifiers: int | None) -> Contradiction | None:
    if not identifiers or not task.deidentified:
        return None
    rows = "row holds" if identifiers == 1 else "rows hold"
    return Contradiction(
        input="identifiers",
        says=f"the data are stated to be de-identified and {decimal(identifiers)} {rows} identifiers: "
        "they are cleaned first",
    )


def _logs_apart(task: Task) -> Iterable[Contradiction]:
    for column, what in LOGGED.items():
        stated, counted = task.stated.get(column), float(getattr(task, column))
        if stated and abs(counted - stated) > APART * stated:
            yield Contradiction(
                input="volume" if column == "requests_per_day" else "tokens",
                says=f"{decimal(stated)} {what} are stated and {decimal(counted)} were counted in the logs: "
                "the counted ones are used",
            )


def _tokens_apart(task: Task, in_use: MeasuredSystem | None) -> Contradiction | None:
    stated = _stated_tokens(task)
    recorded = in_use.input_tokens if in_use else None
    known = "input_tokens" not in task.measured | task.unknown
    if recorded is None or not known or not stated or abs(recorded - stated) <= APART * stated:
        return None
    return Contradiction(
        input="tokens",
        says=f"{decimal(stated)} input tokens a request are stated and {decimal(recorded)} were recorded on the cases: "
        "the traffic is priced as stated until logs say more",
    )


def _model_apart(task: Task, in_use: MeasuredSystem | None) -> Contradiction | None:
    if in_use is None or in_use.model is None or not is_known(in_use.model) or same_model(task, in_use):
        return None
    return Contradiction(
        input="model",
        says=f"{task.model} is stated to run today and what was measured as in use is {canonical(in_use.model)}: "
        "its quality is used, its price and its times are not",
    )


def same_model(task: Task, system: MeasuredSystem) -> bool:
    """Whether a system was measured on the model that the task list names; True where nobody said."""
    names = (system.model or task.model, task.model)
    return len({canonical(name) if is_known(name) else name for name in names}) == 1


def _cached_on_cases(task: Task, in_use: MeasuredSystem | None) -> Contradiction | None:
    if in_use is None or not in_use.cache_read_tokens or not in_use.input_tokens or task.prompt_caching:
        return None
    share = in_use.cache_read_tokens / in_use.input_tokens
    return Contradiction(
        input="caching",
        says=f"{percent(share)} of the recorded input was read from a cache, and today's bill is priced without one: "
        "if the traffic is cached too, it is lower and caching saves nothing more",
    )


def _target_above(task: Task, measured: MeasuredTask | None) -> Contradiction | None:
    ceiling = measured.ceiling if measured else None
    if ceiling is None or task.target_quality is None or task.target_quality <= ceiling.high:
        return None
    return Contradiction(
        input="target",
        says=f"the target of {percent(task.target_quality)} lies above the ceiling: people agree with each other on "
        f"{percent(ceiling.estimate)} ({percent(ceiling.low)} to {percent(ceiling.high)}) of the same cases",
    )


def _target_below(task: Task) -> Contradiction | None:
    today, target = task.current_quality, task.target_quality
    if today is None or target is None or target >= today:
        return None
    return Contradiction(
        input="target",
        says=f"the target of {exact(target)} lies below today's quality of {exact(today)}: it is met",
    )


def _waits_and_hurries(task: Task) -> Contradiction | None:
    if task.waits != "a day" or task.p95_latency_ms is None:
        return None
    return Contradiction(
        input="latency",
        says=f"answers are stated to wait a day and to come within {exact(task.p95_latency_ms)} ms: "
        "no batches are planned",
    )
