"""Inputs nobody knows yet, or only within limits: what stands in for them, what they move, how to find out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bespoke.clients.schema import Client, Task

_USAGE = "bespoke import usage, from any log or bill"
_MOVES = {  # column -> what depends on it, how it is found out
    "kind": ("which routes are looked at", "ask what the model is given and what it returns"),
    "requests_per_day": ("cost, break-even of an own model, dates of an A/B test", _USAGE),
    "peak_to_mean": ("capacity an own model needs", _USAGE),
    "system_tokens": ("cost and what caching saves", "count the tokens of the prompt"),
    "input_tokens": ("cost and latency", f"{_USAGE}, or ten typical inputs"),
    "output_tokens": ("cost and latency", f"{_USAGE}, or ten typical outputs"),
    "model": ("today's cost and what a change of model saves", _USAGE),
    "metric": (
        "whether quality today and the target can be compared",
        "ask who decides that an output is good",
    ),
    "p95_latency_ms": ("whether a shared model is quick enough", "ask how long a user or a process can wait"),
    "current_quality": (
        "every gate that asks how far the target is",
        "score test cases with a known right answer",
    ),
    "target_quality": (
        "every gate that asks how far the target is",
        "ask from which quality on it is worth using",
    ),
    "test_cases": ("whether anything can be measured", "count the cases with a known right answer"),
    "labelled_examples": ("whether there is enough to train on", "count the pairs fit for training"),
}


_WORK = {
    "rates": ("what an engagement, labelling and a person's check cost", "ask who pays the people"),
    "annotation": ("what examples cost and when they are there", "have ten examples labelled, and time it"),
}


@dataclass(frozen=True)
class OpenInput:
    """One input of a task or of the engagement, unknown or a range, and what the report works with instead."""

    task_id: str
    column: str
    known_within: bool  # the client gave a range; otherwise nobody knows
    value: float | str | None  # None: nothing stands in for it, and the report cannot say
    limits: tuple[float, float] | None
    moves: str
    answer: str


def open_inputs(client: Client) -> tuple[OpenInput, ...]:
    """In the order of tasks, then columns. Yes-or-no questions are left to the chapter that asks them."""
    return (*_of_work(client), *(found for task in client.tasks for found in _of_task(task)))


def _of_work(client: Client) -> Iterator[OpenInput]:
    """Of the whole engagement: what people's time costs, and how fast it works."""
    for name, limits in client.engagement.ranges.items():
        section, key = name.split(".")
        value = float(getattr(getattr(client.engagement, section), key))
        unknown = name in client.engagement.unknown
        yield OpenInput("engagement", name, not unknown, value, limits, *_WORK[section])


def _of_task(task: Task) -> Iterator[OpenInput]:
    for column, (moves, answer) in _MOVES.items():
        unknown = column in task.unknown
        if unknown or column in task.ranges:
            limits = task.ranges.get(column)
            yield OpenInput(task.task_id, column, not unknown, getattr(task, column), limits, moves, answer)
