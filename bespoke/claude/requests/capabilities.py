"""What a model can do, as dated facts: a rung it cannot do is left out by name before anything is priced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bespoke.claude.requests.strategies import Strategy
from bespoke.facts.price_book import canonical, tariff
from bespoke.facts.reader import Facts

Thinking = Literal["absent", "optional", "default", "always", "unknown"]
_UNKNOWN_OUTPUT = 64_000
_OFF: Mapping[str, Mapping[str, Any]] = {
    "disabled": {"type": "disabled"},
    "between_tools": {"type": "between_tools"},
}


@dataclass(frozen=True)
class Capabilities:
    """One model. `thinking`: absent, only when asked (optional), unless switched off (default), or always."""

    model: str
    thinking: Thinking
    off: str  # how thinking is switched off: disabled, between_tools, low effort, none
    adaptive: bool  # whether it decides itself how long to think, which is what the rungs that think ask for
    geography: bool | None  # whether it takes inference_geo; None: not known
    structured: bool | None
    most_output: int
    context: int | None = None  # tokens of prompt and answer together; None: not known

    @property
    def without_thinking(self) -> Mapping[str, Any] | None:
        """What a rung without thinking has to send; None where nothing is the right thing."""
        return _OFF.get(self.off) if self.thinking == "default" else None

    @property
    def least_effort(self) -> str:
        """For a model that always thinks: the least it can be held to."""
        return "low" if self.thinking == "always" else ""

    def left_out(self, strategies: Sequence[Strategy]) -> dict[str, str]:
        """Strategy -> why this model cannot do it, or why it would be no other rung than the one before."""
        found = {}
        for strategy in strategies:
            if strategy.thinking and (self.thinking == "absent" or not self.adaptive):
                found[strategy.name] = f"{self.model} has no adaptive thinking"
            elif strategy.schema and self.structured is False:
                found[strategy.name] = f"{self.model} cannot be held to a schema"
        return found


_SMALLEST = "haiku"  # the family that has none below it


def smaller_model(model: str, facts: Facts) -> str:
    """The current model of the smallest family; "" where `model` is of that family or no dearer."""
    key = f"model.family.{_SMALLEST}.current"
    if f"-{_SMALLEST}" in canonical(model) or not facts.has(key):
        return ""
    small = str(facts.fact(key).value)
    here, there = (tariff(name, facts.as_of, facts=facts).base for name in (model, small))
    return small if there.input < here.input and there.output < here.output else ""


def capabilities(model: str, facts: Facts, backend: str = "") -> Capabilities:
    """From the fact tables, `model.<name>.<backend>.<what>` before `model.<name>.<what>`; what they do not say is
    unknown and sent as before."""
    name = canonical(model)

    def fact(what: str) -> Any:
        known = [key for key in (f"model.{name}.{backend}.{what}", f"model.{name}.{what}") if facts.has(key)]
        return facts.fact(known[0]).value if known else None

    most, context = fact("most_output_tokens"), fact("context_tokens")
    return Capabilities(
        model=name,
        thinking=fact("thinking") or "unknown",
        off=fact("thinking_off") or "",
        adaptive=fact("adaptive_thinking") is not False,
        geography=fact("inference_geo"),
        structured=fact("structured_output"),
        most_output=int(most) if most is not None else _UNKNOWN_OUTPUT,
        context=int(context) if context is not None else None,
    )
