"""One failing output of each task as it came, for a reader to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bespoke.chapters.dataset_readiness.identifiers.quoting import Quoting
from bespoke.chapters.failure_labels import UNMAPPED, FailureLabel
from bespoke.clients.schema import Client, Failure
from bespoke.results import Part

QUOTED = 280  # characters of each text of a sample


class FailureSample(Part):
    """One failing output as it came, identifiers masked: of the family its task fails with most."""

    task_id: str
    failure_id: str
    family: str
    code: str  # the client's own
    prompt: str
    expected: str
    actual: str


def failure_samples(
    client: Client, failures: Sequence[Failure], labels: Sequence[FailureLabel], quoting: Quoting
) -> tuple[FailureSample, ...]:
    """Of each task the shortest output, by prompt and both answers, of the family that it fails with most."""
    found = []
    for task in client.tasks:
        own = [(f, la) for f, la in zip(failures, labels, strict=True) if f.task_id == task.task_id]
        families = [label.family for _, label in own]
        counts = Counter(family for family in families if family != UNMAPPED) or Counter(families)
        if not counts:
            continue
        family = max(counts, key=lambda name: (counts[name], name))
        alike = (failure for failure, label in own if label.family == family)
        failure = min(alike, key=lambda one: (_size(one), one.failure_id))
        prompt, expected, actual = (
            _quoted(text, quoting) for text in (failure.prompt, failure.expected, failure.actual)
        )
        found.append(
            FailureSample(
                task_id=task.task_id, failure_id=failure.failure_id, family=family,
                code=quoting.text(failure.code, "failures.csv"), prompt=prompt, expected=expected, actual=actual,
            )
        )  # fmt: skip
    return tuple(found)


def _size(failure: Failure) -> int:
    return len(failure.prompt) + len(failure.expected) + len(failure.actual)


def _quoted(text: str, quoting: Quoting) -> str:
    """The beginning of a text, on one line."""
    whole = " ".join(text.split())
    if len(whole) <= QUOTED:
        return quoting.text(whole, "failures.csv")
    shown, _ = quoting.part(whole, 0, QUOTED, "failures.csv")
    return f"{shown.rstrip()} …"
