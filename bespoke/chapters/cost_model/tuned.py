"""Routes that train a model: paid by the token, by the hour or by the window."""

from __future__ import annotations

from bespoke.chapters.cost_model.inputs import Array
from bespoke.chapters.cost_model.plan import AlwaysOnPlan, ImportPlan, per_gpu_second
from bespoke.chapters.cost_model.request import NotPriced, Priced, Request, consultant_day
from bespoke.show.numbers import day


def bedrock_nova_sft(r: Request) -> Priced:
    return _tuned_on_demand(r, "bedrock_nova_sft", r.inputs.text("cost.nova.model"), "nova")


def bedrock_llama_sft(r: Request) -> Priced:
    return _tuned_on_demand(r, "bedrock_llama_sft", r.inputs.text("cost.llama.model"), "llama")


def _tuned_on_demand(r: Request, route: str, model: str, family: str) -> Priced:
    opened = r.inputs.facts.day("model.bedrock.on_demand_custom_models_from")
    if opened is None or r.inputs.facts.as_of < opened:
        raise NotPriced("customised models cannot be deployed on demand before that day")
    call = r.moved(model, prefix=short_prefix(r), times=r.inputs[f"price.{family}.custom_on_demand_factor"])
    storage = {"storage": r.inputs["price.custom_model.usd_per_month"]}
    return Priced(route, model, r.plan(call, fixed=storage), model, training=f"price.training.{family}")


def openai_gpt4o_sft(r: Request) -> Priced:
    last_job = r.inputs.facts.day("model.gpt-4o.last_new_tuning_job")
    if last_job and r.inputs.facts.as_of > last_job:
        raise NotPriced(f"closed: last new fine-tuning job on {last_job}")
    call = r.moved("gpt-4o", prefix=short_prefix(r), priced_as="ft:gpt-4o")
    return Priced("openai_gpt4o_sft", "ft:gpt-4o", r.plan(call), "gpt-4o", training="price.training.gpt-4o")


def bedrock_haiku3_sft(r: Request) -> Priced:
    _haiku3_is_sold(r)
    tokens = short_prefix(r) + r.input + r.output
    per_second = r.inputs["price.pt.claude-3-haiku.tokens_per_minute"] / 60 / tokens
    plan = AlwaysOnPlan(
        per_second * r.inputs["cost.hosting.utilisation"],
        r.inputs["price.pt.claude-3-haiku.usd_per_unit_hour"],
        r.load,
        {"storage": r.inputs["price.custom_model.usd_per_month"]},
    )
    return Priced(
        "bedrock_haiku3_sft", "claude-3-haiku", plan, "claude-3-haiku", "price.training.claude-3-haiku"
    )


def _haiku3_is_sold(r: Request) -> None:
    if r.client.engagement.access.private_haiku_arrangement:
        return
    for stage, consequence in (("end_of_life", "requests fail"), ("legacy", "no new tuning job or capacity")):
        since = r.inputs.facts.day(f"model.claude-3-haiku.{stage}")
        if since and r.inputs.facts.as_of >= since:
            raise NotPriced(f"closed: since {day(since)} {consequence} without a private arrangement")


def custom_model_import(r: Request) -> Priced:
    prompt, output = _self_hosted_tokens(r)
    copy = per_gpu_second(r.inputs, prompt, output) * r.inputs["price.cmi.copy_relative_throughput"]
    units = r.inputs.constant("price.cmi.llama-3-1-8b.units")
    window = r.inputs.constant("price.cmi.window_minutes")
    fixed = {
        "storage": units * r.inputs["price.cmi.usd_per_unit_month"],
        "operations": operations(r, "custom_model_import"),
    }
    plan = ImportPlan(
        copy * r.inputs["cost.hosting.utilisation"],
        units * window * r.inputs["price.cmi.usd_per_unit_minute"],
        window,
        r.load,
        fixed,
    )
    return Priced("custom_model_import", "Llama 3.1 8B", plan, base_model=None, training="run")


def open_weight_lora(r: Request) -> Priced:
    """The cheaper of an H100 and an L4 at this load."""
    prompt, output = _self_hosted_tokens(r)
    h100 = per_gpu_second(r.inputs, prompt, output)
    fixed = {"operations": operations(r, "open_weight_lora")}
    smallest = r.inputs.constant("cost.hosting.smallest_replicas")

    def hosted(gpu: str, throughput: Array) -> AlwaysOnPlan:
        planned = throughput * r.inputs["cost.hosting.utilisation"]
        return AlwaysOnPlan(planned, r.inputs[f"price.gpu.{gpu}.usd_per_hour"], r.load, fixed, smallest)

    plans = {"H100": hosted("h100", h100), "L4": hosted("l4", h100 * r.inputs["gpu.l4.relative_throughput"])}
    gpu = min(plans, key=lambda name: float(plans[name].monthly(r.volume)["hosting"].mean()))
    note = f"hosted on {gpu}, the cheaper of L4 and H100 at this load"
    return Priced("open_weight_lora", f"open 7-8B model on {gpu}", plans[gpu], None, "run", (note,))


def _self_hosted_tokens(r: Request) -> tuple[Array, Array]:
    factor = r.tokens_of("open weights")
    return (short_prefix(r) + r.input) * factor, r.output * factor


def short_prefix(r: Request) -> Array:
    """What of the system prompt a tuned model still needs."""
    return r.prefix * r.inputs["cost.tuned.prefix_share"]


def operations(r: Request, route: str) -> Array:
    return r.inputs[f"cost.operations.days_per_month.{route}"] * consultant_day(r.client, r.inputs)
