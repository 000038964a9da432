"""For `bespoke check`: what the files of a client, counted and measured, say otherwise than its declarations."""

from __future__ import annotations

from typing import Any

from bespoke.chapters.measured_inputs import measured_tasks
from bespoke.chapters.registry import EVIDENCE, compute
from bespoke.chapters.situations import situations
from bespoke.clients.schema import Client
from bespoke.errors import Problem
from bespoke.facts.reader import Facts

COLUMN = {
    "quality": "current_quality", "target": "target_quality", "metric": "metric", "test_cases": "test_cases",
    "examples": "labelled_examples", "identifiers": "deidentified", "personal_data": "personal_data",
    "tokens": "input_tokens", "latency": "p95_latency_ms",
}  # fmt: skip


def inconsistencies(client: Client) -> list[Problem]:
    """One warning per contradiction, at the row and column of tasks.csv that declares it."""
    facts = Facts(client.engagement.as_of, dict(client.engagement.thresholds))
    found: dict[str, Any] = {}
    for stem in EVIDENCE.values():
        found[stem] = compute(stem, client, facts, found.__getitem__, {})
    failures, dataset, evaluation = (found[EVIDENCE[name]] for name in ("failures", "dataset", "evaluation"))
    measured = measured_tasks(evaluation)
    every = situations(client, facts, failures=failures, dataset=dataset, measured=measured)
    place = f"{client.name}/tasks.csv"
    return [
        Problem(place, number, COLUMN.get(c.input), c.says, warning=True)
        for number, task in enumerate(client.tasks, start=2)
        for c in every[task.task_id].evidence.contradictions
        if c.input != "target"  # said by the reader of tasks.csv already, where the cell stands
    ]
