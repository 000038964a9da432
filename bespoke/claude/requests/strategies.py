"""The Claude rungs as declarations: what a request carries besides the instructions and the note."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bespoke.errors import BespokeError

Pass = Literal["generate", "criticise", "small", "again", "larger"]
LARGER: Pass = "larger"


@dataclass(frozen=True)
class Strategy:
    """One way of asking for a note. Each adds one thing to the one before it, so that a gain has a cause.

    `examples`: worked notes from train.jsonl. `glossary`: the training coders' phrases with their codes.
    `schema`: the answer's JSON schema enforced by the provider. `candidates`: codes retrieved for the note.
    `thinking`: adaptive thinking. `passes`: the critic reads the generator's draft and answers anew; a smaller model
    answers once or twice, and the larger one only where that gives no answer to trust.
    """

    name: str
    title: str
    examples: bool = False
    glossary: bool = False
    schema: bool = False
    candidates: bool = False
    thinking: bool = False
    passes: tuple[Pass, ...] = ("generate",)

    @property
    def cascades(self) -> bool:
        """Whether a smaller model is asked first."""
        return LARGER in self.passes

    @property
    def at_once(self) -> int:
        """How many passes can be asked before any of them is answered."""
        return sum(one in ("small", "again", "generate") for one in self.passes)


_FEW_SHOT = Strategy("few_shot", "Claude, few-shot", examples=True)
_GLOSSARY = replace(_FEW_SHOT, name="glossary", title="Claude, few-shot and glossary", glossary=True)
_SCHEMA = replace(_GLOSSARY, name="structured_output", title="Claude, structured output", schema=True)
_RAG = replace(_SCHEMA, name="rag", title="Claude, RAG over the code set", candidates=True)
STRATEGIES = {
    strategy.name: strategy
    for strategy in (
        Strategy("zero_shot", "Claude, zero-shot"), _FEW_SHOT, _GLOSSARY, _SCHEMA, _RAG,
        replace(_RAG, name="thinking", title="Claude, adaptive thinking", thinking=True),
        replace(_RAG, name="generator_critic", title="Claude, generator and critic", passes=("generate", "criticise")),
        replace(_RAG, name="small_then_large", title="Claude, small then large", passes=("small", "again", "larger")),
    )
}  # fmt: skip


def chosen(names: tuple[str, ...] | list[str]) -> tuple[Strategy, ...]:
    """The strategies by name, in ladder order, each once. An unknown name is an error."""
    unknown = [name for name in names if name not in STRATEGIES]
    if unknown:
        raise BespokeError(f"no strategy {unknown[0]!r}; there are: {', '.join(STRATEGIES)}")
    return tuple(strategy for name, strategy in STRATEGIES.items() if name in names)
