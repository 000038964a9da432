"""A training example free of any vendor's spelling, and what reading one can find wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeAlias

Record: TypeAlias = Mapping[str, Any]  # one JSON object, or one CSV row under its header

HUMAN, ASSISTANT, SYSTEM = "human", "assistant", "system"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a dialogue. `name` is the role as the source spelled it; comparisons ignore it."""

    role: str
    text: str
    extra: Mapping[str, Any] = field(default_factory=dict)  # keys beside role and text
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Example:
    """An optional system prompt and the turns. `spelling` is how the source wrote it, never compared."""

    system: str | None
    turns: tuple[Turn, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)  # keys beside the dialogue: id, source, ...
    spelling: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def answer(self) -> str:
        """The text the model is trained to give: the last turn, when it is the assistant's."""
        return self.turns[-1].text if self.turns and self.turns[-1].role == ASSISTANT else ""

    @property
    def asked(self) -> tuple[Turn, ...]:
        """Everything before the final answer."""
        return self.turns[:-1] if self.turns and self.turns[-1].role == ASSISTANT else self.turns

    def texts(self) -> Iterator[str]:
        """Every text of the example, the system prompt first."""
        if self.system is not None:
            yield self.system
        for turn in self.turns:
            yield turn.text


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with one record, under the id of the rule that it breaks."""

    rule: str
    message: str
    key: str = ""  # the key that the format has no place for, under the rule `extra_key`


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of one record: the example as far as it goes, and all that is wrong with it."""

    example: Example
    faults: tuple[Fault, ...] = ()


NOTHING = Example(system=None, turns=())


def structure(example: Example) -> tuple[Fault, ...]:
    """What every chat format demands: human first, strictly alternating, assistant last, no empty text."""
    roles = [turn.role for turn in example.turns]
    faults = [
        Fault("empty_text", f"turn {n} ({turn.role}) is empty")
        for n, turn in enumerate(example.turns, start=1)
        if not turn.text.strip()
    ]
    if example.system is not None and not example.system.strip():
        faults.append(Fault("empty_text", "the system prompt is empty"))
    if len(roles) < 2:
        faults.append(
            Fault(
                "too_few_turns",
                f"{len(roles)} turn{'' if len(roles) == 1 else 's'}, a dialogue needs at least 2",
            )
        )
    if roles and roles[0] != HUMAN:
        faults.append(Fault("first_not_human", f"the first turn is the {roles[0]}'s"))
    if roles and roles[-1] != ASSISTANT:
        faults.append(Fault("last_not_assistant", f"the last turn is the {roles[-1]}'s: no answer to learn"))
    for n, (role, following) in enumerate(pairwise(roles), start=1):
        if role == following:
            faults.append(Fault("not_alternating", f"turns {n} and {n + 1} are both the {role}'s"))
            break
    return tuple(faults)
