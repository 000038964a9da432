"""A training example free of any vendor's spelling, and what reading one can find wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Record: TypeAlias = Mapping[str, Any]  # one JSON object, or one row of a table under its header

HUMAN, ASSISTANT, SYSTEM, TOOL = "human", "assistant", "system", "tool"
BOM = b"\xef\xbb\xbf"
BLANK_LINE = "\n\n"  # between the text blocks of one turn where a format has no blocks


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool. `arguments` is the parsed object, or the text as it stood where it does not parse.

    `raw` is the text that was parsed, where the source wrote one: a format that writes text writes the same.
    """

    id: str
    name: str
    arguments: Any
    raw: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Media:
    """An image, document, video or sound of a turn, in the source's own spelling."""

    kind: str
    block: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a dialogue. `name` is the role as the source spelled it; comparisons ignore it.

    `text` joins the text blocks with a blank line; `parts` holds them where there are several.
    """

    role: str
    text: str
    extra: Mapping[str, Any] = field(default_factory=dict)  # keys beside role and text
    name: str = field(default="", compare=False)
    calls: tuple[ToolCall, ...] = ()  # of the assistant
    answers: str = ""  # the id (or, where there are no ids, the name) of the call that a tool's turn answers
    reasoning: str = ""
    media: tuple[Media, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """An optional system prompt, the turns and the tools. `spelling` is how the source wrote it, never compared."""

    system: str | None
    turns: tuple[Turn, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)  # keys beside the dialogue: id, source, ...
    spelling: Mapping[str, Any] = field(default_factory=dict, compare=False)
    tools: tuple[Mapping[str, Any], ...] = ()  # each `{"name", "description", "parameters"}`

    @property
    def answer(self) -> str:
        """The text the model is trained to give: the last turn, when it is the assistant's."""
        return self.turns[-1].text if self.turns and self.turns[-1].role == ASSISTANT else ""

    @property
    def asked(self) -> tuple[Turn, ...]:
        """Everything before the final answer."""
        return self.turns[:-1] if self.turns and self.turns[-1].role == ASSISTANT else self.turns

    @property
    def uses_tools(self) -> bool:
        return bool(self.tools) or any(turn.calls or turn.role == TOOL for turn in self.turns)

    def texts(self) -> Iterator[str]:
        """Every text of the example: the system prompt, then each turn's, reasoning and calls included."""
        if self.system is not None:
            yield self.system
        for turn in self.turns:
            if turn.reasoning:
                yield turn.reasoning
            if turn.text or not turn.calls:
                yield turn.text
            for call in turn.calls:
                yield call.arguments if isinstance(call.arguments, str) else written(call.arguments)


def written(value: object) -> str:
    """A JSON value as text."""
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with one record, under the id of the rule that it breaks."""

    rule: str
    message: str
    key: str = ""  # the key that the format has no place for, under the rule `extra_key`


@dataclass(frozen=True, slots=True)
class RecordReading:
    """What could be read of one record: the example as far as it goes, and all that is wrong with it."""

    example: Example
    faults: tuple[Fault, ...] = ()


NOTHING = Example(system=None, turns=())


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One row: where it stands, the record if there is one, and what is wrong.

    `line` is its line in a file of lines, and its number in a JSON array or a Parquet file; both count from 1, and
    no two rows of a file have the same. Of a line of JSON that holds no record `text` is what stands there, bytes
    that are not UTF-8 as escapes.
    """

    line: int
    record: Record | None
    faults: tuple[Fault, ...] = ()
    text: str = ""
