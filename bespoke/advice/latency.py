"""How long an answer is expected to take at the 95th percentile: measured today, or assumed, plus what a step adds."""

from __future__ import annotations

from bespoke.advice.candidates import CASCADED, Configuration, named
from bespoke.advice.situation import Situation
from bespoke.facts.reader import Facts

Range = tuple[float, float]  # milliseconds, low and high


def shared_model(output_tokens: float, facts: Facts) -> Range:
    """What a shared model is expected to take for an answer of this length when nobody has timed it."""
    first_low, first_high = facts.fact("latency.first_token_ms").range
    slow, fast = facts.fact("latency.output_tokens_per_second").range
    low = float(first_low) + 1000 * output_tokens / float(fast)
    return round(low, 1), round(float(first_high) + 1000 * output_tokens / float(slow), 1)


def expected(configuration: Configuration, situation: Situation, facts: Facts) -> Range:
    """Today's P95 plus what the remedies add: thinking, a second and third call, a search. What was timed on today's
    model says nothing of another one."""
    same = configuration.model == named(situation.model)
    low, high = situation.p95_today_ms if same else shared_model(situation.output_tokens, facts)
    for added in _added(configuration, situation, facts):
        low, high = low + added[0], high + added[1]
    return low, high


def _added(configuration: Configuration, situation: Situation, facts: Facts) -> list[Range]:
    found = []
    if "extended_thinking" in configuration.remedies:
        found.append(_writing("cost.extended_thinking.output_tokens", facts))
    if "generator_critic" in configuration.remedies:
        critique = _writing("cost.critic.output_tokens", facts)
        again = shared_model(situation.output_tokens, facts)
        first = facts.fact("latency.first_token_ms").range
        found.append((float(first[0]) + critique[0], float(first[1]) + critique[1] + again[1]))
    if "rag" in configuration.remedies:
        low, high = facts.fact("latency.retrieval_ms").range
        found.append((float(low), float(high)))
    if configuration.route == CASCADED:
        found.append((0.0, shared_model(situation.output_tokens, facts)[1]))
    if always_thinks(configuration.model, facts) and not always_thinks(situation.model, facts):
        found.append(_writing("cost.least_thinking.output_tokens", facts))
    return found


def always_thinks(model: str, facts: Facts) -> bool:
    """Whether the model's thinking cannot be switched off."""
    key = f"model.{named(model)}.thinking"
    return facts.has(key) and facts.fact(key).value == "always"


def may_think(model: str, facts: Facts) -> bool:
    """Whether thinking can be switched on: the model can, and does not think by default or always."""
    key = f"model.{named(model)}.thinking"
    return not facts.has(key) or facts.fact(key).value == "optional"


def _writing(tokens_key: str, facts: Facts) -> Range:
    """Milliseconds to write that many tokens, fast and few to slow and many."""
    few, many = facts.fact(tokens_key).range
    slow, fast = facts.fact("latency.output_tokens_per_second").range
    return 1000 * float(few) / float(fast), 1000 * float(many) / float(slow)
