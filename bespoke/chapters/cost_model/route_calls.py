"""From a configuration to the calls it makes. Models that are trained are in tuned.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bespoke.advice.candidates import CASCADED, Configuration
from bespoke.advice.latency import always_thinks
from bespoke.chapters.cost_model import tuned
from bespoke.chapters.cost_model.call import ModelCall
from bespoke.chapters.cost_model.inputs import Array
from bespoke.chapters.cost_model.request import NotPriced, PricedConfiguration, TaskRequest
from bespoke.facts.price_book import canonical, is_known

# remedies that lengthen the system prompt
LENGTHENS = ("prompt_engineering", "glossary", "structured_output", "operator_configuration")
TRAINED: Mapping[str, Callable[[TaskRequest], PricedConfiguration]] = {
    price.__name__: price
    for price in (
        tuned.bedrock_haiku3_sft, tuned.bedrock_nova_sft, tuned.bedrock_llama_sft, tuned.bedrock_rft,
        tuned.openai_gpt4o_sft, tuned.vertex_gemini_sft, tuned.foundry_sft, tuned.sagemaker_sft, tuned.hosted_lora,
        tuned.distillation, tuned.custom_model_import, tuned.open_weight_lora, tuned.small_encoder,
        tuned.contract_custom_model,
    )
}  # fmt: skip
SAME_MODEL_SAME_PROMPT = ("as_is", "prompt_caching", "batch")  # these change the bill, not the answer


def priced(r: TaskRequest, c: Configuration) -> PricedConfiguration:
    """The plan of a configuration without any lever; raises NotPriced with the reason where it has none."""
    if c.route in TRAINED:
        return TRAINED[c.route](r)
    if not is_known(c.model):
        raise NotPriced(f"no price for {c.model}")
    model = canonical(c.model)
    fixed = {"retrieval": r.inputs["price.vector_store.usd_per_month"]} if "rag" in c.remedies else {}
    notes = (*r.life_notes(model), *_thinking_notes(r, c))
    return PricedConfiguration(model, r.plan(*_calls(r, c), fixed=fixed), base_model=model, notes=notes)


def _calls(r: TaskRequest, c: Configuration) -> tuple[ModelCall, ...]:
    """One request: the answer, then a critic and a revision, or the larger model for what a small one passes on."""
    first = _answer(r, c)
    if c.route == CASCADED:
        passed_on = r.call_on(r.task.model, c.place, times=r.inputs["cost.cascade.escalated_share"])
        return first, passed_on
    if "generator_critic" not in c.remedies:
        return (first,)
    critique = r.inputs["cost.critic.output_tokens"] * r.tokens_of(c.model)
    critic = replace(first, input=first.input + first.output, output=critique)
    share = r.inputs["cost.critic.revision_share"]
    return first, critic, replace(first, input=first.input + first.output + critique, times=share)


def _answer(r: TaskRequest, c: Configuration) -> ModelCall:
    call = r.call_on(c.model, c.place)
    factor = r.tokens_of(c.model)
    return replace(
        call, prefix=call.prefix + factor * _longer_prompt(r, c),
        input=call.input + factor * (r.inputs["cost.rag.input_tokens"] if "rag" in c.remedies else 0.0),
        output=call.output + factor * _thinking(r, c),
    )  # fmt: skip


def _longer_prompt(r: TaskRequest, c: Configuration) -> Array:
    """Tokens that the remedies add to the fixed prompt: rules, terms, a schema, examples."""
    longer = 0.0 * r.ones
    for remedy in c.remedies:
        if remedy in LENGTHENS:
            longer = longer + r.inputs[f"cost.{remedy}.prefix_tokens"]
    if "few_shot" in c.remedies:
        longer = longer + r.inputs["cost.few_shot.examples"] * (r.input + r.output)
    return longer


def _thinking_notes(r: TaskRequest, c: Configuration) -> tuple[str, ...]:
    """A model that thinks by itself is tried, and priced, without: the tokens of its thinking would come on top."""
    key, asked = f"model.{c.model}.thinking", "extended_thinking" in c.remedies
    facts = r.inputs.facts
    if (
        asked
        or c.model == canonical(r.task.model)
        or not facts.has(key)
        or facts.fact(key).value != "default"
    ):
        return ()
    return (f"thinking is priced as switched off on {c.model}, which thinks unless told not to",)


def _thinking(r: TaskRequest, c: Configuration) -> Array:
    """Tokens thought before the answer: as much as is asked for, or the least of a model that always thinks."""
    if "extended_thinking" in c.remedies:
        return r.inputs["cost.extended_thinking.output_tokens"]
    facts = r.inputs.facts
    if always_thinks(c.model, facts) and not always_thinks(r.task.model, facts):
        return r.inputs["cost.least_thinking.output_tokens"]
    return 0.0 * r.ones
