"""`messages` with the system prompt inside the list: OpenAI's chat format and TRL's conversational one."""

from __future__ import annotations

from typing import Any, ClassVar

from bespoke.tuning.formats.conversation_layout import OPENAI_PARTS, shape_of
from bespoke.tuning.formats.dialogue_reading import read_chat
from bespoke.tuning.formats.example import (
    ASSISTANT,
    HUMAN,
    SYSTEM,
    TOOL,
    Example,
    Record,
    RecordReading,
    Turn,
    written,
)
from bespoke.tuning.formats.format import TrainingFormat
from bespoke.tuning.formats.linking import linked
from bespoke.tuning.formats.message_list import USER_ROLES
from bespoke.tuning.formats.tools import openai_tools

NAMES = {HUMAN: "user", ASSISTANT: "assistant", TOOL: "tool"}


class OpenAIChat(TrainingFormat):
    """`{"messages": [{"role": "system", "user", "assistant" or "tool", "content": "..."}], "tools": [...]}`.

    Content is text or a list of parts; turns may carry `weight`. Source: OpenAI fine-tuning guide, chat format,
    function calling and vision.
    """

    name = "openai_chat"
    title = "OpenAI chat JSONL"
    has_tools = True
    has_media = True
    has_parts = True
    keys: ClassVar[frozenset[str] | None] = frozenset({"parallel_tool_calls"})
    turn_keys: ClassVar[frozenset[str] | None] = frozenset({"weight", "name", "refusal"})
    for_trl: ClassVar[bool] = False

    def recognises(self, record: Record) -> str:
        shape = shape_of(record)
        if not shape.roles or shape.roles - set(USER_ROLES) or "system" in record:
            return ""
        if (
            "schemaVersion" in record
            or "toolConfig" in record
            or shape.converse
            or shape.parts - OPENAI_PARTS
        ):
            return ""
        if "weight" in shape.keys:
            return "'messages' with 'weight'"
        if "tool_calls" in shape.keys:
            return "'messages' with 'tool_calls'"
        return (
            "'messages' led by a system message"
            if SYSTEM in shape.roles
            else "'messages' of user and assistant"
        )

    def read(self, record: Record) -> RecordReading:
        return self.checked(read_chat(record))

    def carries_media(self, block: Record) -> bool:
        return block.get("type") in OPENAI_PARTS

    def spell(self, example: Example) -> dict[str, Any]:
        record = {"messages": spell_messages(example.system, example, for_trl=self.for_trl), **example.extra}
        return {**record, "tools": openai_tools(example.tools)} if example.tools else record


class TRLConversational(OpenAIChat):
    """TRL's conversational language-modelling format: the same list, `tools` beside it; other columns ride along.

    Arguments of calls are objects, reasoning stands under `reasoning_content`; every answer is trained on.
    Source: TRL documentation, dataset formats and types.
    """

    name = "trl_conversational"
    title = "TRL conversational"
    has_parts = False
    has_reasoning = True
    keys = None
    turn_keys = None
    for_trl = True

    def recognises(self, record: Record) -> str:
        shape = shape_of(record)
        if shape.unheard or not super().recognises(record):
            return ""
        return "'messages' and further columns"

    def lost(self, example: Example) -> tuple[str, ...]:
        return (*super().lost(example), *unheard(example))

    def changed(self, example: Example) -> tuple[str, ...]:
        return (*super().changed(example), *riding(example))


def unheard(example: Example) -> tuple[str, ...]:
    """Turns that the source keeps from being learnt: a target that trains on every answer cannot."""
    return tuple(
        f"the weight 0 of turn {n} (every answer is trained on)"
        for n, turn in enumerate(example.turns, start=1)
        if turn.role == ASSISTANT and turn.extra.get("weight") == 0
    )


def riding(example: Example) -> tuple[str, ...]:
    """Columns that a trainer does not look at."""
    return tuple(f"column {key!r} rides along and is not trained on" for key in example.extra)


def spell_messages(system: str | None, example: Example, *, for_trl: bool = False) -> list[dict[str, Any]]:
    """The list of messages with the system prompt at its head.

    `for_trl`: arguments as objects, and text in one piece: templates of models for text take no list.
    """
    head = [] if system is None else [{"role": SYSTEM, "content": system}]
    return head + [_message(turn, for_trl) for turn in linked(example)]


def _message(turn: Turn, for_trl: bool) -> dict[str, Any]:
    content: Any = turn.text
    if turn.media or (turn.parts and not for_trl):
        texts = turn.parts or ((turn.text,) if turn.text else ())
        content = [{"type": "text", "text": text} for text in texts] + [dict(one.block) for one in turn.media]
    message: dict[str, Any] = {"role": NAMES[turn.role]}
    if turn.role == TOOL:
        message["tool_call_id"] = turn.answers
    if turn.reasoning:
        message["reasoning_content"] = turn.reasoning
    if content or not turn.calls:
        message["content"] = content
    if turn.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {
                    "name": call.name,
                    "arguments": call.arguments if for_trl else call.raw or written(call.arguments),
                },
            }
            for call in turn.calls
        ]
    return {**message, **turn.extra}
