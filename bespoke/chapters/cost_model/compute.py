"""The cost chapter: every task on every route it could take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bespoke.chapters.cost_model.inputs import Inputs
from bespoke.chapters.cost_model.quality import measured_by
from bespoke.chapters.cost_model.result import Band, CostModel, TaskCost
from bespoke.chapters.cost_model.task import PricedTask
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.price_book import canonical, is_known
from bespoke.facts.reader import Facts

if TYPE_CHECKING:
    from bespoke.chapters.icd10_evaluation import Icd10Evaluation


def compute(
    client: Client,
    facts: Facts,
    *,
    evaluation: Icd10Evaluation | None = None,
    draws: int = 4000,
    seed: int = 20261120,
) -> CostModel:
    """Monthly, one-off and whole-life cost per task and route in USD, as P10/P50/P90 over input uncertainty.

    Cost per accepted output takes the quality that `evaluation` measured on the task's own model, else the
    client's current quality, and says which. Raises BespokeError for an unknown model, a currency without
    an exchange rate or a negotiated price of an unknown kind.
    """
    _known_currency(client, facts)
    inputs = Inputs(facts, client.prices or {}, draws, seed)
    regional = bool(client.engagement.residency)
    quality = measured_by(evaluation, client)
    tasks = [PricedTask(client, task, inputs, regional, quality) for task in client.tasks]
    today = np.sum([task.today for task in tasks], axis=0)
    results = tuple(task.result() for task in tasks)
    return CostModel(
        tasks=results,
        as_of=facts.as_of,
        regional=regional,
        currency=client.engagement.currency,
        today_monthly=Band.of(today),
        today_yearly=Band.of(12 * today),
        same_answers_monthly=Band.of(np.sum([task.same_answers for task in tasks], axis=0)),
        unpublished=_unpublished(results),
        own_prices=_own_prices_used(client, results),
        draws=draws,
        seed=seed,
        facts_used=tuple(sorted(facts.used)),
    )


def _known_currency(client: Client, facts: Facts) -> None:
    prefix, own = "price.usd_per_", client.engagement.currency
    known = sorted(key.removeprefix(prefix).upper() for key in facts.keys(prefix))
    if own not in known:
        message = f"no exchange rate for {own}; there are {', '.join(known)}"
        raise BespokeError(message, path="engagement.yaml", column="currency")


def _unpublished(tasks: Sequence[TaskCost]) -> tuple[str, ...]:
    return tuple(sorted({key for task in tasks for route in task.routes for key in route.unpublished}))


def _own_prices_used(client: Client, tasks: Sequence[TaskCost]) -> tuple[str, ...]:
    models = {route.model for task in tasks for route in task.routes}
    facts = {key for task in tasks for route in task.routes for key in route.assumptions}
    return tuple(key for key in sorted(client.prices or {}) if key in facts or _model_of(key) in models)


def _model_of(key: str) -> str | None:
    """The model a negotiated price is for: `claude-sonnet-4-6.input` -> `claude-sonnet-4-6`."""
    name = key.rpartition(".")[0]
    return canonical(name) if is_known(name) else None
