"""Every route as it is priced. One small function per route; the tables below are the list of them."""

from __future__ import annotations

from collections.abc import Callable

from bespoke.chapters.cost_model import tuned
from bespoke.chapters.cost_model.inputs import Inputs
from bespoke.chapters.cost_model.request import NotPriced, Priced, Request, may_cache, smallest_cacheable
from bespoke.facts.price_book import canonical, sells_batches
from bespoke.show.numbers import decimal, exact


def as_is(r: Request) -> Priced:
    return r.on_own_model("as_is", r.call())


def few_shot(r: Request) -> Priced:
    examples = r.inputs["cost.few_shot.examples"]
    return r.on_own_model("few_shot", r.call(prefix=r.prefix + examples * (r.input + r.output)))


def rag(r: Request) -> Priced:
    store = {"retrieval": r.inputs["price.vector_store.usd_per_month"]}
    return r.on_own_model("rag", r.call(input=r.input + r.inputs["cost.rag.input_tokens"]), fixed=store)


def extended_thinking(r: Request) -> Priced:
    thinking = r.output + r.inputs["cost.extended_thinking.output_tokens"]
    return r.on_own_model("extended_thinking", r.call(output=thinking))


def generator_critic(r: Request) -> Priced:
    critique = r.inputs["cost.critic.output_tokens"]
    critic = r.call(input=r.input + r.output, output=critique)
    revision = r.call(input=r.input + r.output + critique, times=r.inputs["cost.critic.revision_share"])
    return r.on_own_model("generator_critic", r.call(), critic, revision)


def prompt_caching(r: Request) -> Priced:
    """Priced without its cache here: compute picks the better lifetime for every cacheable route alike."""
    if not may_cache(r):
        raise NotPriced(f"{r.task.model} offers no prompt caching")
    if r.task.system_tokens < smallest_cacheable(r.inputs, r.task.model):
        smallest = smallest_cacheable(r.inputs, r.task.model)
        raise NotPriced(
            f"the fixed prompt has {exact(r.task.system_tokens)} tokens, {r.task.model} caches from {exact(smallest)}: "
            "it would silently not be cached"
        )
    return r.on_own_model("prompt_caching", r.call())


def batch(r: Request) -> Priced:
    if r.task.p95_latency_ms is not None:
        raise NotPriced(
            f"the task must answer within {decimal(r.task.p95_latency_ms)} ms; a batch takes up to 24 hours"
        )
    if r.task.kind == "question_answering":
        raise NotPriced("somebody waits for the answer to a question; a batch takes up to 24 hours")
    if not sells_batches(r.task.model):
        raise NotPriced(f"no batch price for {r.task.model}")
    share = r.inputs["cost.batch.share"]
    waits = r.call(tariff=r.tariff(r.task.model, batch=True), times=share)
    note = "no latency requirement is stated: confirm that nobody waits for the answer"
    return r.on_own_model("batch", waits, r.call(times=1 - share), notes=(note,))


def smaller_model(r: Request) -> Priced:
    model = candidate_smaller(r.inputs, r.task.model)
    if r.tariff(model).base.input >= r.tariff(r.task.model).base.input:
        raise NotPriced(f"{model}, the current smaller model on this day, is no cheaper than {r.task.model}")
    return Priced("smaller_model", model, r.plan(r.moved(model)), base_model=model)


def candidate_smaller(inputs: Inputs, model: str) -> str:
    """The current model of the next smaller family, or a cheaper current one of the smallest family."""
    name = canonical(model)
    families = ("fable", "mythos", "opus", "sonnet", "haiku")
    own = next((family for family in families if f"-{family}" in name), None)
    if own is None:
        raise NotPriced(f"no smaller model is listed for {name}")
    smaller = {"sonnet": "haiku", "haiku": "haiku"}.get(own, "sonnet")
    candidate = inputs.text(f"model.family.{smaller}.current")
    if candidate == name:
        raise NotPriced(f"{name} is already the smallest current model")
    return candidate


TOKEN_ROUTES: dict[str, Callable[[Request], Priced]] = {
    "as_is": as_is,
    "prompt_engineering": lambda r: r.with_prefix("prompt_engineering"),
    "few_shot": few_shot,
    "glossary": lambda r: r.with_prefix("glossary"),
    "structured_output": lambda r: r.with_prefix("structured_output"),
    "operator_configuration": lambda r: r.with_prefix("operator_configuration"),
    "prompt_caching": prompt_caching,
    "batch": batch,
    "smaller_model": smaller_model,
    "rag": rag,
    "extended_thinking": extended_thinking,
    "generator_critic": generator_critic,
    "bedrock_nova_sft": tuned.bedrock_nova_sft,
    "bedrock_llama_sft": tuned.bedrock_llama_sft,
    "openai_gpt4o_sft": tuned.openai_gpt4o_sft,
}
CAPACITY_ROUTES: dict[str, Callable[[Request], Priced]] = {
    "bedrock_haiku3_sft": tuned.bedrock_haiku3_sft,
    "custom_model_import": tuned.custom_model_import,
    "open_weight_lora": tuned.open_weight_lora,
}
ROUTES = {**TOKEN_ROUTES, **CAPACITY_ROUTES}
CACHEABLE = (
    "as_is", "prompt_engineering", "few_shot", "glossary", "structured_output", "operator_configuration",
    "prompt_caching", "rag", "extended_thinking", "generator_critic",
)  # fmt: skip
WITHOUT_PRICE = {
    "distillation": "Bedrock offers no distillation from a Claude teacher; elsewhere it needs written "
    "authorisation and is priced as the student it trains",
    "contract_custom_model": "by contract only; no price is published",
}
