"""A task's request under all draws, and the pieces every configuration builds its price from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from bespoke.advice.candidates import named
from bespoke.chapters.cost_model.billing_mode import Load, Plan, TokenPlan
from bespoke.chapters.cost_model.call import ModelCall, sigma_of
from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.clients.schema import Client, Task
from bespoke.facts.places import Place, places
from bespoke.facts.price_book import Tariff, canonical, is_known, tariff
from bespoke.show.numbers import day


@dataclass(frozen=True)
class PricedConfiguration:
    """A configuration ready to be priced at any volume."""

    model: str
    plan: Plan
    base_model: str | None  # the served model a vendor can retire; None for open weights
    training: str | None = None  # fact with USD per million training tokens, or per run
    per_run: bool = False
    notes: tuple[str, ...] = ()


class NotPriced(Exception):
    """Why a route has no price for this task on this day."""


@dataclass(frozen=True)
class TaskRequest:
    """Everything a price needs: the task, its load and its tokens per draw."""

    client: Client
    task: Task
    inputs: Inputs
    load: Load
    sigma: Array
    prefix: Array
    input: Array
    output: Array
    ones: Array = field(repr=False)

    @classmethod
    def of(cls, client: Client, task: Task, inputs: Inputs, profile: Array) -> TaskRequest:
        ones = np.ones(inputs.draws)
        retry = inputs.of("cost.retry_share", task.task_id)
        return cls(
            client=client, task=task, inputs=inputs, ones=ones,
            load=Load(profile, task.peak_to_mean, inputs.constant("cost.days_per_month"), retry),
            sigma=sigma_of(inputs.of("cost.p95_to_mean", task.task_id)),
            prefix=task.system_tokens * ones
            if "system_tokens" not in task.ranges
            else stated(task, "system_tokens", inputs, "cost.input_tokens_factor"),
            input=stated(task, "input_tokens", inputs, "cost.input_tokens_factor"),
            output=stated(task, "output_tokens", inputs, "cost.output_tokens_factor"),
        )  # fmt: skip

    @property
    def volume(self) -> Array:
        return stated(self.task, "requests_per_day", self.inputs, "cost.volume_factor")

    def tariff(self, model: str, place: str = "", *, batch: bool = False) -> Tariff:
        """The rates of a model at a place; without a place those of the published price."""
        sold = place_of(model, place, self.inputs)
        return tariff(
            model, self.inputs.facts.as_of, batch=batch, negotiated=self.client.prices, facts=self.inputs.facts,
            place_factor=sold.price_factor if sold else Decimal(1),
        )  # fmt: skip

    def call_on(
        self, model: str, place: str = "", *, prefix: Array | None = None, times: Array | None = None
    ) -> ModelCall:
        """The task's call on a model at a place, its tokens recounted for another tokenizer."""
        factor = self.tokens_of(model)
        return ModelCall(
            self.tariff(model, place), (self.prefix if prefix is None else prefix) * factor, self.input * factor,
            self.output * factor, self.ones if times is None else times,
        )  # fmt: skip

    def plan(self, *calls: ModelCall, fixed: dict[str, Array] | None = None) -> TokenPlan:
        return TokenPlan(calls, self.sigma, self.load, fixed or {})

    def tokens_of(self, model: str) -> Array:
        """Tokens of the same text on another model, relative to the task's own."""
        own = relative_tokens(self.inputs, self.task.model)
        if model.startswith("claude"):
            return self.ones * relative_tokens(self.inputs, model) / own
        return self.inputs["cost.other_tokenizer_factor"] / own

    def life_notes(self, model: str) -> tuple[str, ...]:
        """What the reader must know of a model that is not there yet, or soon no more."""
        today, facts = self.inputs.facts.as_of, self.inputs.facts
        released, ends = facts.day(f"model.{model}.released"), facts.day(f"model.{model}.end_of_life")
        if released and released > today:
            return (f"{model} was released on {day(released)}, after the day of this report",)
        if ends and ends <= today:
            return (f"{model} was retired on {day(ends)}: this price is history",)
        return (f"{model} is retired on {day(ends)}",) if ends else ()


def stated(task: Task, column: str, inputs: Inputs, factor: str) -> Array:
    """The draws of a column of the task list: its own range where it has one, else its value times a fact's range."""
    value, limits = float(getattr(task, column)), task.ranges.get(column)
    if limits is None:
        return value * inputs.of(factor, task.task_id)
    return inputs.between(factor, task.task_id, limits[0], value, limits[1])


def place_of(model: str, place: str, inputs: Inputs) -> Place | None:
    """The row of the places table for a model at a place; None where the place does not sell it."""
    name, rows = named(model), places(inputs.facts.as_of)
    return next((row for row in rows if row.place == place and name in row.models), None)


def relative_tokens(inputs: Inputs, model: str) -> float:
    """Tokens relative to Claude's older tokenizer; 1 where the tables say nothing."""
    if not is_known(model):
        return 1.0
    key = f"model.{canonical(model)}.relative_tokens"
    return inputs.constant(key) if inputs.facts.keys(key) else 1.0


def consultant_day(client: Client, inputs: Inputs) -> Array:
    """USD."""
    return work(client, "rates.consultant_day", inputs) * in_usd(client, inputs)


def work(client: Client, name: str, inputs: Inputs) -> Array:
    """A rate or a speed of people's work: one number, or draws of its range."""
    section, key = name.split(".")
    value = float(getattr(getattr(client.engagement, section), key))
    limits = client.engagement.ranges.get(name)
    if limits is None:
        return np.asarray(value, dtype=np.float64)
    low, likely, high = (1000 * mark for mark in (limits[0], value, limits[1]))  # above 1, where logs hold
    return inputs.between(f"assumed.{name}", "engagement", low, likely, high) / 1000


def in_usd(client: Client, inputs: Inputs) -> Array:
    """USD per unit of the engagement's currency, checked by compute before anything is priced."""
    return inputs[f"price.usd_per_{client.engagement.currency.lower()}"]


def smallest_cacheable(inputs: Inputs, model: str) -> int:
    """Tokens a prefix must reach; the safe end of the range where the model's own minimum was not found."""
    key = f"model.{canonical(model)}.smallest_cacheable_tokens"
    known = inputs.facts.keys(key)
    fact = inputs.facts.fact(key if known else "model.default.smallest_cacheable_tokens")
    return int(fact.range[1])


def with_times(call: ModelCall, share: Array) -> ModelCall:
    return replace(call, times=call.times * share)
