"""Chapter 7 from the earlier chapters: the plan of every task, its phases and how many examples are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bespoke.chapters import timeline
from bespoke.chapters.examples_needed import examples_needed
from bespoke.chapters.plans import Advised, advise
from bespoke.chapters.timeline import Timeline
from bespoke.clients.schema import Client
from bespoke.facts.reader import Facts
from bespoke.statistics.seed import SEED

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.evaluation import Evaluation
    from bespoke.chapters.failure_modes import FailureModes
    from bespoke.chapters.icd10_evaluation import Icd10Evaluation

__all__ = ["Timeline", "compute"]


def compute(
    client: Client,
    facts: Facts,
    *,
    failures: FailureModes | None,
    dataset: DatasetReadiness | None = None,
    evaluation: Evaluation | None = None,
    icd10: Icd10Evaluation | None = None,
    advised: Sequence[Advised] | None = None,
    draws: int = 20_000,
    seed: int = SEED,
) -> Timeline:
    """The timeline of the advised plans: what they price is what is scheduled, and the plans stand in the result.

    `icd10` holds the learning curve. `advised` are plans made before, where only what
    they are scheduled with is tried out.
    """
    if advised is None:
        advised = advise(client, facts, failures=failures, dataset=dataset, evaluation=evaluation)
    return timeline.compute(
        client,
        facts,
        advised=advised,
        needs=examples_needed(client, facts, dataset=dataset, icd10=icd10),
        draws=draws,
        seed=seed,
    )
