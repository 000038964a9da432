"""Chapter 6 from the earlier chapters: which phases each task's route needs, and how many examples are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bespoke.chapters import timeline
from bespoke.chapters.recommendation import advise
from bespoke.chapters.timeline import Timeline
from bespoke.clients.schema import Client
from bespoke.facts.reader import Facts

if TYPE_CHECKING:
    from bespoke.chapters.cost_model import CostModel
    from bespoke.chapters.failure_modes import FailureModes
    from bespoke.chapters.task_audit import Audit

__all__ = ["Timeline", "compute"]


def compute(
    client: Client,
    facts: Facts,
    *,
    audit: Audit,
    failures: FailureModes | None,
    cost: CostModel,
    draws: int = 20_000,
    seed: int = 20261120,
) -> Timeline:
    """The timeline of the advised routes: only their phases, with the dataset phase sized by missing examples."""
    advice = advise(client, facts, audit, failures, cost)
    return timeline.compute(
        client,
        facts,
        phases={task_id: found.phases for task_id, found in advice.items()},
        examples_needed=examples_needed(client, facts),
        draws=draws,
        seed=seed,
    )


def examples_needed(client: Client, facts: Facts) -> dict[str, int]:
    """Examples still to annotate per task: the upper rule of thumb for a narrow task less what is labelled."""
    _, wanted = facts.fact("threshold.narrow_examples").range
    return {task.task_id: max(0, int(wanted) - task.labelled_examples) for task in client.tasks}
