"""The cost chapter: every task on every route it could take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from bespoke.chapters.cost_model.inputs import Inputs
from bespoke.chapters.cost_model.priced_task import PricedTask
from bespoke.chapters.cost_model.request import in_usd
from bespoke.chapters.cost_model.result import Band, CostModel, TaskCost
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.chapters.measured_inputs import measured_tasks
from bespoke.chapters.situations import situations
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.price_book import canonical, is_known
from bespoke.facts.reader import Facts
from bespoke.statistics.seed import SEED

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.evaluation import Evaluation
    from bespoke.chapters.failure_modes import FailureModes

DRAWS = 4000


def inputs_of(client: Client, facts: Facts, draws: int = DRAWS, seed: int = SEED) -> Inputs:
    """The uncertain inputs of one client. Raises BespokeError for a currency without an exchange rate."""
    prefix, own = "price.usd_per_", client.engagement.currency
    known = sorted(key.removeprefix(prefix).upper() for key in facts.keys(prefix))
    if own not in known:
        message = f"no exchange rate for {own}; there are {', '.join(known)}"
        raise BespokeError(message, path="engagement.yaml", column="currency")
    return Inputs(facts, client.prices or {}, draws, seed)


def compute(
    client: Client,
    facts: Facts,
    *,
    failures: FailureModes | None = None,
    dataset: DatasetReadiness | None = None,
    evaluation: Evaluation | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> CostModel:
    """Monthly, one-off and whole-life cost per task and route in the engagement's currency, as what is expected and
    P10 to P90 over input uncertainty.

    Cost per accepted output takes the quality that the evaluation measured, else the client's current quality, and
    says which. Raises BespokeError for an unknown model, a currency without an exchange rate or a negotiated price of
    an unknown kind.
    """
    for task in client.tasks:
        canonical(task.model)  # raises for an unknown one
    inputs = inputs_of(client, facts, draws, seed)
    measured = measured_tasks(evaluation)
    found = situations(client, facts, failures=failures, dataset=dataset, measured=measured)
    tasks = [PricedTask(client, task, inputs, found[task.task_id], measured) for task in client.tasks]
    rate = in_usd(client, inputs)
    usd = np.sum([task.today for task in tasks], axis=0)
    today = usd / rate
    read_on, source = _rate_of(client, facts)
    results = tuple(task.result() for task in tasks)
    return CostModel(
        tasks=results,
        as_of=facts.as_of,
        currency=client.engagement.currency,
        usd_per_unit=Band.of(rate),
        rate_read_on=read_on,
        rate_source=source,
        today_monthly=Band.of(today),
        today_monthly_usd=Band.of(usd),
        today_yearly=Band.of(12 * today),
        same_answers_monthly=Band.of(np.sum([task.same_answers for task in tasks], axis=0) / rate),
        unpublished=_unpublished(results),
        own_prices=_own_prices_used(client, results),
        draws=draws,
        seed=seed,
        facts_used=tuple(sorted(facts.used)),
    )


def today_of_all(client: Client, inputs: Inputs, prices: Iterable[TaskPrices]) -> Band:
    """A month of all tasks as they run today, in the engagement's currency: `today_monthly` of this chapter's result,
    for whoever needs no more of it."""
    return Band.of(np.sum([one.draws_today.monthly for one in prices], axis=0) / in_usd(client, inputs))


def _rate_of(client: Client, facts: Facts) -> tuple[date, str]:
    """When and where the exchange rate was read."""
    key = f"price.usd_per_{client.engagement.currency.lower()}"
    found = (client.prices or {}).get(key) or facts.fact(key)
    return found.read_on, found.source


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
