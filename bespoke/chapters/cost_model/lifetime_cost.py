"""What is paid once, and what is paid again when a vendor retires the model underneath."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from bespoke.advice.candidates import Configuration
from bespoke.chapters.cost_model.billing_mode import TokenPlan, total
from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.chapters.cost_model.request import PricedConfiguration, TaskRequest, consultant_day, in_usd, work
from bespoke.clients.schema import Client

DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True)
class OneOff:
    """USD per draw, by component: until it is measured, and what is then left; `again` is one forced retirement."""

    test: dict[str, Array]
    rollout: dict[str, Array]
    again: Array

    @property
    def parts(self) -> dict[str, Array]:
        names = dict.fromkeys((*self.test, *self.rollout))
        nothing = np.zeros(1)
        return {name: self.test.get(name, nothing) + self.rollout.get(name, nothing) for name in names}


def one_off(c: Configuration, priced: PricedConfiguration, r: TaskRequest, per_request: Array) -> OneOff:
    """Nothing for staying as is, save moving the prompts when the model goes. A model of its own costs most of its
    work before anybody can measure it; a change of the prompt costs a few days."""
    day = consultant_day(r.client, r.inputs)
    move = r.inputs["cost.migration.days"] * day
    if c.route == "as_is":
        return OneOff({}, {}, move)
    evaluation = _evaluation(r, per_request)
    tested, live = (days * day for days in work_days(c, r))
    if priced.training is None:
        unchanged = c.route in ("prompt_caching", "batch") or c.tested
        test = {"people": tested} if unchanged else {"people": tested, "evaluation": evaluation}
        return OneOff(test, {"people": live}, move + evaluation)
    training = _training(priced, r)
    test = {"people": tested, "evaluation": evaluation, "annotation": _examples(c, r), "training": training}
    again = r.inputs["cost.retraining.share"] * (tested + live + training + evaluation)
    return OneOff(test, {"people": live}, again)


def work_days(c: Configuration, r: TaskRequest) -> tuple[Array, Array]:
    """Consultant days until it is measured on the client's cases, and those left to go live; none for what is kept."""
    nothing = 0.0 * r.ones
    people = sum((r.inputs[f"cost.people.{work}.days"] for work in c.work), nothing)
    if c.tested or not c.work:
        return nothing, people
    if not r.inputs.facts.has(f"cost.test.{c.work[0]}.days"):
        share = r.inputs["cost.build.share_before_measured"]
        return share * people, (1 - share) * people
    test = sum((r.inputs[f"cost.test.{work}.days"] for work in c.work), nothing)
    return test, np.maximum(0.0, people - test)


def retirements(base_model: str | None, client: Client, inputs: Inputs, months: int) -> Array:
    """How many times within the horizon the served model is retired: the announced end where there is one,
    then a lifetime at a time. Open weights are never taken away."""
    if base_model is None:
        return np.zeros(inputs.draws)
    life = inputs["cost.model_lifetime_months"]
    announced = end_of_life(base_model, client, inputs)
    if announced is None:
        return np.floor(months / life)
    first = max(0.0, (announced - client.engagement.begins(inputs.facts.as_of)).days / DAYS_PER_MONTH)
    if first > months:
        return np.zeros(inputs.draws)
    return 1 + np.floor((months - first) / life)


def end_of_life(model: str, client: Client, inputs: Inputs) -> date | None:
    """The announced end on the platform the client calls; Bedrock keeps its own calendar."""
    access = client.engagement.access
    on_bedrock = bool(access.aws_bedrock) and access.anthropic_api is False
    keys = [f"model.{model}.bedrock.end_of_life"] if on_bedrock else []
    for key in (*keys, f"model.{model}.end_of_life"):
        if (day := inputs.facts.day(key)) is not None:
            inputs.used.add(key)
            return day
    return None


def whole_life(monthly: Array, once: OneOff, events: Array, months: int) -> Array:
    """USD over the horizon: paid once, every month, and at each forced retirement. Not discounted."""
    return np.asarray(
        total({"": np.zeros_like(monthly), **once.parts}) + monthly * months + events * once.again
    )


def _examples(c: Configuration, r: TaskRequest) -> Array:
    """Labelling what is missing: an encoder learns every label from the examples alone and wants more of them."""
    wanted = "cost.encoder.examples" if c.route == "small_encoder" else "cost.tuning.examples"
    missing = np.maximum(0.0, r.inputs[wanted] - r.task.labelled_examples)
    return np.asarray(missing * usd_per_example(r), dtype=np.float64)


def usd_per_example(r: TaskRequest) -> Array:
    rounds, per_hour, hour = (
        work(r.client, name, r.inputs)
        for name in ("annotation.review_rounds", "annotation.examples_per_hour", "rates.annotator_hour")
    )
    return np.asarray(rounds / per_hour * hour * in_usd(r.client, r.inputs), dtype=np.float64)


def _evaluation(r: TaskRequest, per_request: Array) -> Array:
    """Running the test set through the route's own model, a few times over."""
    cases = max(r.inputs.facts.threshold("min_test_cases"), r.task.test_cases)
    return np.asarray(cases * r.inputs["cost.evaluation.rounds"] * per_request, dtype=np.float64)


def _training(priced: PricedConfiguration, r: TaskRequest) -> Array:
    runs = r.inputs["cost.tuning.runs"]
    if priced.per_run:
        hours = f"{priced.training}.hours"
        length = r.inputs[hours] if r.inputs.facts.has(hours) else 1.0
        return np.asarray(runs * length * r.inputs[str(priced.training)], dtype=np.float64)
    tokens = _tuned_tokens(priced, r) * np.maximum(r.inputs["cost.tuning.examples"], r.task.labelled_examples)
    return np.asarray(
        runs * r.inputs["cost.tuning.epochs"] * tokens / 1e6 * r.inputs[str(priced.training)],
        dtype=np.float64,
    )


def _tuned_tokens(priced: PricedConfiguration, r: TaskRequest) -> Array:
    """Tokens of one training example: what the tuned model will read and write."""
    if isinstance(priced.plan, TokenPlan):
        call = priced.plan.calls[0]
        return call.prefix + call.input + call.output
    return r.prefix * r.inputs["cost.tuned.prefix_share"] + r.input + r.output
