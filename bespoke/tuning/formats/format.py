"""What a format is: how it reads a record, how it writes one, and what it has no place for."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from bespoke.errors import BespokeError
from bespoke.tuning.formats.example import ASSISTANT, HUMAN, Example, Fault, Record, RecordReading
from bespoke.tuning.formats.linking import UNTIED

VERSION = "bedrock-conversation-2024"


class TrainingFormat(ABC):
    """One spelling of training data. Subclasses declare what they can carry and how they are recognised."""

    name: ClassVar[str]
    title: ClassVar[str]
    method: ClassVar[str] = ""  # what other than supervised fine-tuning the data are for
    needs: ClassVar[str] = ""  # why such data are not learnt from
    writable: ClassVar[bool] = True
    narrow: ClassVar[bool] = True  # a trainer's own format, not a family of spellings
    many_turns: ClassVar[bool] = True  # more than one exchange in an example
    has_system: ClassVar[bool] = True
    has_tools: ClassVar[bool] = False
    has_reasoning: ClassVar[bool] = False
    has_media: ClassVar[bool] = False  # in the spelling that the format itself uses
    has_parts: ClassVar[bool] = False  # several text blocks in a turn
    has_ids: ClassVar[bool] = True  # of calls
    keeps_halves: ClassVar[bool] = False  # a prompt of two columns stays two
    keys: ClassVar[frozenset[str] | None] = frozenset()  # further keys of an example; None: any
    turn_keys: ClassVar[frozenset[str] | None] = frozenset()  # further keys of a turn; None: any

    @abstractmethod
    def recognises(self, record: Record) -> str:
        """Why this record looks like the format, or "" where it does not."""

    @abstractmethod
    def read(self, record: Record) -> RecordReading:
        """The example in a record, as far as it can be read, with every fault of the record's shape."""

    @abstractmethod
    def spell(self, example: Example) -> dict[str, Any]:
        """The record of an example that this format can carry."""

    def carries_media(self, block: Record) -> bool:
        """Whether a block of an image, video or document is in this format's own spelling."""
        return self.has_media

    def lost(self, example: Example) -> tuple[str, ...]:
        """What this format has no place for, in words; () when it carries the example whole."""
        losses = []
        if example.system is not None and not self.has_system:
            losses.append("the system prompt")
        if not self.has_tools:
            losses += ["the declared tools"] * bool(example.tools)
            losses += ["tool calls"] * any(turn.calls for turn in example.turns)
        if not self.many_turns and [turn.role for turn in example.turns] != [HUMAN, ASSISTANT]:
            losses.append(f"the order of {len(example.turns)} turns: it holds one prompt and one completion")
        for n, turn in enumerate(example.turns, start=1):
            if turn.reasoning and not self.has_reasoning:
                losses.append(f"the reasoning of turn {n}")
            losses += [
                f"the {one.kind} of turn {n}" for one in turn.media if not self.carries_media(one.block)
            ]
        losses += [f"the {fault.message}" for fault in self.unknown_keys(example)]
        return tuple(losses)

    def changed(self, example: Example) -> tuple[str, ...]:
        """What this format says otherwise than the source did, although no content is lost, in words."""
        version = example.spelling.get("version", VERSION)
        said = []
        if any(turn.parts for turn in example.turns) and not self.has_parts:
            said.append("several text blocks of a turn are joined by a blank line")
        if version not in (None, VERSION) and self.name != "bedrock_conversation":
            said.append(f"schemaVersion {version!r} is left behind")
        if example.spelling.get("joined") and not self.keeps_halves:
            said.append(f"{example.spelling['joined']} are one prompt, a blank line between them")
        if not self.has_ids and any(call.id for turn in example.turns for call in turn.calls):
            said.append(UNTIED)
        return tuple(said)

    def write(self, example: Example) -> dict[str, Any]:
        """The record of an example; a BespokeError says what would be lost."""
        losses = self.lost(example)
        if losses:
            raise BespokeError(f"{self.title} cannot carry {'; '.join(losses)}")
        return self.spell(example)

    def checked(self, reading: RecordReading) -> RecordReading:
        """The reading with every key that this format does not know among its faults."""
        return RecordReading(reading.example, (*reading.faults, *self.unknown_keys(reading.example)))

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
