"""Chapter 1: the numbers a client states of a task, and what the audit makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from bespoke.advice.evidence import TaskEvidence, overruling
from bespoke.advice.situation import Situation
from bespoke.chapters import task_audit
from bespoke.chapters.measured_inputs import measured_tasks
from bespoke.chapters.registry import EVIDENCE
from bespoke.chapters.situations import situations
from bespoke.chapters.task_audit import TaskAudit
from bespoke.clients.schema import Task
from bespoke.explore.controls import YES_NO, Control
from bespoke.explore.explored_state import ExploredState
from bespoke.explore.explorer import Explorer, Shown
from bespoke.show.blocks import Table, columns
from bespoke.show.numbers import decimal, money, percent
from bespoke.workbook import Workbook

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.evaluation import Evaluation
    from bespoke.chapters.failure_modes import FailureModes

FLAGS = (
    ("prompt_engineering_done", "Prompt engineering done"),
    ("rag_done", "Retrieval tried"),
    ("deidentified", "Examples de-identified"),
)


@dataclass(frozen=True)
class Earlier:
    """What was counted and measured of the folder: no control of these panels changes it."""

    failures: FailureModes | None
    dataset: DatasetReadiness | None
    evaluation: Evaluation | None

    @classmethod
    def of(cls, book: Workbook) -> Self:
        found = {name: book.earlier(stem) for name, stem in EVIDENCE.items()}
        return cls(**found)  # type: ignore[arg-type]

    def situations(self, scene: ExploredState) -> Mapping[str, Situation]:
        """Every task's situation under a scene, by task_id."""
        measured = measured_tasks(self.evaluation)
        return situations(
            scene.client, scene.facts, failures=self.failures, dataset=self.dataset, measured=measured
        )


class TaskAuditExplorer(Explorer):
    """Volume, tokens, quality and what was tried."""

    note = "What was measured or counted in the folder stays: it wins over what is stated, here as in the report."

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        self.earlier = Earlier.of(book)
        self.before = lru_cache(maxsize=None)(lambda subject: self._audit(subject, self.base))

    def dials(self, subject: str, scene: ExploredState) -> Sequence[Control]:
        task = scene.client.task(subject)
        at, found = ("tasks.csv", subject), self.before(subject).evidence
        return (
            *load_dials(subject, scene, self.base),
            *quality_dials(subject, scene, found),
            Control("test_cases", "Test cases", "entry", task.test_cases, (*at, "test_cases"), 0, 10**9, 10,
                 overruled=overruled(found, "test_cases")),
            Control("labelled_examples", "Labelled examples", "entry", task.labelled_examples,
                 (*at, "labelled_examples"), 0, 10**9, 50, overruled=overruled(found, "labelled_examples")),
            Control("p95_latency_ms", "Must answer within, ms", "entry", task.p95_latency_ms,
                 (*at, "p95_latency_ms"), 0, 10**8, 50.0, optional=True, unknown="no requirement"),
            *(Control(name, label, "buttons", getattr(task, name), (*at, name), options=YES_NO,
                   overruled=overruled(found, name)) for name, label in FLAGS),
        )  # fmt: skip

    def look(self, subject: str, scene: ExploredState) -> Sequence[Shown]:
        before, now = self.before(subject), self._audit(subject, scene)
        was = {q.question: q.verdict for q in before.questions}
        rows = [(q.question, was[q.question], q.verdict, q.evidence) for q in now.questions]
        return (
            Table(
                label="tbl-explore-audit", caption=f"{now.name}: as the folder says, and as explored",
                columns=columns(what="", before="In the folder", now="Explored"),
                rows=tuple(_facts(before, now)),
                emphasis=tuple(n for n, row in enumerate(_facts(before, now)) if row[1] != row[2]),
            ),
            Table(
                label="tbl-explore-questions", caption="The five questions",
                columns=columns(question="Question", before="In the folder", now="Explored", why="Because"),
                rows=tuple(rows), emphasis=tuple(n for n, row in enumerate(rows) if row[1] != row[2]),
            ),
        )  # fmt: skip

    def _audit(self, subject: str, scene: ExploredState) -> TaskAudit:
        return task_audit.compute(scene.client, scene.facts, **vars(self.earlier)).task(subject)


def load_dials(
    subject: str, scene: ExploredState, base: ExploredState, label: str = "Requests a day"
) -> tuple[Control, ...]:
    """Requests a day, under another label where tasks stand beside each other, and tokens per request; `base` is
    the folder as it is."""
    from math import log10

    task, at = scene.client.task(subject), ("tasks.csv", subject)
    size, stated = log10(task.requests_per_day), base.client.task(subject)
    return (
        Control("requests_per_day", label, "volume", task.requests_per_day, (*at, "requests_per_day"),
             max(-3, size - 3), min(12, size + 3), overruled=_logged(stated, "requests_per_day")),
        *(Control(name, label, "entry", getattr(task, name), (*at, name), 0, 10**9, step,
             overruled=_logged(stated, name))
          for name, label, step in (("system_tokens", "System prompt, tokens", 100),
                                    ("input_tokens", "Other input, tokens", 50),
                                    ("output_tokens", "Output, tokens", 10))),
    )  # fmt: skip


def _logged(task: Task, column: str) -> str:
    """That logs say it, once kept: explored, it is what if."""
    return "usage.json measures this; kept, it changes tasks.csv only" if column in task.measured else ""


def quality_dials(subject: str, scene: ExploredState, evidence: TaskEvidence) -> tuple[Control, ...]:
    """Quality today and its target; what the client has not stated is unknown until it is."""
    task = scene.client.task(subject)
    return tuple(
        Control(
            name,
            label,
            "number",
            getattr(task, name),
            ("tasks.csv", subject, name),
            optional=True,
            overruled=overruled(evidence, name),
        )
        for name, label in (("current_quality", "Quality today"), ("target_quality", "Quality target"))
    )


def overruled(evidence: TaskEvidence, column: str) -> str:
    """What was measured or counted, and so stands before what a column of tasks.csv states."""
    found = overruling(evidence, column)
    if found is None:
        return ""
    value = (
        f" {percent(found.value)}" if column == "current_quality" and isinstance(found.value, float) else ""
    )
    return f"{found.grade}{value}, {found.source}"


def _facts(before: TaskAudit, now: TaskAudit) -> list[tuple[str, str, str]]:
    def of(task: TaskAudit) -> list[tuple[str, str]]:
        q = task.quality_interval
        return [
            ("Cost a month", money(task.today_monthly.mean)),
            ("Tokens a month", decimal(task.tokens_per_month)),
            (
                "Quality, 95% interval",
                f"{percent(q.low, 1)} to {percent(q.high, 1)}" if q else "not measured",
            ),
            ("Gap to the target", task.gap),
            ("Latency within reach", {True: "yes", False: "no", None: "not known"}[task.latency_reachable]),
            ("Models of its own that are open", str(sum(fit.fits for fit in task.fits))),
        ]

    return [(name, a, b) for (name, a), (_, b) in zip(of(before), of(now), strict=True)]
