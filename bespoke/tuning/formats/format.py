"""What a format is: how it reads a record, how it writes one, and what it has no place for."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from bespoke.errors import BespokeError
from bespoke.tuning.formats.example import ASSISTANT, HUMAN, Example, Fault, Reading, Record


class Format(ABC):
    """One spelling of training data. Subclasses declare what they can carry and how they are recognised."""

    name: ClassVar[str]
    title: ClassVar[str]
    many_turns: ClassVar[bool] = True  # more than one exchange in an example
    has_system: ClassVar[bool] = True
    keys: ClassVar[frozenset[str] | None] = frozenset()  # further keys of an example; None: any
    turn_keys: ClassVar[frozenset[str] | None] = frozenset()  # further keys of a turn; None: any

    @abstractmethod
    def recognises(self, record: Record) -> str:
        """Why this record looks like the format, or "" where it does not."""

    @abstractmethod
    def read(self, record: Record) -> Reading:
        """The example in a record, as far as it can be read, with every fault of the record's shape."""

    @abstractmethod
    def spell(self, example: Example) -> dict[str, Any]:
        """The record of an example that this format can carry."""

    def lost(self, example: Example) -> tuple[str, ...]:
        """What this format has no place for, in words; () when it carries the example whole."""
        losses = []
        if example.system is not None and not self.has_system:
            losses.append("the system prompt")
        if not self.many_turns and [turn.role for turn in example.turns] != [HUMAN, ASSISTANT]:
            losses.append(f"the order of {len(example.turns)} turns: it holds one prompt and one completion")
        losses += [f"the {fault.message}" for fault in self.unknown_keys(example)]
        return tuple(losses)

    def write(self, example: Example) -> dict[str, Any]:
        """The record of an example; a BespokeError says what would be lost."""
        losses = self.lost(example)
        if losses:
            raise BespokeError(f"{self.title} cannot carry {'; '.join(losses)}")
        return self.spell(example)

    def unknown_keys(self, example: Example) -> tuple[Fault, ...]:
        """Keys that this format does not know, of the example and of its turns."""
        faults = []
        if self.keys is not None:
            faults += [
                Fault("extra_key", f"key {key!r}", key) for key in example.extra if key not in self.keys
            ]
        if self.turn_keys is not None:
            faults += [
                Fault("extra_key", f"key {key!r} of turn {n}", key)
                for n, turn in enumerate(example.turns, start=1)
                for key in turn.extra
                if key not in self.turn_keys
            ]
        return tuple(faults)


def to_json(record: Record) -> str:
    """One JSON Lines row. Text stays readable; what UTF-8 cannot hold has been refused before."""
    return json.dumps(record, ensure_ascii=False)
