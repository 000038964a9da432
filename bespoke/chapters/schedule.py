"""Chapter 6 from the earlier chapters: which phases each task's route needs, and how many examples are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bespoke.chapters import timeline
from bespoke.chapters.examples import examples_needed
from bespoke.chapters.recommendation import advise
from bespoke.chapters.timeline import Timeline
from bespoke.clients.schema import Client
from bespoke.facts.reader import Facts

if TYPE_CHECKING:
    from bespoke.chapters.cost_model import CostModel
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.failure_modes import FailureModes
    from bespoke.chapters.icd10_evaluation import Icd10Evaluation
    from bespoke.chapters.task_audit import Audit

__all__ = ["Timeline", "compute"]


def compute(
    client: Client,
    facts: Facts,
    *,
    audit: Audit,
    failures: FailureModes | None,
    cost: CostModel,
    dataset: DatasetReadiness | None = None,
    evaluation: Icd10Evaluation | None = None,
    draws: int = 20_000,
    seed: int = 20261120,
) -> Timeline:
    """The timeline of the advised routes: only their phases, with the dataset phase sized by missing examples."""
    advice = advise(client, facts, audit, failures, cost)
    return timeline.compute(
        client,
        facts,
        phases={task_id: found.phases for task_id, found in advice.items()},
        needs=examples_needed(client, facts, dataset=dataset, evaluation=evaluation),
        draws=draws,
        seed=seed,
    )
