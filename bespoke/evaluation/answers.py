"""What every system answered for every case, run by run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bespoke.clients.schema import Usage
from bespoke.evaluation.cases import NOT_MEASURED, EvaluationTask, Recorded

Kind = Literal["offline", "recorded", "claude"]
Status = Literal["answered", "missing", "schema_broken", "refused", "too_long", "not_measured"]
Read = Callable[[Any], Any | None]
ROUTES = {  # of rungs that are named otherwise
    "thinking": "extended_thinking",
    "optimised_prompt": "prompt_engineering",
    "small_then_large": "cascade",
}
CLAUDE = "claude_"  # how the names of the systems begin that a run of Claude recorded


@dataclass(frozen=True)
class Answer:
    """One answer, read by the scorer. `value` is None wherever the status is not "answered"."""

    value: Any = None
    status: Status = "answered"
    confidence: float | None = None
    retrieved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    usage: Usage | None = None
    latency_ms: float | None = None

    @property
    def measured(self) -> bool:
        """What the network lost, or was never asked, says nothing about the system."""
        return self.status != "not_measured"


@dataclass(frozen=True)
class SystemRun:
    """A system with its answers, runs x cases in the order of the cases."""

    name: str
    title: str
    kind: Kind
    runs: tuple[tuple[Answer, ...], ...]
    strategy: str | None = None
    model: str | None = None
    first_model: str | None = None  # asked before it, where one is
    learns: bool = False


def recorded_systems(task: EvaluationTask, read: Read) -> list[SystemRun]:
    """The systems whose outputs lie in predictions/, by name, runs of Claude last.

    A case without a line is missing and counts as wrong; one whose line says that it was lost, rejected, held back
    or not asked is not measured. A line whose prediction the scorer cannot read broke the schema.
    """
    found = []
    for name in sorted(task.recorded, key=lambda name: (name.startswith(CLAUDE), name)):
        rows = task.recorded[name]
        runs = sorted({row.run for row in rows})
        by_place = {(row.run, row.id): row for row in rows}
        known, account = task.setup.systems.get(name), task.accounts.get(name)
        found.append(
            SystemRun(
                name=name,
                title=(known.title if known and known.title else _title(name)),
                kind="claude" if name.startswith(CLAUDE) else "recorded",
                runs=tuple(
                    tuple(_answer(by_place.get((run, case.id)), read) for case in task.cases) for run in runs
                ),
                strategy=(known.strategy if known else None)
                or (ROUTES.get(account.strategy, account.strategy) if account else None),
                model=(account.model if account else None) or (known.model if known else None),
                first_model=(account.small if account else None) or None,
            )
        )
    return found


def offline(name: str, title: str, values: Sequence[Any], *, learns: bool = False, **more: Any) -> SystemRun:
    """A baseline from one value per case; None is an abstention of the schema's kind. `more`: columns of answers."""
    confidences = more.get("confidences") or [None] * len(values)
    retrieved = more.get("retrieved") or [{}] * len(values)
    answers = tuple(
        Answer(value=value, confidence=confidence, retrieved=found)
        for value, confidence, found in zip(values, confidences, retrieved, strict=True)
    )
    return SystemRun(name, title, "offline", (answers,), learns=learns)


def _answer(row: Recorded | None, read: Read) -> Answer:
    if row is None:
        return Answer(status="missing")
    status: Status = "answered"
    value = read(row.prediction) if row.prediction is not None else None
    if row.outcome in NOT_MEASURED:
        status = "not_measured"
    elif row.outcome in ("refused", "too_long"):
        status = row.outcome
    elif value is None:
        status = "schema_broken"
    return Answer(
        value=value if status == "answered" else None,
        status=status,
        confidence=row.confidence,
        retrieved=row.retrieved,
        usage=row.usage,
        latency_ms=row.latency_ms,
    )


def _title(name: str) -> str:
    words = name.removeprefix(CLAUDE).replace("_", " ")
    return f"Claude, {words}" if name.startswith(CLAUDE) else words.capitalize()
