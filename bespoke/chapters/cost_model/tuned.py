"""Routes that train a model: paid by the token, by the hour or by the window."""

from __future__ import annotations

from dataclasses import replace

from bespoke.chapters.cost_model.billing_mode import HOURS_PER_DAY, AlwaysOnPlan, ImportPlan, per_gpu_second
from bespoke.chapters.cost_model.call import ModelCall
from bespoke.chapters.cost_model.inputs import Array
from bespoke.chapters.cost_model.request import NotPriced, PricedConfiguration, TaskRequest, consultant_day
from bespoke.facts.price_book import Tariff, TokenRates
from bespoke.show.numbers import day


def bedrock_nova_sft(r: TaskRequest) -> PricedConfiguration:
    return _tuned_on_demand(r, r.inputs.text("cost.nova.model"), "nova")


def bedrock_llama_sft(r: TaskRequest) -> PricedConfiguration:
    return _tuned_on_demand(r, r.inputs.text("cost.llama.model"), "llama")


def bedrock_rft(r: TaskRequest) -> PricedConfiguration:
    """Served as a tuned Nova 2 Lite; training is paid by the hour."""
    found = _tuned_on_demand(r, r.inputs.text("price.serving.bedrock_rft.model"), "nova-2-lite")
    return replace(found, training="price.training.bedrock_rft", per_run=True)


def _tuned_on_demand(r: TaskRequest, model: str, family: str) -> PricedConfiguration:
    opened = r.inputs.facts.day("model.bedrock.on_demand_custom_models_from")
    if opened is None or r.inputs.facts.as_of < opened:
        raise NotPriced("customised models cannot be deployed on demand before that day")
    call = r.call_on(model, prefix=short_prefix(r), times=r.inputs[f"price.{family}.custom_on_demand_factor"])
    storage = {"storage": r.inputs["price.custom_model.usd_per_month"]}
    return PricedConfiguration(model, r.plan(call, fixed=storage), model, training=f"price.training.{family}")


def openai_gpt4o_sft(r: TaskRequest) -> PricedConfiguration:
    last_job = r.inputs.facts.day("model.gpt-4o.last_new_tuning_job")
    if last_job and r.inputs.facts.as_of > last_job:
        raise NotPriced(f"closed: last new fine-tuning job on {last_job}")
    call = replace(r.call_on("gpt-4o", prefix=short_prefix(r)), tariff=r.tariff("ft:gpt-4o"))
    return PricedConfiguration("ft:gpt-4o", r.plan(call), "gpt-4o", training="price.training.gpt-4o")


def vertex_gemini_sft(r: TaskRequest) -> PricedConfiguration:
    return _own_rates(r, "vertex_gemini_sft", "tuned Gemini", {})


def foundry_sft(r: TaskRequest) -> PricedConfiguration:
    hosting = r.inputs["price.serving.foundry_sft.usd_per_hour"] * HOURS_PER_DAY * r.load.days
    return _own_rates(r, "foundry_sft", "tuned GPT-4.1 mini", {"hosting": hosting})


def _own_rates(r: TaskRequest, route: str, model: str, fixed: dict[str, Array]) -> PricedConfiguration:
    """Paid by the token at rates that the price book does not hold."""
    rates = TokenRates(
        *(r.inputs.facts.fact(f"price.serving.{route}.{kind}").number for kind in ("input", "output"))
    )
    r.inputs.used.update(f"price.serving.{route}.{kind}" for kind in ("input", "output"))
    factor = r.tokens_of(model)
    call = ModelCall(
        Tariff(model, rates), short_prefix(r) * factor, r.input * factor, r.output * factor, r.ones
    )
    fixed = {**fixed, "operations": operations(r, route)}
    return PricedConfiguration(model, r.plan(call, fixed=fixed), model, training=f"price.training.{route}")


def sagemaker_sft(r: TaskRequest) -> PricedConfiguration:
    return _on_instances(r, "sagemaker_sft", "open 7-8B model on SageMaker", "l4", operated="sagemaker_sft")


def hosted_lora(r: TaskRequest) -> PricedConfiguration:
    return _on_instances(r, "hosted_lora", "open 7-8B model at a specialist", "", operated="hosted_lora")


def distillation(r: TaskRequest) -> PricedConfiguration:
    """Priced as the student it trains, on one small GPU."""
    return _on_instances(r, "distillation", "open 7-8B student model", "l4", operated="hosted_lora")


def _on_instances(r: TaskRequest, route: str, model: str, gpu: str, *, operated: str) -> PricedConfiguration:
    """Rented by the hour, as many as the peak needs; a small GPU serves its share of what an H100 does."""
    prompt, output = _self_hosted_tokens(r)
    throughput = per_gpu_second(r.inputs, prompt, output)
    if gpu:
        throughput = throughput * r.inputs[f"gpu.{gpu}.relative_throughput"]
    plan = _rented(
        r, throughput, f"price.serving.{route}.usd_per_hour", {"operations": operations(r, operated)}
    )
    return PricedConfiguration(model, plan, None, training=f"price.training.{route}")


def small_encoder(r: TaskRequest) -> PricedConfiguration:
    per_second, hour = (
        f"price.serving.small_encoder.{unit}" for unit in ("requests_per_second", "usd_per_hour")
    )
    plan = _rented(r, r.inputs[per_second], hour, {"operations": operations(r, "small_encoder")})
    return PricedConfiguration(
        "fine-tuned encoder", plan, None, training="price.training.small_encoder", per_run=True
    )


def bedrock_haiku3_sft(r: TaskRequest) -> PricedConfiguration:
    _haiku3_is_sold(r)
    tokens = short_prefix(r) + r.input + r.output
    per_second = r.inputs["price.pt.claude-3-haiku.tokens_per_minute"] / 60 / tokens
    storage = {"storage": r.inputs["price.custom_model.usd_per_month"]}
    plan = _rented(r, per_second, "price.pt.claude-3-haiku.usd_per_unit_hour", storage)
    return PricedConfiguration(
        "claude-3-haiku", plan, "claude-3-haiku", training="price.training.claude-3-haiku"
    )


def _haiku3_is_sold(r: TaskRequest) -> None:
    """A private arrangement keeps what runs running; it opens no new job and sells no new capacity."""
    for stage, consequence in (("end_of_life", "requests fail"), ("legacy", "no new tuning job or capacity")):
        since = r.inputs.facts.day(f"model.claude-3-haiku.{stage}")
        if since and r.inputs.facts.as_of >= since:
            raise NotPriced(f"closed: since {day(since)} {consequence}")


def custom_model_import(r: TaskRequest) -> PricedConfiguration:
    prompt, output = _self_hosted_tokens(r)
    copy = per_gpu_second(r.inputs, prompt, output) * r.inputs["price.cmi.copy_relative_throughput"]
    units = r.inputs.constant("price.cmi.llama-3-1-8b.units")
    window = r.inputs.constant("price.cmi.window_minutes")
    fixed = {
        "storage": units * r.inputs["price.cmi.usd_per_unit_month"],
        "operations": operations(r, "custom_model_import"),
    }
    per_second = copy * r.inputs["cost.hosting.utilisation"]
    plan = ImportPlan(
        per_second, units * window * r.inputs["price.cmi.usd_per_unit_minute"], window, r.load, fixed
    )
    return PricedConfiguration("Llama 3.1 8B", plan, base_model=None, training="price.lora_run", per_run=True)


def open_weight_lora(r: TaskRequest) -> PricedConfiguration:
    """The cheaper of an H100 and an L4 at this load."""
    prompt, output = _self_hosted_tokens(r)
    h100 = per_gpu_second(r.inputs, prompt, output)
    fixed = {"operations": operations(r, "open_weight_lora")}
    smallest = r.inputs.constant("cost.hosting.smallest_replicas")

    def hosted(gpu: str, throughput: Array) -> AlwaysOnPlan:
        return _rented(r, throughput, f"price.gpu.{gpu}.usd_per_hour", fixed, smallest)

    plans = {"H100": hosted("h100", h100), "L4": hosted("l4", h100 * r.inputs["gpu.l4.relative_throughput"])}
    gpu = min(plans, key=lambda name: float(plans[name].monthly(r.volume)["hosting"].mean()))
    note = f"hosted on {gpu}, the cheaper of L4 and H100 at this load"
    return PricedConfiguration(f"open 7-8B model on {gpu}", plans[gpu], None, "price.lora_run", True, (note,))


def _rented(
    r: TaskRequest, per_second: Array, hour: str, fixed: dict[str, Array], smallest: float = 1.0
) -> AlwaysOnPlan:
    """Units that serve so many requests a second at most, at the price of `hour`."""
    return AlwaysOnPlan(
        per_second * r.inputs["cost.hosting.utilisation"], r.inputs[hour], r.load, fixed, smallest
    )


def _self_hosted_tokens(r: TaskRequest) -> tuple[Array, Array]:
    factor = r.tokens_of("open weights")
    return (short_prefix(r) + r.input) * factor, r.output * factor


def short_prefix(r: TaskRequest) -> Array:
    """What of the system prompt a tuned model still needs."""
    return r.prefix * r.inputs["cost.tuned.prefix_share"]


def operations(r: TaskRequest, route: str) -> Array:
    return r.inputs[f"cost.operations.days_per_month.{route}"] * consultant_day(r.client, r.inputs)


def contract_custom_model(r: TaskRequest) -> PricedConfiguration:
    """A yearly commitment that nobody publishes: a question to the account team, in the shape of a range."""
    month = r.inputs["contract.commitment_usd_per_year"] / 12
    call = replace(r.call_on(r.task.model), prefix=0.0 * r.ones, input=0.0 * r.ones, output=0.0 * r.ones)
    return PricedConfiguration(
        "custom Claude model", r.plan(call, fixed={"commitment": month}), None, training=None
    )
