"""How good each input of a task's decision is, and what in them does not fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bespoke.advice.candidates import named
from bespoke.advice.evidence import Contradiction, Grade, Input, TaskEvidence, Value, best, graded
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
        *(_scores_apart(task, in_use) if in_use else ()), *data_apart(task, counted, identifiers),
        *_tokens_apart(task, in_use), *(_system_apart(task, in_use) if in_use else ()),
        *_requirements_apart(task, measured, facts),
    )  # fmt: skip
    return TaskEvidence(inputs={one.name: one for one in found}, contradictions=said)


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


def implausible_latency(task: Task, facts: Facts) -> bool:
    """A requirement that no service over a network meets is taken for a slip of the unit, and not acted upon."""
    least = facts.threshold("least_latency_ms")
    return task.p95_latency_ms is not None and task.p95_latency_ms < least


def _scores_apart(task: Task, in_use: MeasuredSystem) -> Iterator[Contradiction]:
    quality, stated = in_use.quality, task.current_quality
    if stated is not None and not quality.low <= stated <= quality.high:
        yield Contradiction(
            input="quality",
            says=f"quality is stated as {exact(stated)} and was measured as {decimal(quality.estimate, 2)} "
            f"({decimal(quality.low, 2)} to {decimal(quality.high, 2)}) on {decimal(in_use.cases)} cases: "
            "the measured one is used",
        )
    if ("f1" in _plain(task.metric)) != ("f1" in _plain(in_use.metric)):
        yield Contradiction(
            input="metric",
            says=f"quality is stated as “{task.metric}” but was measured as {in_use.metric}: they are not one number",
        )
    if task.test_cases and in_use.cases != task.test_cases:
        yield Contradiction(
            input="test_cases",
            says=f"{decimal(task.test_cases)} test cases are stated and {decimal(in_use.cases)} were measured on: "
            "the measured ones count",
        )


def _plain(metric: str) -> str:
    return "".join(c for c in metric.casefold() if c.isalnum())


def data_apart(task: Task, counted: int | None, identifiers: int | None) -> Iterator[Contradiction]:
    """What the files of training data say otherwise: usable examples, and rows that hold identifiers."""
    if counted is not None and counted < task.labelled_examples:
        yield Contradiction(
            input="examples",
            says=f"{decimal(task.labelled_examples)} labelled examples are stated and {decimal(counted)} usable ones "
            "are in the files: the counted ones are used (declare the dataset a sample where it is one)",
        )
    if identifiers and task.deidentified:
        rows = "row holds" if identifiers == 1 else "rows hold"
        yield Contradiction(
            input="identifiers",
            says=f"the data are stated to be de-identified and {decimal(identifiers)} {rows} identifiers: "
            "they are cleaned first",
        )
    if identifiers and task.personal_data is False:
        rows, identify = ("row", "identifies") if identifiers == 1 else ("rows", "identify")
        yield Contradiction(
            input="personal_data",
            says=f"no personal data are stated and {decimal(identifiers)} {rows} of the task's examples {identify} "
            "somebody: agreement and review are planned",
        )


def _tokens_apart(task: Task, in_use: MeasuredSystem | None) -> Iterator[Contradiction]:
    """What was recorded on the cases, and what was counted in logs, beside what is stated."""
    tokens = task.system_tokens + task.input_tokens
    recorded = in_use.input_tokens if in_use else None
    known = "input_tokens" not in task.measured | task.unknown
    if recorded is not None and known and tokens and abs(recorded - tokens) > APART * tokens:
        yield Contradiction(
            input="tokens",
            says=f"{decimal(tokens)} input tokens a request are stated and {decimal(recorded)} were recorded on the "
            "cases: the traffic is priced as stated until logs say more",
        )
    for column, what in LOGGED.items():
        stated, counted = task.stated.get(column), float(getattr(task, column))
        if stated and abs(counted - stated) > APART * stated:
            yield Contradiction(
                input="volume" if column == "requests_per_day" else "tokens",
                says=f"{decimal(stated)} {what} are stated and {decimal(counted)} were counted in the logs: "
                "the counted ones are used",
            )


def same_model(task: Task, system: MeasuredSystem) -> bool:
    """Whether a system was measured on the model that the task list names; True where nobody said."""
    return not system.model or named(system.model) == named(task.model)


def _system_apart(task: Task, in_use: MeasuredSystem) -> Iterator[Contradiction]:
    """Another model than the one stated, or a cache that nobody has stated."""
    if in_use.model is not None and is_known(in_use.model) and not same_model(task, in_use):
        yield Contradiction(
            input="model",
            says=f"{task.model} is stated to run today and what was measured as in use is {canonical(in_use.model)}: "
            "its quality is used, its price and its times are not",
        )
    if in_use.cache_read_tokens and in_use.input_tokens and not task.prompt_caching:
        share = in_use.cache_read_tokens / in_use.input_tokens
        yield Contradiction(
            input="caching",
            says=f"{percent(share)} of the recorded input was read from a cache, and today's bill is priced without "
            "one: if the traffic is cached too, it is lower and caching saves nothing more",
        )


def _requirements_apart(task: Task, measured: MeasuredTask | None, facts: Facts) -> Iterator[Contradiction]:
    """Of speed and of quality, against each other and against what can be."""
    if task.waits == "a day" and task.p95_latency_ms is not None:
        yield Contradiction(
            input="latency",
            says=f"answers are stated to wait a day and to come within {exact(task.p95_latency_ms)} ms: "
            "no batches are planned",
        )
    today, target, ceiling = task.current_quality, task.target_quality, measured.ceiling if measured else None
    if ceiling is not None and target is not None and target > ceiling.high:
        yield Contradiction(
            input="target",
            says=f"the target of {percent(target)} lies above the ceiling: people agree with each other on "
            f"{percent(ceiling.estimate)} ({percent(ceiling.low)} to {percent(ceiling.high)}) of the same cases",
        )
    if today is not None and target is not None and target < today:
        yield Contradiction(
            input="target",
            says=f"the target of {exact(target)} lies below today's quality of {exact(today)}: it is met",
        )
    if implausible_latency(task, facts):
        yield Contradiction(
            input="latency",
            says=f"a latency of {exact(task.p95_latency_ms or 0)} ms is required, less than a network takes: seconds, "
            "perhaps? It is not acted upon",
        )
