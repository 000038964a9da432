"""The feasibility pack: what an account team asks for before it discusses a custom model by contract.

Contents after the source documents: failure analysis, data samples summary, volume projection, latency, safety.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bespoke.chapters.dataset_readiness.identifiers.quoting import Quoting
from bespoke.clients.schema import Client, Task
from bespoke.results import Part
from bespoke.show.numbers import decimal, exact

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.failure_modes import FailureModes
    from bespoke.chapters.task_audit import Audit, TaskAudit

GROWTH = (1.0, 2.0, 5.0)  # multiples of today's volume in the projection


class Volume(Part):
    """Traffic at a multiple of today's."""

    multiple: float
    requests_per_day: float
    peak_per_second: float
    tokens_per_month: float


class FeasibilityPack(Part):
    """One task as the vendor would want to see it. Shares are of the task's failing outputs."""

    task_id: str
    name: str
    goal: str
    tried: str
    failures: int
    families: dict[str, int]
    frequent_codes: tuple[str, ...]
    masked: dict[str, int]  # file -> identifiers that the codes have no more
    labelled_examples: int
    sample_rows: int  # rows in the client folder, over all its dataset files
    sample_usable: int
    volumes: tuple[Volume, ...]
    latency: str
    safety: tuple[str, ...]


def pack(
    client: Client, task: Task, audit: Audit, failures: FailureModes | None, dataset: DatasetReadiness | None
) -> FeasibilityPack:
    """The pack of one task from client input and the earlier chapters; nothing in it is new."""
    found, quoting = audit.task(task.task_id), Quoting(client.engagement.country)
    families = failures.by_task.get(task.task_id, {}) if failures else {}
    return FeasibilityPack(
        task_id=task.task_id,
        name=task.name,
        goal=_goal(task, found),
        tried=next(q.evidence for q in found.questions if q.question == "tried"),
        failures=sum(families.values()),
        families=families,
        frequent_codes=quoting.texts(_codes(client, task.task_id), "failures.csv"),
        masked=quoting.masked(),
        labelled_examples=task.labelled_examples,
        sample_rows=dataset.rows if dataset else 0,
        sample_usable=dataset.usable if dataset else 0,
        volumes=tuple(_volume(found, multiple) for multiple in GROWTH),
        latency="no requirement"
        if task.p95_latency_ms is None
        else f"p95 within {exact(task.p95_latency_ms)} ms",
        safety=_safety(client, task),
    )


def _goal(task: Task, audit: TaskAudit) -> str:
    if task.current_quality is None or task.target_quality is None:
        return f"{task.metric}: current or target quality not stated"
    interval = audit.quality_interval
    spread = f" (95% interval {decimal(interval.low, 2)} to {decimal(interval.high, 2)})" if interval else ""
    now = f"{decimal(task.current_quality, 2)}{spread} on {decimal(task.test_cases)} cases"
    return f"{task.metric} from {now} to {decimal(task.target_quality, 2)}"


def _codes(client: Client, task_id: str, most: int = 5) -> tuple[str, ...]:
    counts = Counter(f.code for f in client.failures or () if f.task_id == task_id and f.code)
    return tuple(sorted(counts, key=lambda code: (-counts[code], code))[:most])


def _volume(audit: TaskAudit, multiple: float) -> Volume:
    return Volume(
        multiple=multiple,
        requests_per_day=audit.requests_per_day * multiple,
        peak_per_second=audit.peak_per_second * multiple,
        tokens_per_month=audit.tokens_per_month * multiple,
    )


def _safety(client: Client, task: Task) -> tuple[str, ...]:
    words = {True: "yes", False: "no", None: "not known"}
    engagement = client.engagement
    return (
        f"protected health information in the requests: {words[task.contains_phi]}",
        f"personal data in the requests: {words[task.holds_personal_data]}",
        f"training data de-identified: {words[task.deidentified]}",
        f"data may be processed in: {', '.join(engagement.residency) or 'no restriction given'}",
        "tuning cannot override the model's safety priorities; nothing in this request asks for that",
    )
